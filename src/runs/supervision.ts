/** Sees to it that every unfinished run has a living process that drives it. */
import { spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { FINAL_STATES, RunState } from '../store/store.ts';
import type { RunsContext } from './context.ts';
import { getRun } from './find.ts';
import { isHeld, newLease } from './lease.ts';
import { RunDriver } from './lifecycle.ts';
import { asRun, isFinal, type Run } from './run.ts';

/** The command, hidden in the help, that a supervisor process is started with. */
export const SUPERVISE = 'supervise';

/**
 * Takes the lease of a run that nobody drives.
 * @returns undefined where the run is over, or a living process drives it.
 */
export async function takeLease({ store }: RunsContext, id: string): Promise<Run | undefined> {
  for (;;) {
    const run = await getRun(store, id);
    if (isFinal(run.state)) return undefined;
    if (run.lease !== undefined && (await isHeld(run.lease))) return undefined;
    const taken = await store.update(id, run.version, { lease: await newLease() });
    if (taken !== undefined) return asRun(taken);
  }
}

/** Drives a run to its end in this process, unless another one does. */
export async function supervise(runs: RunsContext, id: string): Promise<void> {
  const run = await takeLease(runs, id);
  if (run !== undefined) await new RunDriver(runs, run).drive();
}

/**
 * Starts a process that drives the run and outlives this one and its terminal. What it has to say
 * goes to `supervisor.log` in the run's folder.
 */
export function startSupervisor({ home }: Pick<RunsContext, 'home'>, id: string): void {
  const folder = join(home, 'runs', id);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const log = openSync(join(folder, 'supervisor.log'), 'a', 0o600);
  try {
    const child = spawn(process.execPath, [...entryPoint(), SUPERVISE, id], {
      detached: true,
      stdio: ['ignore', log, log],
      cwd: home,
      env: { ...process.env, SLIPWAY_HOME: home },
    });
    // Not started at all: the run stays unheld, and the next command tries again.
    child.on('error', () => undefined);
    child.unref();
  } finally {
    closeSync(log);
  }
}

/** The command line's file: beside this one when built, a folder up in the sources. */
function entryPoint(): string[] {
  const inSources = import.meta.url.endsWith('.ts');
  const file = fileURLToPath(new URL(inSources ? '../cli.ts' : './cli.js', import.meta.url));
  return inSources ? ['--import', 'tsx', file] : [file];
}

/** Milliseconds that a new supervisor is given to take the lease, before another one is started. */
const SUPERVISOR_START = 5_000;

/** When this process last started a supervisor for a run. */
const startedAt = new Map<string, number>();

/** Gives an unfinished run whose process is gone a new one; for those who wait for the run. */
export async function ensureSupervised(runs: RunsContext, run: Run): Promise<void> {
  if (isFinal(run.state)) return;
  if (Date.now() - (startedAt.get(run.id) ?? 0) < SUPERVISOR_START) return;
  if (run.lease !== undefined && (await isHeld(run.lease))) return;
  startedAt.set(run.id, Date.now());
  startSupervisor(runs, run.id);
}

/** Gives each unfinished run whose process is gone a new supervisor, and names those runs. */
export async function adoptOrphans(runs: RunsContext): Promise<string[]> {
  const states = Object.values(RunState).filter((state) => !FINAL_STATES.includes(state));
  const orphans: string[] = [];
  for await (const { id, lease } of runs.store.list({ states })) {
    if (lease === undefined || !(await isHeld(lease))) orphans.push(id);
  }
  for (const id of orphans) {
    startedAt.set(id, Date.now());
    startSupervisor(runs, id);
  }
  return orphans;
}
