import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Milliseconds that `ps` may take. */
const COMMAND_TIMEOUT = 5_000;

/** When a process started, as its system tells it; undefined where there is no such process. */
export async function processStartOf(pid: number): Promise<string | undefined> {
  return process.platform === 'linux' ? readProcess(pid)?.start : startFromPs(pid);
}

/** What proc(5) tells of a process that is not a zombie. */
export interface ProcessEntry {
  pid: number;
  session: number;
  /** Clock ticks after the boot. */
  start: string;
}

/**
 * A process of this Linux machine; undefined where there is none, or only its zombie. Synchronous,
 * because /proc answers from memory, and a scan of all processes is ten times quicker so.
 */
export function readProcess(pid: number): ProcessEntry | undefined {
  const status = readProc(`/proc/${pid}/stat`);
  if (status === undefined) return undefined;
  // proc(5): the name is in parentheses and may hold any character; state is field 3, the session
  // is 6, the start is 22.
  const fields = status.slice(status.lastIndexOf(')') + 2).split(' ');
  const start = fields[19];
  if (start === undefined || fields[0] === 'Z' || fields[0] === 'X') return undefined;
  return { pid, session: Number(fields[3]), start };
}

/** A file of /proc; undefined where its process is gone or is another user's. */
export function readProc(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}

async function startFromPs(pid: number): Promise<string | undefined> {
  // The date is printed in the locale and time zone of whoever asks.
  const env = { ...process.env, LC_ALL: 'C', TZ: 'UTC' };
  const answer = await run('ps', ['-o', 'lstart=', '-p', String(pid)], {
    timeout: COMMAND_TIMEOUT,
    env,
  }).catch(() => undefined);
  return answer?.stdout.trim().replace(/\s+/g, ' ') || undefined;
}
