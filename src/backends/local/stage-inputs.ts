/**
 * Brings inputs in without copying them: a file or folder is mounted as it is, and what a glob
 * matches is linked into a folder that is mounted.
 */
import { link, lstat, mkdir, readdir, readlink, realpath, stat, symlink } from 'node:fs/promises';
import { dirname, join, posix, relative, resolve, sep } from 'node:path';
import { StagingError } from './errors.ts';

/** What a name under `/input` shows. */
export interface StagedInput {
  name: string;
  /** A file or folder of this machine. */
  source: string;
  /** Files that could not be linked into `source` and are mounted into it one by one. */
  extra: readonly { source: string; path: string }[];
}

export interface StagedInputs {
  inputs: readonly StagedInput[];
  warnings: readonly string[];
}

/** How many entries of an input folder are looked at for links that lead out of it. */
const LINKS_LOOKED_AT = 20_000;

/**
 * Finds every input and links what globs match into `folder`. Doing it again changes nothing.
 * @param inputs absolute path or glob by name.
 * @param linking `hard` where the folder is mounted elsewhere, `symbolic` where it is used in place.
 * @throws StagingError where an input is not there, or a glob matches nothing.
 */
export async function stageInputs(
  inputs: Readonly<Record<string, string>>,
  folder: string,
  linking: 'hard' | 'symbolic',
): Promise<StagedInputs> {
  const staged: StagedInput[] = [];
  const warnings: string[] = [];
  for (const [name, source] of Object.entries(inputs)) {
    const kind = await kindOf(source);
    if (kind === undefined) {
      staged.push(await stageGlob(name, source, join(folder, name), linking));
      continue;
    }
    if (kind === 'other') {
      throw new StagingError(`Input ${name}: ${source} is neither a file nor a folder.`);
    }
    const real = await realpath(source);
    staged.push({ name, source: real, extra: [] });
    if (kind === 'folder') warnings.push(...(await linksOutOf(name, real)));
  }
  return { inputs: staged, warnings };
}

async function kindOf(path: string): Promise<'file' | 'folder' | 'other' | undefined> {
  const stats = await stat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined;
    throw new StagingError(`An input cannot be read: ${error.message}`, { cause: error });
  });
  if (stats === undefined) return undefined;
  return stats.isFile() ? 'file' : stats.isDirectory() ? 'folder' : 'other';
}

async function stageGlob(
  name: string,
  pattern: string,
  target: string,
  linking: 'hard' | 'symbolic',
): Promise<StagedInput> {
  const { glob, isDynamicPattern } = await import('tinyglobby');
  if (!isDynamicPattern(pattern)) {
    throw new StagingError(`Input ${name}: there is no ${pattern}.`, {
      hint: 'A relative path is taken from the folder of the job file, or from where the command was typed.',
    });
  }
  const { base, rest } = splitPattern(pattern, isDynamicPattern);
  const matches = await glob(rest, { cwd: base, dot: true });
  if (matches.length === 0) {
    throw new StagingError(`Input ${name}: no file matches ${pattern}.`);
  }
  const extra: { source: string; path: string }[] = [];
  for (const match of matches.sort()) {
    const source = await realpath(join(base, match));
    const path = join(target, match);
    await mkdir(dirname(path), { recursive: true });
    if (linking === 'symbolic') await symlink(source, path).catch(unlessThere);
    else if (!(await linkHard(source, path))) extra.push({ source, path: toPosix(match) });
  }
  return { name, source: target, extra };
}

/** False where the file lives on another file system, or belongs to somebody else. */
async function linkHard(source: string, path: string): Promise<boolean> {
  try {
    await link(source, path);
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') return true;
    if (code === 'EXDEV' || code === 'EPERM' || code === 'EMLINK' || code === 'ENOTSUP')
      return false;
    throw error;
  }
}

/** The folders before the first part that is a pattern, as they are called, and the pattern in them. */
function splitPattern(pattern: string, isDynamic: (pattern: string) => boolean) {
  const parts = pattern.split('/');
  const first = parts.findIndex((part) => isDynamic(part));
  // A backslash in a pattern takes the meaning from what follows it.
  const folders = parts.slice(0, first).map((part) => part.replaceAll(/\\(.)/g, '$1'));
  return { base: resolve('/', folders.join('/')), rest: parts.slice(first).join('/') };
}

async function linksOutOf(name: string, folder: string): Promise<string[]> {
  const pending = [folder];
  let looked = 0;
  for (let current = pending.pop(); current !== undefined; current = pending.pop()) {
    for (const entry of await readdir(current, { withFileTypes: true })) {
      looked += 1;
      if (looked > LINKS_LOOKED_AT) return [];
      const path = join(current, entry.name);
      if (entry.isDirectory()) pending.push(path);
      if (entry.isSymbolicLink() && !isInside(folder, resolve(current, await readlink(path)))) {
        const shown = relative(folder, path);
        return [
          `Input ${name}: ${shown} is a link to ${await readlink(path)}, outside of the input; a container does not see what it points to.`,
        ];
      }
    }
  }
  return [];
}

/** Whether `path` is `folder` or below it. */
export function isInside(folder: string, path: string): boolean {
  const way = relative(folder, path);
  return way === '' || (way !== '..' && !way.startsWith(`..${sep}`) && !way.startsWith('/'));
}

function toPosix(path: string): string {
  return path.split(sep).join(posix.sep);
}

async function unlessThere(error: NodeJS.ErrnoException): Promise<void> {
  if (error.code !== 'EEXIST') throw error;
}

/** Whether anything is at `path`, a dangling link included. */
export async function isThere(path: string): Promise<boolean> {
  return (await lstat(path).catch(() => undefined)) !== undefined;
}
