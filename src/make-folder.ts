import { mkdir, stat } from 'node:fs/promises';
import { dirname } from 'node:path';

/**
 * Makes a folder and those above it that are missing; one that is there is left as it is. Node's own
 * `recursive` never comes back where a file system says "no such folder" to making one, as /proc does.
 * @param mode of the folders that are made.
 */
export async function makeFolder(path: string, mode?: number): Promise<void> {
  const failure = await tryToMake(path, mode);
  if (failure?.code !== 'ENOENT' || dirname(path) === path) return pass(failure);
  await makeFolder(dirname(path), mode);
  pass(await tryToMake(path, mode));
}

/** Undefined where the folder is there now. */
async function tryToMake(
  path: string,
  mode: number | undefined,
): Promise<NodeJS.ErrnoException | undefined> {
  try {
    await mkdir(path, { mode });
  } catch (error) {
    const isThere = (await stat(path).catch(() => undefined))?.isDirectory();
    if (!isThere) return error as NodeJS.ErrnoException;
  }
  return undefined;
}

function pass(failure: NodeJS.ErrnoException | undefined): void {
  if (failure !== undefined) throw failure;
}
