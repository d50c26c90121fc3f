import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Leftover } from '../backends/backend.ts';
import { changeRun } from './change.ts';
import type { RunsContext } from './context.ts';
import { LeftoverError } from './errors.ts';
import { getRun } from './find.ts';
import { taskOf } from './run.ts';
import { requestStop, type StopOptions } from './stop.ts';
import { type WaitOptions, waitForRun } from './wait.ts';

export interface DestroyOptions extends WaitOptions, StopOptions {
  /** Whether its log and record go too. Default false. */
  purge?: boolean | undefined;
}

/**
 * Stops a run if it still runs, and removes all that it put up. Destroying it again is success.
 * @throws LeftoverError with what could not be removed, and why.
 * @throws RunNotFound
 */
export async function destroyRun(
  runs: RunsContext,
  id: string,
  options: DestroyOptions = {},
): Promise<void> {
  await requestStop(runs, id, { message: 'It was destroyed.', ...options });
  const run = await waitForRun(runs, id, options);
  const backend = await runs.backend(run.document.request);
  const leftovers: Leftover[] = [];
  for (const { number } of run.document.attempts) {
    leftovers.push(...(await backend.remove(taskOf(run, number))));
  }
  await changeRun(runs.store, id, ({ document }) => ({
    document: {
      ...document,
      leftovers,
      removedAt:
        leftovers.length === 0 ? (document.removedAt ?? new Date().toISOString()) : undefined,
    },
  }));
  if (leftovers.length > 0) throw new LeftoverError(leftovers);
  if (options.purge) await purgeRun(runs, id);
}

/** Deletes the log and the record of a run that is over and removed. */
export async function purgeRun(runs: RunsContext, id: string): Promise<void> {
  const run = await getRun(runs.store, id);
  await rm(join(runs.home, 'runs', run.id), { recursive: true, force: true });
  await runs.store.delete(run.id);
}
