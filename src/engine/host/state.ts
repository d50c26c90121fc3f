import { lstat, readdir, readFile, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { ContainerSpec } from '../engine.ts';
import { type Identity, parseIdentity } from './identity.ts';

/**
 * What a container's folder holds: `container.json`, the growing files `stdout` and `stderr`, its
 * scratch folder `work`, and for each start `start-N` (a link to the wrapper's identity),
 * `command-N` (the command's), `killed-N` (there once Slipway itself sent SIGKILL) and `exit-N`.
 */
export interface StoredContainer {
  /** Unlike a name, never used again. */
  id: string;
  /** Secrets are written nowhere; only their names are kept. */
  spec: Omit<ContainerSpec, 'secrets'>;
  secretNames: readonly string[];
}

/** What a removal puts in the place of the next start, so that there is none. */
export const REMOVED = 'removed';

export interface Start {
  number: number;
  startedAt: Date;
  /** Undefined where a removal took the start's place. */
  wrapper: Identity | undefined;
}

export interface Exit {
  code: number;
  endedAt: Date;
  /** In seconds, of the command and all of its children that it waited for. */
  cpuTime: number;
  /** Whether the kernel killed a process for want of memory while this one ran. */
  memoryKill: boolean;
}

export const files = {
  container: (folder: string) => join(folder, 'container.json'),
  output: (folder: string, stream: 'stdout' | 'stderr') => join(folder, stream),
  scratch: (folder: string) => join(folder, 'work'),
  wrapperErrors: (folder: string) => join(folder, 'wrapper-errors'),
  peakMemory: (folder: string) => join(folder, 'peak-memory'),
  start: (folder: string, number: number) => join(folder, `start-${number}`),
  command: (folder: string, number: number) => join(folder, `command-${number}`),
  killed: (folder: string, number: number) => join(folder, `killed-${number}`),
  exit: (folder: string, number: number) => join(folder, `exit-${number}`),
};

/** Undefined where there is no such container. */
export async function readContainer(folder: string): Promise<StoredContainer | undefined> {
  const text = await readIfThere(files.container(folder));
  return text === undefined ? undefined : JSON.parse(text);
}

/** The latest start; undefined where the container was created only. */
export async function readLatestStart(folder: string): Promise<Start | undefined> {
  const numbers = (await readdir(folder).catch(missing))?.flatMap((name) =>
    name.startsWith('start-') ? [Number(name.slice('start-'.length))] : [],
  );
  if (numbers === undefined || numbers.length === 0) return undefined;
  return readStart(folder, Math.max(...numbers));
}

/** One start by its number; undefined where there was none. */
export async function readStart(folder: string, number: number): Promise<Start | undefined> {
  const link = files.start(folder, number);
  const [target, status] = await Promise.all([
    readlink(link).catch(missing),
    lstat(link).catch(missing),
  ]);
  if (target === undefined || status === undefined) return undefined;
  return { number, startedAt: status.mtime, wrapper: parseIdentity(target) };
}

/** Who the command is; undefined until the wrapper has come so far. */
export async function readCommand(folder: string, number: number): Promise<Identity | undefined> {
  return parseIdentity((await readIfThere(files.command(folder, number))) ?? '');
}

/** How a start ended; undefined where it has not, or where nobody was left to write it down. */
export async function readExit(folder: string, number: number): Promise<Exit | undefined> {
  const file = files.exit(folder, number);
  const [text, status] = await Promise.all([readIfThere(file), lstat(file).catch(missing)]);
  if (text === undefined || status === undefined) return undefined;
  const [code, kills, , children] = text.split('\n');
  return {
    code: Number(code),
    endedAt: status.mtime,
    cpuTime: secondsOf(children ?? ''),
    memoryKill: hasRisen(kills ?? ''),
  };
}

/** The sum in a line of `times`: `0m0.010s 1m2,500s`, with the locale's decimal mark. */
function secondsOf(line: string): number {
  let seconds = 0;
  for (const [, minutes, rest] of line.matchAll(/(\d+)m(\d+(?:[.,]\d+)?)s/g)) {
    seconds += Number(minutes) * 60 + Number((rest ?? '').replace(',', '.'));
  }
  return seconds;
}

/** Whether `<before> oom_kill <after>`, as the wrapper writes it, tells of a kill. */
function hasRisen(line: string): boolean {
  const match = /^(\d+) oom_kill (\d+)$/.exec(line);
  return match !== null && Number(match[2]) > Number(match[1]);
}

/** A small file's text; undefined where there is no such file. */
export function readIfThere(file: string): Promise<string | undefined> {
  return readFile(file, 'utf8').catch(missing);
}

/** For `catch`: undefined where there is no such file, and any other error goes on. */
export function missing(error: NodeJS.ErrnoException): undefined {
  if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined;
  throw error;
}
