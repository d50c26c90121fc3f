import { delay } from '../waiting.ts';
import type { RunsContext } from './context.ts';
import { WaitTimedOut } from './errors.ts';
import { getRun } from './find.ts';
import { isFinal, type Run } from './run.ts';
import { ensureSupervised } from './supervision.ts';

/** Seconds between looks at the record: short at first, for runs that end at once. */
const SHORTEST_LOOK = 0.02;
const LONGEST_LOOK = 0.25;

export interface WaitOptions {
  /** Seconds; without limit where absent, as a run may take days. */
  timeout?: number | undefined;
  signal?: AbortSignal | undefined;
}

/**
 * Waits until a run is over; one whose process is gone gets a new supervisor.
 * @throws WaitTimedOut after `timeout`; the run goes on.
 * @throws the signal's reason when it is aborted; the run goes on.
 */
export async function waitForRun(
  runs: RunsContext,
  id: string,
  options: WaitOptions = {},
): Promise<Run> {
  const signal = options.signal ?? new AbortController().signal;
  const deadline = options.timeout === undefined ? undefined : Date.now() + options.timeout * 1000;
  for (let pause = SHORTEST_LOOK; ; pause = Math.min(pause * 2, LONGEST_LOOK)) {
    const run = await getRun(runs.store, id);
    if (isFinal(run.state)) return run;
    signal.throwIfAborted();
    if (deadline !== undefined && Date.now() >= deadline) {
      throw new WaitTimedOut(`Run ${id} is still ${run.state} after ${options.timeout}s.`, {
        hint: `It goes on: slipway wait ${id}, or slipway stop ${id}.`,
      });
    }
    await ensureSupervised(runs, run);
    await delay(pause, signal);
  }
}
