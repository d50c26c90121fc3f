import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { originText, type Setting, settingText } from '../../src/commands/config/settings.ts';
import { slipway } from '../support/command-line.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

async function layered(): Promise<string> {
  const home = await temporaryFolder();
  await mkdir(join(home, 'config', 'slipway'), { recursive: true });
  await writeFile(
    join(home, 'config', 'slipway', 'config.yaml'),
    'engine: podman\nretries: 3\nmemory: 2 GiB\n',
  );
  await writeFile(
    join(home, 'slipway.config.yaml'),
    'retries: 0\nprofiles:\n  ci:\n    pull: never\n',
  );
  return home;
}

async function settingsOf(
  home: string,
  args: readonly string[],
  env: Record<string, string> = {},
): Promise<Record<string, Omit<Setting, 'key'>>> {
  const { stdout, stderr, code } = await slipway(['config', '--json', ...args], home, { env });
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  const { settings } = JSON.parse(stdout) as { settings: Setting[] };
  return Object.fromEntries(settings.map(({ key, ...rest }) => [key, rest]));
}

test('each setting says where it came from', async () => {
  const home = await layered();
  const user = join(home, 'config', 'slipway', 'config.yaml');
  const project = join(home, 'slipway.config.yaml');
  const env = { SLIPWAY_KEEP_FAILED: '0', SLIPWAY_TIMEOUT: '2h' };
  expect(await settingsOf(home, ['--profile', 'ci'], env)).toMatchObject({
    home: { value: home, source: 'environment', place: 'SLIPWAY_HOME' },
    engine: { value: 'podman', source: 'user', place: `${user}:1` },
    memory: { value: 2048, source: 'user', place: `${user}:3` },
    retries: { value: 0, source: 'project', place: `${project}:1` },
    pull: { value: 'never', source: 'profile', place: `${project}:4` },
    keepFailed: { value: false, source: 'environment', place: 'SLIPWAY_KEEP_FAILED' },
    timeout: { value: 7200, source: 'environment', place: 'SLIPWAY_TIMEOUT' },
    cpu: { value: null, source: 'default', place: null },
  });
});

test('a flag goes before the environment', async () => {
  const home = await layered();
  expect(await settingsOf(home, ['--home', '/elsewhere'])).toMatchObject({
    home: { value: '/elsewhere', source: 'flag', place: '--home' },
  });
});

test('people see values with units, and what sets those that are not set', async () => {
  const home = await layered();
  const { stdout } = await slipway(['config'], home);
  expect(stdout).toMatch(/^memory +2 GiB +user: .*config\.yaml:3$/m);
  expect(stdout).toMatch(/^cpu +– +default; SLIPWAY_CPU$/m);
  expect(stdout).toMatch(/^gcAge +30d +default; SLIPWAY_GC_AGE$/m);
});

test('a configuration that is wrong is refused with its file and line', async () => {
  const home = await layered();
  await writeFile(join(home, 'slipway.config.yaml'), 'on: local\nretrys: 1\n');
  const { stdout, stderr, code } = await slipway(['config'], home);
  expect({ stdout, code }).toEqual({ stdout: '', code: 2 });
  expect(stderr).toContain('slipway.config.yaml:2:1: retrys: there is no such setting');
  expect(stderr).toContain('did you mean "retries"?');
});

test('a variable that was mistyped is remarked upon', async () => {
  const home = await layered();
  const { stderr } = await slipway(['config'], home, { env: { SLIPWAY_ENGIN: 'host' } });
  expect(stderr).toContain('SLIPWAY_ENGIN');
});

describe('the text of a setting', () => {
  const base = { source: 'default', place: null } as const;
  test.each<[Setting, string]>([
    [{ ...base, key: 'tags', value: { team: 'a', cost: 'b' } }, 'team=a, cost=b'],
    [{ ...base, key: 'tags', value: {} }, '–'],
    [{ ...base, key: 'keepFailed', value: false }, 'false'],
    [{ ...base, key: 'retries', value: 0 }, '0'],
    [{ ...base, key: 'cpu', value: 0.5 }, '0.5 vCPU'],
    [{ ...base, key: 'stopTimeout', value: 90 }, '1m 30s'],
    [{ ...base, key: 'timeout', value: null }, '–'],
  ])('%j is %s', (setting, text) => {
    expect(settingText(setting)).toBe(text);
  });

  test('names a profile with its file', () => {
    const setting: Setting = { key: 'pull', value: 'never', source: 'profile', place: 'a.yaml:4' };
    expect(originText(setting)).toBe('profile: a.yaml:4');
  });
});
