import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { SlipwayError, SpecError } from '../../src/errors.ts';
import { kindOf, readJob } from '../../src/spec/job-file.ts';

const folder = mkdtempSync(join(tmpdir(), 'slipway-job-'));
mkdirSync(join(folder, 'jobs'));
afterAll(() => rmSync(folder, { recursive: true }));

function written(name: string, content: string): string {
  const file = join(folder, name);
  writeFileSync(file, content);
  return file;
}

const refusal = async (source: Parameters<typeof readJob>[0]) =>
  readJob(source).then(
    () => 'accepted',
    (error: unknown) => {
      expect(error).toBeInstanceOf(SpecError);
      return (error as SpecError).message.replaceAll(folder, '');
    },
  );

describe('kindOf', () => {
  it.each([
    [{ image: 'x' }, 'job'],
    [{ family: 'x', containerDefinitions: [] }, 'task-definition'],
    [{ Family: 'x' }, 'task-definition'],
    [[{ name: 'x' }], 'task-definition'],
    [{ taskDefinition: { containerDefinitions: [] }, tags: [] }, 'task-definition'],
    [{ taskDefinition: { containerDefinitions: [] }, tags: {} }, 'job'],
    [{ image: 'x', containerDefinitions: [] }, 'job'],
    [null, 'job'],
  ])('of %j is %s', (value, kind) => expect(kindOf(value)).toBe(kind));
});

const readJobFile = async (file: string) => (await readJob({ file })).job;

describe('readJob of a file alone', () => {
  it('takes relative paths from the folder of the file', async () => {
    const file = written(
      'jobs/paths.yaml',
      `image: tool
inputs: {a: ../in/*.csv, b: ~/b}
outputs: {o: out}
envFile: [x.env]
secrets: {S: 'file:s'}
volumes: ['./v:/v', 'n:/n']
env: {VERSION: 1.10}
`,
    );
    expect(await readJobFile(file)).toEqual({
      image: 'tool',
      inputs: { a: join(folder, 'in/*.csv'), b: join(homedir(), 'b') },
      outputs: { o: join(folder, 'jobs/out') },
      envFile: [join(folder, 'jobs/x.env')],
      secrets: { S: { file: join(folder, 'jobs/s') } },
      volumes: [
        { hostPath: join(folder, 'jobs/v'), path: '/v', readOnly: false },
        { name: 'n', path: '/n', readOnly: false },
      ],
      env: { VERSION: '1.10' },
    });
  });

  it('loads a task definition, named by a job or by itself', async () => {
    const definition = { family: 'tide', containerDefinitions: [{ name: 'main', image: 'tool' }] };
    const file = written('task.json', JSON.stringify(definition));
    const job = written('jobs/job.yaml', 'taskDefinition: ../task.json\ncpu: 2\n');
    expect(await readJobFile(job)).toEqual({ cpu: 2, taskDefinition: definition });
    expect(await readJobFile(file)).toEqual({ taskDefinition: definition });
  });

  it('says where each problem is', async () => {
    written('wrong.yaml', 'image: tool\nmemory: lots\nenv:\n  A: null\nprots: [80]\n');
    expect(await refusal({ file: 'wrong.yaml', folder, flags: { cpu: 'many' } })).toBe(
      `wrong.yaml is not valid:
  wrong.yaml:5:1: prots: there is no such key (did you mean "ports"?)
  wrong.yaml:4:3: env.A: must be a string, a number or a boolean; write "" for an empty value
  --cpu: must be a number of vCPU above 0, such as 0.5 or "2 vCPU"
  wrong.yaml:2:1: memory: must be an amount such as "16 GiB" or "512 MiB", or a number of GiB`,
    );
  });

  it('says that a file is missing, also one that a job names', async () => {
    const job = written('jobs/dangling.yaml', 'taskDefinition: nowhere.json');
    await expect(readJobFile(job)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(readJobFile(join(folder, 'nowhere.yaml'))).rejects.toMatchObject({
      code: 'NOT_FOUND',
    });
  });

  it('says where in a task definition each problem is, wherever that is written', async () => {
    const definition = 'family: tide\ncontainerDefinitions:\n  - name: main\n    imge: tool\n';
    const file = written('definition.yaml', definition);
    const indented = definition.replaceAll(/^/gm, '  ').trimEnd();
    const whole = written('jobs/whole.yaml', `taskDefinition:\n${indented}\n`);
    const naming = written('jobs/naming.yaml', 'taskDefinition: ../definition.yaml\n');
    const key = 'containerDefinitions[0].imge:';
    expect(await refusal({ file })).toContain(`/definition.yaml:4:5: ${key}`);
    expect(await refusal({ file: naming })).toContain(`/definition.yaml:4:5: ${key}`);
    expect(await refusal({ file: whole })).toContain(`/jobs/whole.yaml:5:7: taskDefinition.${key}`);
  });

  it('passes on what a task definition is remarked for', async () => {
    const described = { family: 'tide', revision: 3, containerDefinitions: [{ image: 'tool' }] };
    const file = written('described.json', JSON.stringify({ taskDefinition: described }, null, 1));
    const { job, warnings } = await readJob({ file });
    expect(job.taskDefinition).toEqual({
      family: 'tide',
      containerDefinitions: [{ image: 'tool' }],
    });
    expect(warnings).toMatchObject([{ severity: 'warning', source: file, line: 4 }]);
  });

  it('refuses a task definition file that holds something else', async () => {
    written('list.json', '"text"');
    expect(await refusal({ value: { taskDefinition: 'list.json' }, folder })).toMatch(
      /^\/list.json/,
    );
  });
});

describe('readJob', () => {
  it('takes flags alone, code alone, and flags over a file', async () => {
    const flags = { image: 'tool', input: ['a=a.csv'] };
    expect((await readJob({ flags, words: ['run'], folder: '/x' })).job).toEqual({
      image: 'tool',
      command: ['run'],
      inputs: { a: '/x/a.csv' },
    });
    expect((await readJob({ value: { command: 'run', memory: 1 } })).job).toEqual({
      command: 'run',
      memory: 1024,
    });
    const file = written('jobs/over.yaml', 'image: tool\ninputs: {a: a.csv}\n');
    expect(
      (await readJob({ file, flags: { input: ['b=b.csv'] }, folder: '/x' })).job.inputs,
    ).toEqual({
      a: join(folder, 'jobs/a.csv'),
      b: '/x/b.csv',
    });
  });

  it('refuses addresses until they come with AWS', async () =>
    expect(await refusal({ flags: { image: 'tool', input: ['a=s3://bucket/key'] } })).toBe(
      'The job is not valid:\n  --input a: must be a path of this machine; addresses come with AWS and are not in this version',
    ));

  it('gives a job or a foreseen error, whatever is in the file', async () => {
    const text = fc.oneof(
      fc.string(),
      fc.jsonValue().map((value) => JSON.stringify(value)),
      fc
        .dictionary(
          fc.constantFrom('image', 'command', 'inputs', 'taskDefinition', 'containerDefinitions'),
          fc.jsonValue(),
        )
        .map((value) => JSON.stringify(value)),
    );
    await fc.assert(
      fc.asyncProperty(text, fc.dictionary(fc.string(), fc.string()), async (content, flags) => {
        const file = written('fuzz.yaml', content);
        const outcome = await readJob({ file, flags, folder }).catch((error: unknown) => error);
        if (outcome instanceof Error) expect(outcome).toBeInstanceOf(SlipwayError);
      }),
      { numRuns: 300 },
    );
  });
});
