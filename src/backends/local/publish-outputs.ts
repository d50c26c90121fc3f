/** Moves what a task wrote under `/output` to where the job wants it, each piece atomically. */
import { cp, lstat, readdir, readlink, rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { makeFolder } from '../../make-folder.ts';
import { StagingError } from './errors.ts';
import type { TaskFolders } from './folders.ts';
import { isInside, isThere } from './stage-inputs.ts';

/**
 * Moves all outputs of a task that succeeded; a later call after a crash goes on where it stopped.
 * @returns where each output is now.
 * @throws StagingError where one was not written, holds a link that leads out of it, or cannot be
 *   put where it belongs; what was not moved stays in the task's folder.
 */
export async function publishOutputs(
  outputs: Readonly<Record<string, string>>,
  folders: TaskFolders,
): Promise<Record<string, string>> {
  const names = Object.keys(outputs);
  if (names.length === 0) return {};
  // Written once everything was found to be there: after it, what is missing has been moved already.
  const marker = folders.publishing;
  if (!(await isThere(marker))) {
    for (const name of names) await verify(name, join(folders.output, name));
    await writeFile(marker, '');
  }
  for (const [name, destination] of Object.entries(outputs)) {
    const source = join(folders.output, name);
    if (await isThere(source)) await moveTo(name, source, destination, copyMark(folders));
  }
  return { ...outputs };
}

/** Moves what a failed task has written beside where it was meant to be, as `<path>.failed-<run>`. */
export async function keepFailedOutputs(
  outputs: Readonly<Record<string, string>>,
  folders: TaskFolders,
): Promise<Record<string, string>> {
  const kept: Record<string, string> = {};
  for (const [name, destination] of Object.entries(outputs)) {
    const source = join(folders.output, name);
    const place = `${destination}.failed-${basename(folders.run)}-${basename(folders.attempt)}`;
    if (await isThere(source)) await moveTo(name, source, place, copyMark(folders));
    if (await isThere(place)) kept[name] = place;
  }
  return kept;
}

/**
 * What a copy beside its destination is called after it: nobody else's copy is, and whoever goes on
 * after a crash finds the one that was being made.
 */
function copyMark(folders: TaskFolders): string {
  return `slipway-${basename(folders.run)}-${basename(folders.attempt)}`;
}

async function verify(name: string, source: string): Promise<void> {
  const stats = await lstat(source).catch(() => undefined);
  if (stats === undefined) {
    throw new StagingError(`The command succeeded but did not write output ${name}.`, {
      hint: `Write it to /output/${name}, or to {${name}} in the command.`,
    });
  }
  if (stats.isDirectory()) await refuseLinksOut(name, source);
  else if (stats.isSymbolicLink()) refuse(name, '', await readlink(source));
  else if (!stats.isFile()) {
    throw new StagingError(`Output ${name} is neither a file nor a folder.`);
  }
}

async function refuseLinksOut(name: string, root: string): Promise<void> {
  const pending = [root];
  for (let folder = pending.pop(); folder !== undefined; folder = pending.pop()) {
    for (const entry of await readdir(folder, { withFileTypes: true })) {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) pending.push(path);
      if (!entry.isSymbolicLink()) continue;
      const target = await readlink(path);
      if (target.startsWith('/') || !isInside(root, resolve(folder, target))) {
        refuse(name, relative(root, path), target);
      }
    }
  }
}

function refuse(name: string, path: string, target: string): never {
  throw new StagingError(
    `Output ${name}${path === '' ? '' : `: ${path}`} is a link to ${target}, which leads out of the output.`,
    { hint: 'Copy the file instead of linking to it, or link with a path relative to it.' },
  );
}

async function moveTo(
  name: string,
  source: string,
  destination: string,
  mark: string,
): Promise<void> {
  try {
    await makeFolder(dirname(destination));
    await move(source, destination, mark);
  } catch (error) {
    if (error instanceof StagingError) {
      throw new StagingError(`Output ${name}: ${error.message}`, {
        hint: `It is kept at ${source}.`,
      });
    }
    throw new StagingError(
      `Output ${name} cannot be put at ${destination}: ${(error as Error).message}`,
      { cause: error, hint: `It is kept at ${source}.` },
    );
  }
}

/** Replaces a file, fills a folder that is there file by file, and never one by the other. */
async function move(source: string, destination: string, mark: string): Promise<void> {
  const from = await lstat(source);
  const to = await stat(destination).catch(() => undefined);
  if (from.isDirectory() && to?.isDirectory()) return merge(source, destination, mark);
  if (to?.isDirectory()) throw new StagingError(`${destination} is a folder, the output a file.`);
  if (from.isDirectory() && to !== undefined) {
    throw new StagingError(`${destination} is a file, the output a folder.`);
  }
  await renameAcross(source, destination, mark);
}

async function merge(source: string, destination: string, mark: string): Promise<void> {
  for (const entry of await readdir(source)) {
    await move(join(source, entry), join(destination, entry), mark);
  }
  await rm(source, { recursive: true });
}

/** A rename; from another file system, a copy beside the destination and then a rename. */
async function renameAcross(source: string, destination: string, mark: string): Promise<void> {
  try {
    return await rename(source, destination);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    // EACCES: a folder of another user, as root in a container leaves it, can be read but not moved.
    if (code !== 'EXDEV' && code !== 'EACCES' && code !== 'EPERM') throw error;
  }
  const beside = `${destination}.${mark}`;
  try {
    await rm(beside, { recursive: true, force: true });
    await cp(source, beside, { recursive: true, verbatimSymlinks: true, preserveTimestamps: true });
    await rename(beside, destination);
  } finally {
    await rm(beside, { recursive: true, force: true });
  }
  // The move has succeeded; what cannot be removed here is the task folder's removal's to report.
  await rm(source, { recursive: true, force: true }).catch(() => undefined);
}
