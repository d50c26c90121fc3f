import { execFileSync } from 'node:child_process';
import { processStartOf, readProc } from './process-start.ts';

/** A process that no later process is mistaken for: `pid,start,boot`, as the wrapper writes it. */
export interface Identity {
  pid: number;
  start: string;
  boot: string;
}

/** Undefined for text that is not a whole identity, such as a file just being written. */
export function parseIdentity(text: string): Identity | undefined {
  const match = /^(\d+),([^,]+),([^,\n]*)\n?$/.exec(text);
  if (match === null) return undefined;
  return { pid: Number(match[1]), start: match[2] as string, boot: match[3] as string };
}

/** Whether the machine has been restarted since, so that no process of then is left. */
export function isOfThisBoot(identity: Identity): boolean {
  return identity.boot === bootIdentity();
}

/** Whether that very process still runs. */
export async function isAlive(identity: Identity): Promise<boolean> {
  return isOfThisBoot(identity) && (await processStartOf(identity.pid)) === identity.start;
}

let boot: string | undefined;

/** As the wrapper reads it: what Linux and macOS call this run of the machine. */
function bootIdentity(): string {
  boot ??= (
    readProc('/proc/sys/kernel/random/boot_id') ??
    execFileSync('sysctl', ['-n', 'kern.bootsessionuuid'], { encoding: 'utf8', timeout: 5_000 })
  ).trim();
  return boot;
}
