import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { readFile, readlink } from 'node:fs/promises';
import { hostname } from 'node:os';
import { promisify } from 'node:util';
import { processStartOf } from '../engine/host/process-start.ts';
import type { Lease } from '../store/store.ts';

const run = promisify(execFile);

/** Milliseconds that `sysctl` may take. */
const COMMAND_TIMEOUT = 5_000;

/** A lease for this process, to be recorded by a conditional update of the run. */
export async function newLease(): Promise<Lease> {
  const [processStart, machine] = await Promise.all([
    processStartOf(process.pid),
    machineIdentity(),
  ]);
  if (processStart === undefined) {
    throw new Error(`The start time of this process (${process.pid}) cannot be read.`);
  }
  return { token: randomUUID(), pid: process.pid, processStart, machine };
}

/**
 * Whether the process that holds the lease still lives. Another machine's lease is taken for alive:
 * from here it cannot be judged, and taking it over could drive one run twice.
 */
export async function isHeld(lease: Lease): Promise<boolean> {
  const here = await machineIdentity();
  if (!sameMachine(lease.machine, here)) return true;
  // The same machine after a restart: whatever held the lease is gone.
  if (lease.machine !== here) return false;
  return (await processStartOf(lease.pid)) === lease.processStart;
}

let identity: Promise<string> | undefined;

/** The host, its pid namespace and its boot: `host/namespace/boot`. */
function machineIdentity(): Promise<string> {
  identity ??= readMachineIdentity();
  return identity;
}

async function readMachineIdentity(): Promise<string> {
  if (process.platform === 'linux') {
    const [namespace, boot] = await Promise.all([
      readlink('/proc/self/ns/pid'),
      readFile('/proc/sys/kernel/random/boot_id', 'utf8'),
    ]);
    return [hostname(), namespace, boot.trim()].join('/');
  }
  const { stdout } = await run('sysctl', ['-n', 'kern.boottime'], { timeout: COMMAND_TIMEOUT });
  return [hostname(), 'host', stdout.match(/sec = (\d+)/)?.[1] ?? stdout.trim()].join('/');
}

function sameMachine(one: string, other: string): boolean {
  const hostOf = (machine: string) => machine.split('/').slice(0, -1).join('/');
  return hostOf(one) === hostOf(other);
}
