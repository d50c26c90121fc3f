import { findRun } from '../runs/find.ts';
import type { Run } from '../runs/run.ts';
import type { Store } from '../store/store.ts';

/**
 * The runs that were named, each once; all of them are there before anything is done to one.
 * @throws RunNotFound, and AmbiguousRun.
 */
export async function findRuns(store: Store, texts: readonly string[]): Promise<Run[]> {
  const runs = new Map<string, Run>();
  for (const text of texts) {
    const run = await findRun(store, text);
    runs.set(run.id, run);
  }
  return [...runs.values()];
}
