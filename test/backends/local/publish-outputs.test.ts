import { mkdir, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { type TaskFolders, taskFolders } from '../../../src/backends/local/folders.ts';
import { keepFailedOutputs, publishOutputs } from '../../../src/backends/local/publish-outputs.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

let here: string;
let folders: TaskFolders;

beforeEach(async () => {
  here = await temporaryFolder();
  folders = taskFolders(join(here, 'home'), { run: 'r', attempt: 1 });
  await mkdir(folders.output, { recursive: true });
});

async function write(file: string, text: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, text);
}
const output = (path: string, text = path) => write(join(folders.output, path), text);
const there = (path: string) => readFile(join(here, path), 'utf8');

describe('publishOutputs', () => {
  it('moves a file, making the folders above, and replaces one that is there', async () => {
    await output('sum', 'new');
    await write(join(here, 'out/sum ü.txt'), 'old');
    const place = join(here, 'out/sum ü.txt');
    expect(await publishOutputs({ sum: place }, folders)).toEqual({ sum: place });
    expect(await there('out/sum ü.txt')).toBe('new');
    expect(await readdir(folders.output)).toEqual([]);
  });

  it('moves a folder, and fills one that is there file by file', async () => {
    await output('all/a', 'new a');
    await output('all/deep/b', 'new b');
    await write(join(here, 'all/a'), 'old a');
    await write(join(here, 'all/kept'), 'kept');
    await publishOutputs({ all: join(here, 'all') }, folders);
    expect(await there('all/a')).toBe('new a');
    expect(await there('all/deep/b')).toBe('new b');
    expect(await there('all/kept')).toBe('kept');
  });

  it('moves nothing where one output was not written', async () => {
    await output('one');
    const outputs = { one: join(here, 'one'), two: join(here, 'two') };
    await expect(publishOutputs(outputs, folders)).rejects.toThrow(/did not write output two/);
    expect(await readdir(here)).toEqual(['home']);
  });

  it.each([
    ['an absolute link', '/etc/hostname'],
    ['a link that climbs', '../../../outside'],
  ])('refuses %s in an output', async (_, target) => {
    await output('all/a');
    await symlink(target, join(folders.output, 'all/link'));
    await expect(publishOutputs({ all: join(here, 'all') }, folders)).rejects.toThrow(
      /link is a link to .* which leads out of the output/,
    );
  });

  it('keeps a link that stays inside', async () => {
    await output('all/a', 'text');
    await symlink('a', join(folders.output, 'all/link'));
    await publishOutputs({ all: join(here, 'all') }, folders);
    expect(await there('all/link')).toBe('text');
  });

  it('never puts a file in the place of a folder, nor the reverse', async () => {
    await output('one');
    await mkdir(join(here, 'folder'));
    await expect(publishOutputs({ one: join(here, 'folder') }, folders)).rejects.toThrow(
      /is a folder, the output a file/,
    );
    await rm(join(folders.attempt, 'publishing'));
    await output('all/a');
    await write(join(here, 'file'), 'text');
    await expect(publishOutputs({ all: join(here, 'file') }, folders)).rejects.toThrow(
      /is a file, the output a folder/,
    );
    expect(await there('file')).toBe('text');
  });

  it('goes on after a crash between two outputs', async () => {
    await output('one');
    await output('two');
    const outputs = { one: join(here, 'one'), two: join(here, 'blocked/two') };
    await writeFile(join(here, 'blocked'), '');
    await expect(publishOutputs(outputs, folders)).rejects.toThrow(/cannot be put at/);
    await rm(join(here, 'blocked'));
    expect(await publishOutputs(outputs, folders)).toEqual(outputs);
    expect([await there('one'), await there('blocked/two')]).toEqual(['one', 'two']);
  });
});

describe('keepFailedOutputs', () => {
  it('leaves what is there alone and puts the failed ones beside it', async () => {
    await output('sum', 'half');
    await write(join(here, 'sum'), 'good');
    const kept = await keepFailedOutputs(
      { sum: join(here, 'sum'), other: join(here, 'o') },
      folders,
    );
    expect(kept).toEqual({ sum: join(here, 'sum.failed-r-1') });
    expect([await there('sum'), await there('sum.failed-r-1')]).toEqual(['good', 'half']);
  });
});
