import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { applyFlags, flagAttribute, JOB_FLAGS } from '../../src/spec/flags.ts';
import { JOB_KEYS, parseJob } from '../../src/spec/job.ts';

const here = { folder: '/base', env: { TOKEN: 'here' } };
const apply = (written: unknown, flags: object, words?: string[]) =>
  applyFlags(written, flags as never, { ...here, words });

describe('JOB_FLAGS', () => {
  it('has one flag a key', () =>
    expect(JOB_FLAGS.map(({ key }) => key).sort()).toEqual([...JOB_KEYS].sort()));

  it('has names that people can type', () => {
    for (const { name } of JOB_FLAGS) expect(name).toMatch(/^[a-z]+(-[a-z]+)*$/);
    expect(flagAttribute({ name: 'working-directory' })).toBe('workingDirectory');
  });
});

describe('applyFlags', () => {
  it.each(JOB_FLAGS)('has --$name set $key', (flag) => {
    const { value } = apply(
      {},
      { [flagAttribute(flag)]: flag.kind === 'boolean' ? true : ['a=b'] },
    );
    expect(Object.keys(value as object)).toEqual([flag.key]);
  });

  it('replaces values, lays maps over maps and adds to lists', () => {
    const written = {
      image: 'old',
      env: { A: 'file', B: 'file' },
      envFile: 'file.env',
      ports: [80],
      inputs: { a: 'a' },
    };
    const flags = {
      image: 'new',
      env: ['A=flag', 'C=x=y', 'TOKEN'],
      envFile: ['flag.env'],
      port: ['8080:80'],
      input: ['b=b/*.csv'],
      memory: '2GiB',
      gpu: '1',
      retries: '0',
      privileged: false,
    };
    expect(apply(written, flags).value).toEqual({
      image: 'new',
      env: { A: 'flag', B: 'file', C: 'x=y', TOKEN: 'here' },
      envFile: ['file.env', '/base/flag.env'],
      ports: [80, '8080:80'],
      inputs: { a: 'a', b: '/base/b/*.csv' },
      memory: '2GiB',
      gpu: 1,
      retries: 0,
      privileged: false,
    });
  });

  it('takes relative paths from where they were typed', () =>
    expect(
      apply(
        {},
        {
          output: ['o=./out'],
          volume: ['./d:/d:ro', 'cache:/c'],
          secret: ['A=file:a', 'B=env:B'],
          taskDefinition: 'task.json',
        },
      ).value,
    ).toEqual({
      outputs: { o: '/base/out' },
      volumes: [{ hostPath: '/base/d', path: '/d', readOnly: true }, 'cache:/c'],
      secrets: { A: { file: '/base/a' }, B: 'env:B' },
      taskDefinition: '/base/task.json',
    }));

  it('takes the words after -- as the command, and refuses two commands', () => {
    expect(apply({ command: 'old' }, {}, ['echo', '-n']).value).toEqual({
      command: ['echo', '-n'],
    });
    expect(apply({}, { command: 'x' }, ['echo']).problems).toMatchObject([
      { path: ['--command'], message: 'is given after -- too' },
    ]);
  });

  it('says which flag a value came from', () => {
    const { value, flagAt } = apply(
      { ports: [80] },
      { memory: 'lots', env: ['A=1'], port: ['x'], user: '' },
    );
    expect(parseJob(value).problems.map(({ path }) => flagAt(path))).toEqual([
      '--memory',
      '--port x',
      '--user',
      undefined,
    ]);
    expect(flagAt(['env', 'A'])).toBe('--env A');
    expect(flagAt(['ports', 0])).toBeUndefined();
  });

  it('refuses pairs that are none', () =>
    expect(apply({}, { env: ['MISSING'], input: ['data'] }).problems).toMatchObject([
      { path: ['--env'], message: 'MISSING has no value, here neither' },
      { path: ['--input'], message: 'must be NAME=PATH, not "data"' },
    ]));

  it('leaves what is wrong in the file, to be reported', () =>
    expect(apply({ env: 3, ports: 80 }, { env: ['A=1'], port: ['81'] }).value).toEqual({
      env: 3,
      ports: 80,
    }));

  it('never throws, whatever is given', () =>
    fc.assert(
      fc.property(
        fc.jsonValue(),
        fc.dictionary(
          fc.constantFrom(...JOB_FLAGS.map((flag) => flagAttribute(flag))),
          fc.oneof(fc.string(), fc.array(fc.string()), fc.boolean()),
        ),
        (written, flags) => {
          const { value, problems, flagAt } = apply(written, flags);
          const { problems: found } = parseJob(value);
          for (const { path } of found) {
            const flag = flagAt(path);
            if (flag !== undefined) expect(flag).toMatch(/^--[a-z-]+/);
          }
          for (const problem of problems) expect(problem.path).toHaveLength(1);
        },
      ),
    ));
});
