import { stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { makeFolder } from '../src/make-folder.ts';
import { temporaryFolder } from './support/temporary-folder.ts';

describe('makeFolder', () => {
  it('makes all that is missing, several times at once', async () => {
    const folder = join(await temporaryFolder(), 'a/b/c');
    await Promise.all([makeFolder(folder, 0o700), makeFolder(folder), makeFolder(folder)]);
    expect((await stat(folder)).isDirectory()).toBe(true);
  });

  it('fails where there can be none, and comes back', async () => {
    const file = join(await temporaryFolder(), 'file');
    await writeFile(file, '');
    await expect(makeFolder(file)).rejects.toMatchObject({ code: 'EEXIST' });
    await expect(makeFolder(join(file, 'a/b'))).rejects.toMatchObject({ code: 'ENOTDIR' });
    if (process.platform === 'linux') {
      await expect(makeFolder('/proc/nothing/a')).rejects.toMatchObject({ code: 'ENOENT' });
    }
  });
});
