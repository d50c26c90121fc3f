import { execFile } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { promisify } from 'node:util';
import { MARKER } from './environment.ts';
import { type Identity, isAlive, isOfThisBoot } from './identity.ts';
import { readProc, readProcess } from './process-start.ts';

const run = promisify(execFile);

/** Milliseconds that `ps` may take. */
const COMMAND_TIMEOUT = 5_000;

/** The processes that a container's start has brought forth and that still run, wrapper included. */
export async function processesOf(wrapper: Identity, id: string): Promise<number[]> {
  if (!isOfThisBoot(wrapper)) return [];
  const leads = await isAlive(wrapper);
  return process.platform === 'linux' ? fromProc(wrapper, id, leads) : fromPs(wrapper);
}

/**
 * Those that carry the container's id, whatever session they moved to, and those of the wrapper's
 * session. A session's number is not given to another process while the session has members, but
 * may be later; so once its leader is gone, only processes whose environment cannot be read (some
 * servers write their title over it) are taken on the session's word alone.
 */
function fromProc(wrapper: Identity, id: string, leads: boolean): number[] {
  const found: number[] = [];
  for (const name of readdirSync('/proc')) {
    const entry = /^\d+$/.test(name) ? readProcess(Number(name)) : undefined;
    if (entry === undefined || Number(entry.start) < Number(wrapper.start)) continue;
    const environment = readProc(`/proc/${name}/environ`) ?? '';
    const marked = environment.split('\0').includes(`${MARKER}=${id}`);
    const inSession = entry.session === wrapper.pid && (leads || !environment.includes('='));
    if (marked || inSession) found.push(entry.pid);
  }
  return found;
}

/** The wrapper's process group, of this boot: macOS's `ps` tells neither sessions nor more. */
async function fromPs(wrapper: Identity): Promise<number[]> {
  const { stdout } = await run('ps', ['-A', '-o', 'pid=,pgid=,lstart='], {
    timeout: COMMAND_TIMEOUT,
    env: { ...process.env, LC_ALL: 'C', TZ: 'UTC' },
  });
  return stdout.split('\n').flatMap((line) => {
    const [, pid, group, start] = /^\s*(\d+)\s+(\d+)\s+(.+)$/.exec(line) ?? [];
    const later = Date.parse(start ?? '') >= Date.parse(wrapper.start);
    return Number(group) === wrapper.pid && later ? [Number(pid)] : [];
  });
}

/** Sends a signal to a process or, where negative, to a group. Gone already is success. */
export function sendSignal(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/**
 * Memory in MiB that a process and its descendants hold now, or that one of them held at its peak
 * if that is more; undefined where the system does not tell.
 */
export function memoryOf(pid: number): number | undefined {
  let [resident, peak] = [0, 0];
  for (const each of [pid, ...descendantsOf(pid)]) {
    const status = readProc(`/proc/${each}/status`) ?? '';
    resident += kibibytes(status, 'VmRSS');
    peak = Math.max(peak, kibibytes(status, 'VmHWM'));
  }
  return peak === 0 ? undefined : Math.max(resident, peak) / 1024;
}

function descendantsOf(pid: number): number[] {
  const children = readProc(`/proc/${pid}/task/${pid}/children`)?.trim() ?? '';
  if (children === '') return [];
  return children.split(' ').flatMap((child) => [Number(child), ...descendantsOf(Number(child))]);
}

function kibibytes(status: string, field: string): number {
  return Number(new RegExp(`^${field}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1] ?? 0);
}

/** How many processes the kernel has killed for want of memory; undefined where it does not tell. */
export function memoryKills(): number | undefined {
  const match = /^oom_kill (\d+)$/m.exec(readProc('/proc/vmstat') ?? '');
  return match === null ? undefined : Number(match[1]);
}
