/** A trivial job from end to end, to see that everything between a command and its output works. */
import type { PullPolicy } from '../../backends/backend.ts';
import type { EngineName } from '../../engine/engine.ts';
import { SlipwayError } from '../../errors.ts';
import { type PlannedRun, planRun } from '../../launcher/launch.ts';
import type { RunsContext } from '../../runs/context.ts';
import { createRun } from '../../runs/create.ts';
import { destroyRun } from '../../runs/destroy.ts';
import { newLease } from '../../runs/lease.ts';
import { RunDriver } from '../../runs/lifecycle.ts';
import { currentAttempt, type Run } from '../../runs/run.ts';
import { RunState } from '../../store/store.ts';

/** Seconds after which something so small has gone wrong. */
const TIMEOUT = 60;

const GREETING = 'Hello from Slipway.';

export interface HelloOptions {
  engine: EngineName | undefined;
  image: string | undefined;
  pull: PullPolicy | undefined;
  /** Aborted to stop it gently. */
  signal: AbortSignal;
  /** Called with each thing that takes long, such as a pull. */
  onProgress: (message: string) => void;
}

/** Stable: programs read it. Times are in seconds, and null where it did not come to that. */
export interface Hello {
  /** Null where none was found. */
  engine: EngineName | null;
  image: string | null;
  succeeded: boolean;
  /** What the job wrote. */
  output: string;
  /** Why it did not succeed, and what to do. */
  reason: string | null;
  hint: string | null;
  /** What could not be removed, in words. */
  leftover: string | null;
  seconds: {
    /** To check the job and find the engine. */
    plan: number | null;
    /** To the start of the command: pulling, creating, starting. */
    start: number | null;
    run: number | null;
    cleanUp: number | null;
  };
}

/** Runs it and removes all of it, its record too. What keeps it from either is in the result. */
export async function sayHello(runs: RunsContext, options: HelloOptions): Promise<Hello> {
  const began = performance.now();
  let planned: PlannedRun;
  try {
    planned = await planHello(runs, options);
  } catch (error) {
    if (!(error instanceof SlipwayError)) throw error;
    return notPlanned(error, options);
  }
  const plan = Math.round(performance.now() - began) / 1000;
  const { run: created } = await createRun(runs, { ...planned, lease: await newLease() });
  const output: Uint8Array[] = [];
  const run = await drive(runs, created, options, output);
  const leftover = await destroyRun(runs, run.id, { purge: true }).then(() => null, messageOf);
  const succeeded = run.state === RunState.Succeeded;
  return {
    engine: planned.request.engine,
    image: options.image ?? null,
    succeeded,
    output: Buffer.concat(output).toString().trimEnd(),
    reason: succeeded ? null : (run.reason ?? null),
    hint: null,
    leftover,
    seconds: { plan, ...stages(run), ...(leftover !== null && { cleanUp: null }) },
  };
}

function planHello(runs: RunsContext, { engine, image, pull }: HelloOptions): Promise<PlannedRun> {
  const job = { name: 'hello', command: ['echo', GREETING], timeout: TIMEOUT };
  return planRun(runs, image === undefined ? job : { ...job, image }, { engine, pull });
}

function notPlanned(error: SlipwayError, { engine, image }: HelloOptions): Hello {
  return {
    engine: engine ?? null,
    image: image ?? null,
    succeeded: false,
    output: '',
    reason: error.message,
    hint: error.hint ?? null,
    leftover: null,
    seconds: { plan: null, start: null, run: null, cleanUp: null },
  };
}

async function drive(
  runs: RunsContext,
  run: Run,
  { signal, onProgress }: HelloOptions,
  output: Uint8Array[],
): Promise<Run> {
  const driver = new RunDriver(runs, run, (event) => {
    if (event.type === 'output') output.push(event.bytes);
    else if (event.type === 'progress') onProgress(event.message);
  });
  const stop = () => driver.stop('It was interrupted.');
  signal.addEventListener('abort', stop, { once: true });
  if (signal.aborted) stop();
  try {
    return await driver.drive();
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

function messageOf(error: unknown): string {
  if (!(error instanceof SlipwayError)) throw error;
  return error.message;
}

function stages(run: Run): Omit<Hello['seconds'], 'plan'> {
  const { startedAt, endedAt } = currentAttempt(run);
  return {
    start: secondsBetween(run.createdAt, startedAt),
    run: secondsBetween(startedAt, endedAt),
    cleanUp: secondsBetween(endedAt, new Date().toISOString()),
  };
}

function secondsBetween(from: string | undefined, to: string | undefined): number | null {
  if (from === undefined || to === undefined) return null;
  return Math.max(0, Date.parse(to) - Date.parse(from)) / 1000;
}
