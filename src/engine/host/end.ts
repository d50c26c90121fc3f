import type { Dirent } from 'node:fs';
import { chmod, readdir, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { EngineFailed } from '../errors.ts';
import { hasLife, isOver, waitForEnd } from './follow.ts';
import { isAlive } from './identity.ts';
import { processesOf, sendSignal } from './processes.ts';
import {
  files,
  missing,
  REMOVED,
  readCommand,
  readContainer,
  readLatestStart,
  readStart,
  type Start,
  type StoredContainer,
} from './state.ts';

/** Before the name of a folder whose container is gone. */
export const REMOVING = '.removing-';

/** Milliseconds that killed processes may take to go; longer only where the kernel holds them. */
const KILL_TIMEOUT = 10_000;

/** Milliseconds between looks at processes that were killed. */
const KILL_LOOK = 10;

/** Milliseconds that a wrapper which has claimed its start may take to get to the command. */
const COMMAND_TIMEOUT = 5_000;

/** SIGTERM to all of the container's group, and SIGKILL to all of its processes after `seconds`. */
export async function stopContainer(folder: string, seconds: number): Promise<void> {
  const [stored, start] = await Promise.all([readContainer(folder), readLatestStart(folder)]);
  if (stored === undefined || start === undefined || (await isOver(folder, start))) return;
  await terminate(folder, start);
  if (await waitForEnd(folder, start, seconds * 1000)) return;
  await markKilled(folder, start);
  // The wrapper is spared: it writes down the exit code.
  await killAll(stored, start, (pid) => pid !== start.wrapper?.pid);
  if (await waitForEnd(folder, start, KILL_TIMEOUT)) return;
  throw new EngineFailed(`The container ${stored.spec.name} did not end after SIGKILL.`, {
    hint: 'A process that waits for a device or a network file system ends when that answers.',
  });
}

async function terminate(folder: string, start: Start): Promise<void> {
  // The group bears the wrapper's pid, which is nobody else's while the wrapper lives.
  if (start.wrapper !== undefined && (await isAlive(start.wrapper))) {
    return sendSignal(-start.wrapper.pid, 'SIGTERM');
  }
  const command = await readCommand(folder, start.number);
  if (command !== undefined && (await isAlive(command))) sendSignal(command.pid, 'SIGTERM');
}

/** A signal to the command's own process. Not running is success. */
export async function signalCommand(folder: string, signal: NodeJS.Signals): Promise<void> {
  const start = await readLatestStart(folder).catch(missing);
  if (start === undefined) return;
  const deadline = Date.now() + COMMAND_TIMEOUT;
  while (await hasLife(folder, start)) {
    const command = await readCommand(folder, start.number);
    if (command !== undefined) {
      if (signal === 'SIGKILL') await markKilled(folder, start);
      if (await isAlive(command)) sendSignal(command.pid, signal);
      return;
    }
    if (Date.now() > deadline) {
      throw new EngineFailed(
        `The command of ${basename(folder)} has not started, so that ${signal} could not be sent.`,
      );
    }
    await pause();
  }
}

/** So that this SIGKILL is not taken for the kernel's, sent for want of memory. */
async function markKilled(folder: string, start: Start): Promise<void> {
  await writeFile(files.killed(folder, start.number), '');
}

/** Kills until none is left: a process may have a child between the look and the signal. */
async function killAll(
  stored: StoredContainer,
  start: Start,
  isMeant: (pid: number) => boolean = () => true,
): Promise<void> {
  if (start.wrapper === undefined) return;
  const deadline = Date.now() + KILL_TIMEOUT;
  for (;;) {
    const left = (await processesOf(start.wrapper, stored.id)).filter(isMeant);
    if (left.length === 0) return;
    if (Date.now() > deadline) {
      const pids = left.join(', ');
      throw new EngineFailed(`Processes of ${stored.spec.name} live on after SIGKILL: ${pids}.`, {
        hint: 'A process that waits for a device or a network file system ends when that answers.',
      });
    }
    for (const pid of left) sendSignal(pid, 'SIGKILL');
    await pause();
  }
}

/** Kills what is left of a container and removes its folder. */
export async function removeContainer(folder: string, stored: StoredContainer): Promise<void> {
  await preventStart(folder);
  for (let number = (await readLatestStart(folder))?.number ?? 0; number > 0; number--) {
    const start = await readStart(folder, number);
    if (start !== undefined) await killAll(stored, start);
  }
  const gone = join(folder, '..', `${REMOVING}${stored.id}`);
  // Renamed first, so that a removal which is cut short leaves no half of a container.
  await rename(folder, gone).catch(missing);
  await removeFolder(gone);
}

/** Takes the place of the next start, so that a wrapper which is on its way finds it taken. */
async function preventStart(folder: string): Promise<void> {
  for (;;) {
    const latest = await readLatestStart(folder);
    if (latest !== undefined && latest.wrapper === undefined) return;
    try {
      return await symlink(REMOVED, files.start(folder, (latest?.number ?? 0) + 1));
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'ENOENT') return;
      if (code !== 'EEXIST') throw error;
    }
  }
}

/** With what a job has made read-only, as Go's module cache is. */
export async function removeFolder(folder: string): Promise<void> {
  // Another process may be removing the same.
  const remove = () => rm(folder, { recursive: true, force: true, maxRetries: 5 });
  await remove().catch(async (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EACCES' && error.code !== 'EPERM') throw error;
    await makeWritable(folder);
    await remove();
  });
}

async function makeWritable(folder: string): Promise<void> {
  await chmod(folder, 0o700);
  const entries: Dirent[] = await readdir(folder, { withFileTypes: true });
  const folders = entries.filter((entry) => entry.isDirectory());
  await Promise.all(folders.map((entry) => makeWritable(join(folder, entry.name))));
}

function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, KILL_LOOK));
}
