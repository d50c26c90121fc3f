import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { FileReport } from '../../src/commands/validate/report.ts';
import { slipway } from '../support/command-line.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const CYCLE = {
  family: 'pair',
  containerDefinitions: ['one', 'two'].map((name) => ({
    name,
    image: 'nginx',
    memory: 64,
    dependsOn: [{ containerName: name === 'one' ? 'two' : 'one', condition: 'START' }],
  })),
};

const SOUND = {
  family: 'single',
  containerDefinitions: [{ name: 'one', image: 'nginx', memory: 64 }],
};

async function folderWith(files: Readonly<Record<string, unknown>>): Promise<string> {
  const folder = await temporaryFolder();
  for (const [name, content] of Object.entries(files)) {
    await mkdir(join(folder, name, '..'), { recursive: true });
    const text = typeof content === 'string' ? content : JSON.stringify(content, null, 2);
    await writeFile(join(folder, name), text);
  }
  return folder;
}

async function reportsOf(
  folder: string,
  args: readonly string[],
  input?: string,
): Promise<{ code: number | null; files: FileReport[] }> {
  const surroundings = input === undefined ? {} : { input };
  const { stdout, stderr, code } = await slipway(
    ['validate', '--json', ...args],
    folder,
    surroundings,
  );
  expect(stderr).toBe('');
  return { code, ...(JSON.parse(stdout) as { files: FileReport[] }) };
}

describe('for people', () => {
  test('each problem has its place, and the end a count', async () => {
    const folder = await folderWith({
      'good.yaml': 'image: alpine\ncommand: echo\n',
      'bad.yaml': 'imag: alpine\ncommand: echo\nmemory: lots\n',
      'task.json': SOUND,
    });
    const files = ['good.yaml', 'bad.yaml', 'task.json'];
    const { stdout, stderr, code } = await slipway(['validate', ...files], folder);
    expect(code).toBe(1);
    expect(stdout.split('\n')).toEqual([
      'good.yaml: valid job',
      'bad.yaml:1:1: error: imag: there is no such key (did you mean "image"?)',
      expect.stringMatching(/^bad\.yaml:3:1: error: memory: must be an amount such as /),
      'bad.yaml: not a valid job',
      'task.json: valid task definition',
      '',
    ]);
    expect(stderr).toBe('3 files: 2 valid, 1 not (2 errors)\n');
  });

  test('warnings are told from errors, and are none', async () => {
    const folder = await folderWith({ 'task.json': { ...SOUND, revision: 3 } });
    const { stdout, stderr, code } = await slipway(['validate', 'task.json'], folder);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^task\.json:\d+:3: warning: revision: is read-only/);
    expect(stderr).toBe('1 file: 1 valid (1 warning)\n');
  });
});

describe('a job', () => {
  test('is told from a task definition by what it says', async () => {
    const folder = await folderWith({
      'job.json': { image: 'alpine' },
      'list.json': SOUND.containerDefinitions,
      'described.json': { taskDefinition: SOUND, tags: [] },
    });
    const { files } = await reportsOf(folder, ['job.json', 'list.json', 'described.json']);
    expect(files).toEqual([
      { file: 'job.json', kind: 'job', valid: true, problems: [] },
      { file: 'list.json', kind: 'task-definition', valid: true, problems: [] },
      { file: 'described.json', kind: 'task-definition', valid: true, problems: [] },
    ]);
  });

  test('is checked with the task definition in it, at its lines', async () => {
    const folder = await folderWith({ 'job.json': { cpu: 1, taskDefinition: CYCLE } });
    const { code, files } = await reportsOf(folder, ['job.json']);
    expect(code).toBe(1);
    expect(files[0]?.problems).toMatchObject([
      {
        severity: 'error',
        path: ['taskDefinition', 'containerDefinitions', 0],
        message: expect.stringContaining('one → two → one'),
        file: 'job.json',
        line: 6,
      },
    ]);
  });

  test('is checked with the file of its task definition, at its lines', async () => {
    const folder = await folderWith({
      'jobs/job.yaml': 'taskDefinition: ../tasks/task.json\ncpu: 1\n',
      'tasks/task.json': CYCLE,
    });
    const { files } = await reportsOf(folder, ['jobs/job.yaml']);
    expect(files[0]).toMatchObject({
      file: 'jobs/job.yaml',
      valid: false,
      problems: [{ file: join(folder, 'tasks/task.json'), line: 4 }],
    });
  });

  test('has what ECS refuses of it at its own keys', async () => {
    const folder = await folderWith({
      'job.yaml': 'image: alpine\ncpu: 0.25\nmemory: 4 GiB\nprivileged: true\n',
    });
    const { files } = await reportsOf(folder, ['--launch', 'fargate', 'job.yaml']);
    expect(files[0]?.problems).toMatchObject([
      { path: ['cpu'], line: 2, message: expect.stringContaining('Fargate') },
      { path: ['privileged'], line: 4, message: expect.stringContaining('Fargate') },
    ]);
    expect((await reportsOf(folder, ['job.yaml'])).files[0]?.valid).toBe(true);
  });

  test('whose task definition is not there is not valid', async () => {
    const folder = await folderWith({ 'job.yaml': 'taskDefinition: gone.json\n' });
    const { code, files } = await reportsOf(folder, ['job.yaml']);
    expect(code).toBe(1);
    expect(files[0]?.problems[0]?.message).toContain('gone.json');
  });
});

describe('a task definition', () => {
  test('in a list or a wrapper has its problems at its lines', async () => {
    const folder = await folderWith({
      'list.json': CYCLE.containerDefinitions,
      'described.json': { taskDefinition: CYCLE },
    });
    const { files } = await reportsOf(folder, ['list.json', 'described.json']);
    expect(files.map(({ problems }) => problems[0])).toMatchObject([
      { path: [0], line: 2 },
      { path: ['taskDefinition', 'containerDefinitions', 0], line: 5 },
    ]);
  });
});

test('a task definition is held against the launch type that it requires, or that is named', async () => {
  const folder = await folderWith({
    'ec2.json': SOUND,
    'fargate.json': { ...SOUND, requiresCompatibilities: ['FARGATE'] },
  });
  const { files } = await reportsOf(folder, ['ec2.json', 'fargate.json']);
  expect(files.map(({ valid }) => valid)).toEqual([true, false]);
  const named = await reportsOf(folder, ['--launch', 'fargate', 'ec2.json']);
  expect(named.files[0]?.valid).toBe(false);
});

describe('a file', () => {
  test('that is missing or broken does not keep the others from being checked', async () => {
    const folder = await folderWith({ 'broken.json': '{"image": ', 'good.yaml': 'image: a\n' });
    const { code, files } = await reportsOf(folder, ['gone.yaml', 'broken.json', 'good.yaml']);
    expect(code).toBe(1);
    expect(files).toMatchObject([
      { file: 'gone.yaml', kind: null, valid: false, problems: [{ line: null }] },
      { file: 'broken.json', kind: null, valid: false, problems: [{ line: 1 }] },
      { file: 'good.yaml', kind: 'job', valid: true },
    ]);
  });

  test('may be standard input, once', async () => {
    const folder = await temporaryFolder();
    const { code, files } = await reportsOf(folder, ['-'], 'imag: a\n');
    expect(code).toBe(1);
    expect(files).toMatchObject([{ file: '-', problems: [{ path: ['imag'], line: 1 }, {}] }]);
    expect((await slipway(['validate', '-', '-'], folder)).code).toBe(2);
  });
});

test('no file, or a launch type that there is not, is a usage error', async () => {
  const folder = await temporaryFolder();
  expect((await slipway(['validate'], folder)).code).toBe(2);
  expect((await slipway(['validate', '--launch', 'moon', 'a'], folder)).code).toBe(2);
});
