import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatPath, formatProblem } from '../../src/errors.ts';
import { JOB_KEYS, parseJob } from '../../src/spec/job.ts';

/** Each problem as a person reads it. */
const problems = (value: unknown) => parseJob(value).problems.map((found) => formatProblem(found));
const job = (value: object) => parseJob({ image: 'tool', ...value }).job;

describe('parseJob', () => {
  it.each([
    [{ command: 'echo hello' }, { command: 'echo hello' }],
    [{ entryPoint: '/bin/tool' }, { entryPoint: ['/bin/tool'] }],
    [{ env: { A: 1.5, B: true, C: '' } }, { env: { A: '1.5', B: 'true', C: '' } }],
    [{ envFile: 'a.env' }, { envFile: ['a.env'] }],
    [
      { secrets: { A: 'env:TOKEN', B: 'file:./b', C: 'arn:aws:ssm:x', D: { file: 'd' } } },
      {
        secrets: {
          A: { env: 'TOKEN' },
          B: { file: './b' },
          C: { valueFrom: 'arn:aws:ssm:x' },
          D: { file: 'd' },
        },
      },
    ],
    [{ cpu: '512 units' }, { cpu: 0.5 }],
    [{ memory: 2 }, { memory: 2048 }],
    [{ memory: '512MiB' }, { memory: 512 }],
    [{ architecture: 'aarch64' }, { architecture: 'arm64' }],
    [
      { architecture: 'X86_64', on: 'local' },
      { architecture: 'x86_64', on: 'local' },
    ],
    [{ user: 1000 }, { user: '1000' }],
    [
      { timeout: '1h 30m', stopTimeout: 0 },
      { timeout: 5400, stopTimeout: 0 },
    ],
    [{ retries: 0 }, { retries: { attempts: 0 } }],
    [
      { retries: { attempts: 2, on: ['user-code', 'Timeout'], backoff: '5s' } },
      { retries: { attempts: 2, on: ['USER_CODE', 'TIMEOUT'], backoff: 5 } },
    ],
    [{ tags: { team: 'tide', year: 2026 } }, { tags: { team: 'tide', year: '2026' } }],
    [{ inputs: { 'Häfen.csv': './in' } }, { inputs: { 'Häfen.csv': './in' } }],
  ])('normalises %j', (written, expected) =>
    expect(job(written)).toEqual({ image: 'tool', ...expected }),
  );

  it.each([
    ['data:/data', { name: 'data', path: '/data', readOnly: false }],
    ['data:/data:ro', { name: 'data', path: '/data', readOnly: true }],
    ['./dir:/data:rw', { hostPath: './dir', path: '/data', readOnly: false }],
    ['~/a b:/x', { hostPath: '~/a b', path: '/x', readOnly: false }],
    ['/a:b:/x', { hostPath: '/a:b', path: '/x', readOnly: false }],
    [
      { name: 'v', path: '/v' },
      { name: 'v', path: '/v', readOnly: false },
    ],
  ])('reads the volume %j', (written, expected) =>
    expect(job({ volumes: [written] })?.volumes).toEqual([expected]),
  );

  it.each([
    [8080, { containerPort: 8080, protocol: 'tcp' }],
    ['80', { containerPort: 80, protocol: 'tcp' }],
    ['8080:80/UDP', { hostPort: 8080, containerPort: 80, protocol: 'udp' }],
    ['0.0.0.0::80', { hostAddress: '0.0.0.0', containerPort: 80, protocol: 'tcp' }],
    ['[::1]:8080:80', { hostAddress: '::1', hostPort: 8080, containerPort: 80, protocol: 'tcp' }],
    [
      { containerPort: 80, hostPort: 0 },
      { containerPort: 80, protocol: 'tcp' },
    ],
  ])('reads the port %j', (written, expected) =>
    expect(job({ ports: [written] })?.ports).toEqual([expected]),
  );

  it('names all that is wrong at once, with the nearest valid key', () => {
    expect(
      problems({
        imge: 'x',
        working_directory: '/x',
        dockerImage: 'x',
        instanceType: 'm7i.large',
        image: 'a b',
        command: ['a', 3],
        memory: 'lots',
        env: { A: null },
        ports: [70_000, { containerPort: 80, protocl: 'udp' }],
        on: 'ec2',
        engine: 'lxc',
      }),
    ).toEqual([
      'imge: there is no such key (did you mean "image"?)',
      'working_directory: there is no such key (did you mean "workingDirectory"?)',
      'dockerImage: there is no such key (did you mean "image"?)',
      'instanceType: comes with AWS and is not in this version',
      'image: must not contain spaces',
      'command[1]: must be a string, not a number',
      'env.A: must be a string, a number or a boolean; write "" for an empty value',
      'memory: must be an amount such as "16 GiB" or "512 MiB", or a number of GiB',
      'ports[0].containerPort: must be at most 65535',
      'ports[1].protocl: there is no such key (did you mean "protocol"?)',
      'on: "ec2" comes with AWS and is not in this version; use local',
      'engine: must be docker, podman or host',
    ]);
  });

  it.each([
    [{ cpu: 0 }, 'cpu'],
    [{ architecture: 'toString' }, 'architecture'],
    [{ timeout: 0 }, 'timeout'],
    [{ stopTimeout: 1.5 }, 'stopTimeout'],
    [{ gpu: 1.5 }, 'gpu'],
    [{ retries: -1 }, 'retries'],
    [{ retries: { attempts: 1, on: ['tired'] } }, 'retries.on[0]'],
    [{ command: '' }, 'command'],
    [{ command: 'a\0b' }, 'command'],
    [{ inputs: { '..': 'x' } }, 'inputs...'],
    [{ inputs: { 'a/b': 'x' } }, 'inputs.a/b'],
    [{ outputs: { ['x'.repeat(256)]: 'x' } }, `outputs.${'x'.repeat(256)}`],
    [{ volumes: ['data'] }, 'volumes[0]'],
    [{ volumes: ['data:/'] }, 'volumes[0].path'],
    [{ volumes: ['hä:/x'] }, 'volumes[0].name'],
    [{ volumes: [{ path: '/x' }] }, 'volumes[0]'],
    [{ ports: ['localhost:80:80'] }, 'ports[0].hostAddress'],
    [{ secrets: { A: 'value' } }, 'secrets.A'],
    [{ secrets: { A: { env: 'X', file: 'y' } } }, 'secrets.A'],
    [{ tags: { 'slipway:run': 'x' } }, 'tags.slipway:run'],
    [{ env: { 'A=B': 'x' } }, 'env.A=B'],
    [{ env: JSON.parse('{"__proto__": "x"}') }, 'env.__proto__'],
  ])('refuses %j', (written, path) => {
    const { job: parsed, problems: found } = parseJob({ image: 'tool', ...written });
    expect(parsed).toBeUndefined();
    expect(found.map((problem) => formatPath(problem.path))).toEqual([path]);
  });

  it('keeps one set of names for what a placeholder may be, and one place for each volume', () => {
    const written = {
      inputs: { a: 'x' },
      outputs: { a: 'y' },
      volumes: ['a:/a', './x:/a/', 'b:/input'],
    };
    expect(problems({ image: 'tool', ...written })).toEqual([
      'outputs.a: the name "a" is one of the inputs already',
      'volumes[0]: the name "a" is one of the inputs already',
      'volumes[1]: volumes[0] is at /a already',
      'volumes[2]: the inputs are at /input already',
    ]);
  });

  it('takes a name for the same however its letters are composed', () =>
    expect(
      problems({ image: 'tool', inputs: { ä: 'x' }, outputs: { ['ä'.normalize('NFD')]: 'y' } }),
    ).toHaveLength(1));

  it('refuses what runs nothing', () =>
    expect(problems({ name: 'x' })).toEqual([
      'needs an "image", a "command" or a "taskDefinition"',
    ]));

  it('refuses what is not plain data', () => {
    const cyclic: Record<string, unknown> = { image: 'x' };
    cyclic.env = cyclic;
    expect(problems(cyclic)).toEqual(['env: must not contain itself']);
    expect(problems({ image: () => 'x', env: new Map() })).toEqual([
      'image: must be plain data, not a function',
      'env: must be plain data, not a Map',
    ]);
  });

  it('never throws, and says what is wrong where it gives no job', () => {
    const value = fc.oneof(
      fc.anything({ withBigInt: true, withDate: true, withMap: true, withNullPrototype: true }),
      fc.dictionary(fc.constantFrom<string>(...JOB_KEYS), fc.jsonValue()),
      fc.record(Object.fromEntries(JOB_KEYS.map((key) => [key, fragment])), { requiredKeys: [] }),
    );
    fc.assert(
      fc.property(value, (written) => {
        const { job: parsed, problems: found } = parseJob(written);
        expect(parsed === undefined).toBe(found.some(({ severity }) => severity === 'error'));
        for (const problem of found) expect(problem.message).not.toMatch(/undefined|\[object/);
      }),
      { numRuns: 500 },
    );
  });
});

/** Values that are nearly right somewhere in a job. */
const fragment = fc.oneof(
  fc.constantFrom(
    'data:/data',
    '8080:80',
    'env:X',
    '1h',
    '2 GiB',
    'local',
    'host',
    'amd64',
    '',
    ':',
  ),
  fc.double(),
  fc.boolean(),
  fc.array(fc.oneof(fc.string(), fc.integer(), fc.constant({ path: '/x', containerPort: 1 }))),
  fc.dictionary(fc.string(), fc.oneof(fc.string(), fc.jsonValue())),
);
