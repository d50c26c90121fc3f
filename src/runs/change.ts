import type { RunChange, Store } from '../store/store.ts';
import { RunNotFound } from './errors.ts';
import { asRun, type Run } from './run.ts';

/**
 * Changes a run whoever else is changing it: `change` is asked again with the newer record where an
 * update came in between. It gives undefined to leave the run as it is.
 * @throws RunNotFound
 */
export async function changeRun(
  store: Store,
  id: string,
  change: (run: Run) => RunChange | undefined,
): Promise<Run> {
  for (;;) {
    const record = await store.get(id);
    if (record === undefined) throw new RunNotFound(id);
    const run = asRun(record);
    const wanted = change(run);
    if (wanted === undefined) return run;
    const changed = await store.update(id, run.version, wanted);
    if (changed !== undefined) return asRun(changed);
  }
}
