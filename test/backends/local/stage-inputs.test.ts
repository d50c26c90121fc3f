import { mkdir, readdir, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { StagingError } from '../../../src/backends/local/errors.ts';
import { stageInputs } from '../../../src/backends/local/stage-inputs.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

let here: string;
let stage: string;

beforeEach(async () => {
  here = await temporaryFolder();
  stage = join(here, 'stage');
});

async function write(path: string, text = path): Promise<string> {
  const file = join(here, path);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, text);
  return file;
}

describe('stageInputs', () => {
  it('takes a file and a folder as they are', async () => {
    const file = await write('data/a b "c" ü.txt');
    const { inputs, warnings } = await stageInputs(
      { one: file, all: join(here, 'data') },
      stage,
      'hard',
    );
    expect(inputs).toEqual([
      { name: 'one', source: file, extra: [] },
      { name: 'all', source: join(here, 'data'), extra: [] },
    ]);
    expect(warnings).toEqual([]);
  });

  it.each(['hard', 'symbolic'] as const)('links what a glob matches, %s', async (linking) => {
    await write('reads/x 1.fq');
    await write('reads/deep/y.fq');
    await write('reads/other.txt');
    const stageTwice = async () =>
      stageInputs({ reads: join(here, 'reads/**/*.fq') }, stage, linking);
    await stageTwice();
    const { inputs } = await stageTwice();
    expect(inputs).toEqual([{ name: 'reads', source: join(stage, 'reads'), extra: [] }]);
    expect((await readdir(join(stage, 'reads'))).sort()).toEqual(['deep', 'x 1.fq']);
    expect(await readFile(join(stage, 'reads/deep/y.fq'), 'utf8')).toBe('reads/deep/y.fq');
    const [original, linked] = await Promise.all([
      stat(join(here, 'reads/x 1.fq')),
      stat(join(stage, 'reads/x 1.fq')),
    ]);
    expect(linked.ino).toBe(original.ino);
  });

  it('takes a name with brackets for the file that has it', async () => {
    const file = await write('odd [1].txt');
    const { inputs } = await stageInputs({ odd: file }, stage, 'hard');
    expect(inputs[0]?.source).toBe(file);
  });

  it('follows a link that is itself the input', async () => {
    const file = await write('real.txt');
    await symlink(file, join(here, 'link.txt'));
    const { inputs } = await stageInputs({ one: join(here, 'link.txt') }, stage, 'hard');
    expect(inputs[0]?.source).toBe(file);
  });

  it('warns of a link that leads out of an input folder, and not of one inside', async () => {
    await write('data/inner.txt');
    await symlink('inner.txt', join(here, 'data/fine'));
    const fine = await stageInputs({ data: join(here, 'data') }, stage, 'hard');
    expect(fine.warnings).toEqual([]);
    await symlink('/etc/hostname', join(here, 'data/out'));
    const { warnings } = await stageInputs({ data: join(here, 'data') }, stage, 'hard');
    expect(warnings).toEqual([expect.stringContaining('out is a link to /etc/hostname')]);
  });

  it.each([
    ['missing.txt', /there is no .*missing\.txt/],
    ['*.nothing', /no file matches/],
  ])('refuses %s', async (path, message) => {
    const staging = stageInputs({ one: join(here, path) }, stage, 'hard');
    await expect(staging).rejects.toThrow(StagingError);
    await expect(staging).rejects.toThrow(message);
  });
});
