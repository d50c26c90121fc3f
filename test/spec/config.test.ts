import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CONFIG_KEYS, ConfigError, type ConfigOptions, loadConfig } from '../../src/spec/config.ts';
import { slipwayHome } from '../../src/spec/home.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'slipway-config-'));
  mkdirSync(join(root, 'config/slipway'), { recursive: true });
  mkdirSync(join(root, 'project/deep'), { recursive: true });
});
afterEach(() => rmSync(root, { recursive: true }));

const user = (text: string) => writeFileSync(join(root, 'config/slipway/config.yaml'), text);
const project = (text: string, ending = 'yaml') =>
  writeFileSync(join(root, `project/slipway.config.${ending}`), text);

function load(options: ConfigOptions & { env?: Record<string, string> } = {}) {
  const env = { HOME: root, XDG_CONFIG_HOME: join(root, 'config'), ...options.env };
  return loadConfig({ cwd: join(root, 'project/deep'), ...options, env });
}

async function refusal(options?: Parameters<typeof load>[0]): Promise<string[]> {
  const error: unknown = await load(options).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(ConfigError);
  const [, ...lines] = (error as Error).message.split('\n');
  return lines.map((line) => line.trim().replaceAll(root, ''));
}

/** Where a setting came from and what it is. */
async function entry(key: string, options?: Parameters<typeof load>[0]) {
  const { entries } = await load(options);
  const found = entries.find((candidate) => candidate.key === key);
  return [found?.value, found?.source, found?.place?.replaceAll(root, '')];
}

describe('loadConfig', () => {
  it('has defaults for everything', async () => {
    const { values, entries } = await load();
    expect(values).toEqual({
      home: slipwayHome({ HOME: root }),
      on: 'local',
      pull: 'missing',
      keepFailed: false,
      retries: 0,
      tags: {},
      gcAge: 2_592_000,
    });
    expect(entries.map(({ key }) => key)).toEqual(Object.keys(CONFIG_KEYS));
    expect(entries.every(({ source }) => source === 'default')).toBe(true);
  });

  it('lets each layer go before the one below, and says where a value is from', async () => {
    const steps: [() => unknown, unknown[]][] = [
      [
        () => user('cpu: 1\nprofiles: {big: {cpu: 3}}'),
        [1, 'user', '/config/slipway/config.yaml:1'],
      ],
      [() => project('# ours\ncpu: 2\n'), [2, 'project', '/project/slipway.config.yaml:2']],
    ];
    for (const [step, expected] of steps) {
      step();
      expect(await entry('cpu')).toEqual(expected);
    }
    const profile = { profile: 'big', env: {} as Record<string, string> };
    expect(await entry('cpu', profile)).toEqual([3, 'profile', '/config/slipway/config.yaml:2']);
    expect(await entry('cpu', { env: { SLIPWAY_PROFILE: 'big' } })).toEqual(
      await entry('cpu', profile),
    );
    profile.env.SLIPWAY_CPU = '4';
    expect(await entry('cpu', profile)).toEqual([4, 'environment', 'SLIPWAY_CPU']);
    expect(await entry('cpu', { ...profile, flags: { cpu: '5' } })).toEqual([5, 'flag', '--cpu']);
  });

  it('lets 0, false and "" override', async () => {
    user('retries: 3\nkeepFailed: true\nengine: docker\ntimeout: 1h\nstopTimeout: 9\n');
    project('retries: 0\nkeepFailed: false\nengine: ""\ntimeout: 0\n');
    expect((await load()).values).toMatchObject({ retries: 0, keepFailed: false, stopTimeout: 9 });
    expect(await entry('engine')).toEqual([undefined, 'project', '/project/slipway.config.yaml:3']);
    expect(await entry('timeout')).toEqual([
      undefined,
      'project',
      '/project/slipway.config.yaml:4',
    ]);
    const env = { SLIPWAY_RETRIES: '', SLIPWAY_STOP_TIMEOUT: '0', SLIPWAY_KEEP_FAILED: '1' };
    expect((await load({ env })).values).toMatchObject({
      retries: 0,
      stopTimeout: 0,
      keepFailed: true,
    });
    expect((await load({ env: { SLIPWAY_PROFILE: 'x' }, profile: '' })).values.retries).toBe(0);
  });

  it('reads each kind of value from files and from texts', async () => {
    project('memory: 2\ntags: {team: tide, release: 1.10}\ngcAge: 14d\nhome: ../data\n');
    expect((await load()).values).toMatchObject({
      memory: 2048,
      tags: { team: 'tide', release: '1.10' },
      gcAge: 1_209_600,
      home: join(root, 'data'),
    });
    const env = { SLIPWAY_MEMORY: '512 MiB', SLIPWAY_TAGS: 'a=1,b=x=y', SLIPWAY_HOME: 'here' };
    expect((await load({ env })).values).toMatchObject({
      memory: 512,
      tags: { a: '1', b: 'x=y' },
      home: join(root, 'project/deep/here'),
    });
  });

  it('says all that is wrong, and where', async () => {
    user('engin: docker\npull: sometimes\nprofiles: {big: {cpus: 3}}\n');
    project('{"memory": "lots", "retries": -1}', 'json');
    expect(
      await refusal({ profile: 'bgi', env: { SLIPWAY_CPU: 'x' }, flags: { keepFailed: 'maybe' } }),
    ).toEqual([
      '/config/slipway/config.yaml:1:1: engin: there is no such setting (did you mean "engine"?)',
      '/config/slipway/config.yaml:3:18: profiles.big.cpus: there is no such setting (did you mean "cpu"?)',
      'there is no profile "bgi" (there are big)',
      '/config/slipway/config.yaml:2:1: pull: must be missing, always or never',
      '--keep-failed: must be true or false',
      'SLIPWAY_CPU: must be a number of vCPU above 0, such as 0.5',
      '/project/slipway.config.json:1:2: memory: must be an amount such as "512 MiB", or a number of GiB',
      '/project/slipway.config.json:1:20: retries: must be a whole number from 0 to 100',
    ]);
  });

  it('refuses two files in one folder, and what is no configuration', async () => {
    project('cpu: 1');
    project('{"cpu": 2}', 'json');
    expect(await refusal()).toEqual([
      '/project/slipway.config.yaml: there is /project/slipway.config.json too, and one would hide the other',
    ]);
    user('- cpu');
    expect((await refusal())[0]).toBe('/config/slipway/config.yaml:1:1: must be an object');
  });

  it('takes an empty file for one that says nothing', async () => {
    project('# nothing yet\n');
    expect((await load()).values.on).toBe('local');
  });

  it('remarks on variables that were misspelt, and on no others', async () => {
    const env = { SLIPWAY_ENGIEN: 'docker', SLIPWAY_SOMETHING_ELSE: '1' };
    expect((await load({ env })).warnings).toMatchObject([
      { path: ['SLIPWAY_ENGIEN'], hint: 'did you mean SLIPWAY_ENGINE?' },
    ]);
  });

  it('gives a configuration or a ConfigError, whatever is written', async () => {
    const value = fc.oneof(
      fc.jsonValue(),
      fc.dictionary(
        fc.constantFrom(...Object.keys(CONFIG_KEYS), 'profiles', '__proto__'),
        fc.oneof(fc.jsonValue(), fc.constantFrom('1h', '2 GiB', 'docker', '', 0, 1)),
      ),
    );
    const text = fc.oneof(
      value.map((written) => JSON.stringify(written)),
      fc.string(),
    );
    await fc.assert(
      fc.asyncProperty(text, fc.string(), async (written, set) => {
        project(written);
        try {
          const env = { SLIPWAY_TAGS: set, SLIPWAY_GC_AGE: set };
          expect(await load({ env })).toMatchObject({ values: { on: 'local' } });
        } catch (error) {
          expect(error).toBeInstanceOf(ConfigError);
        }
      }),
      { numRuns: 300 },
    );
  });
});

describe('slipwayHome', () => {
  it.each([
    [{ SLIPWAY_HOME: '/x' }, 'linux', '/x'],
    [{ SLIPWAY_HOME: 'x' }, 'linux', '/base/x'],
    [{ SLIPWAY_HOME: '', HOME: '/h' }, 'linux', '/h/.local/share/slipway'],
    [{ HOME: '/h', XDG_DATA_HOME: '/d' }, 'linux', '/d/slipway'],
    [{ HOME: '/h', XDG_DATA_HOME: 'relative' }, 'linux', '/h/.local/share/slipway'],
    [{ HOME: '/h' }, 'darwin', '/h/Library/Application Support/slipway'],
  ] as const)('of %j on %s is %s', (env, platform, home) =>
    expect(slipwayHome(env, '/base', platform)).toBe(home),
  );
});
