import type { Command } from 'commander';
import { destroyRun } from '../../runs/destroy.ts';
import type { DestroyCommandOptions } from '../destroy.ts';
import { reportError } from '../errors.ts';
import { findRuns } from '../find-runs.ts';
import { withRuns } from '../open.ts';
import { printJson } from '../output.ts';
import { several, withStatus } from '../status.ts';

/**
 * Destroys every run that it can before it reports those that it could not.
 * @throws RunNotFound, and LeftoverError with what could not be removed.
 */
export async function destroyRuns(
  command: Command,
  ids: readonly string[],
  { kill, purge, json }: DestroyCommandOptions,
): Promise<void> {
  await withRuns(command, async (runs) => {
    const named = await findRuns(runs.store, ids);
    const left = new Set(named.map(({ id }) => id));
    const results = await withStatus(
      () => `destroying ${several(left)}`,
      (say) =>
        Promise.allSettled(
          named.map(async ({ id }) => {
            await destroyRun(runs, id, { kill, purge });
            left.delete(id);
            if (json) return;
            say(
              purge
                ? `Run ${id} is gone, with its record and its log.`
                : `Nothing is left of run ${id} but its record and log.`,
            );
          }),
        ),
    );
    if (json) printJson(named.map(({ id }) => id).filter((id) => !left.has(id)));
    const failures = results.flatMap((result) => (result.status === 'rejected' ? [result] : []));
    for (const { reason } of failures.slice(1)) reportError(reason, { json: false });
    if (failures[0] !== undefined) throw failures[0].reason;
  });
}
