/** Sees to it that every unfinished run has a living process that drives it. */
import { spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { FINAL_STATES, RunState, type RunSummary } from '../store/store.ts';
import type { RunsContext } from './context.ts';
import { RunConflict } from './errors.ts';
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
export function startSupervisor(runs: Pick<RunsContext, 'home'>, id: string): void {
  const { home } = runs;
  const file = supervisorLog(runs, id);
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  const log = openSync(file, 'a', 0o600);
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
  // As an address: the process starts in another folder, from which tsx is not found.
  return inSources ? ['--import', import.meta.resolve('tsx'), file] : [file];
}

/** Milliseconds that a new supervisor is given to take the lease, before another one is started. */
const SUPERVISOR_START = 5_000;

/** Supervisors that one process starts for a run that none of them takes, before it gives up. */
const MOST_SUPERVISORS = 3;

/** When this process last started a supervisor for a run, and how many so far. */
const started = new Map<string, { at: number; count: number }>();

/**
 * Gives an unfinished run whose process is gone a new one; for those who wait for the run.
 * @throws RunConflict where the processes that were started for it do not stay alive.
 */
export async function ensureSupervised(runs: RunsContext, run: Run): Promise<void> {
  if (isFinal(run.state)) return;
  const { at, count } = started.get(run.id) ?? { at: 0, count: 0 };
  if (Date.now() - at < SUPERVISOR_START || !(await isOrphan(run))) return;
  if (count === MOST_SUPERVISORS) {
    throw new RunConflict(`Run ${run.id} has no process, and those started for it have ended.`, {
      hint: `What they had to say is in ${supervisorLog(runs, run.id)}.`,
    });
  }
  superviseAnew(runs, run.id);
}

/** Gives each unfinished run whose process is gone a new supervisor, and names those runs. */
export async function adoptOrphans(runs: RunsContext): Promise<string[]> {
  const states = Object.values(RunState).filter((state) => !FINAL_STATES.includes(state));
  const orphans: string[] = [];
  for await (const run of runs.store.list({ states })) {
    if (await isOrphan(run)) orphans.push(run.id);
  }
  for (const id of orphans) superviseAnew(runs, id);
  return orphans;
}

/** Nobody drives it, and it is not so new that its first process may still be starting. */
async function isOrphan({ lease, createdAt }: RunSummary): Promise<boolean> {
  if (lease === undefined) return Date.now() - Date.parse(createdAt) >= SUPERVISOR_START;
  return !(await isHeld(lease));
}

function superviseAnew(runs: RunsContext, id: string): void {
  started.set(id, { at: Date.now(), count: (started.get(id)?.count ?? 0) + 1 });
  startSupervisor(runs, id);
}

function supervisorLog({ home }: Pick<RunsContext, 'home'>, id: string): string {
  return join(home, 'runs', id, 'supervisor.log');
}
