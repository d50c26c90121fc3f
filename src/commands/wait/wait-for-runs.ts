import type { Command } from 'commander';
import { describeRun } from '../../runs/view.ts';
import { waitForRun } from '../../runs/wait.ts';
import { exitCodeOf } from '../exit-code.ts';
import { findRuns } from '../find-runs.ts';
import { lastLines } from '../log/last-lines.ts';
import { withRuns } from '../open.ts';
import { printJson } from '../output.ts';
import { reportRun } from '../report-run.ts';
import { several, withStatus } from '../status.ts';
import type { WaitCommandOptions } from '../wait.ts';

/** @throws RunNotFound, and WaitTimedOut after `timeout`. */
export async function waitForRuns(
  command: Command,
  ids: readonly string[],
  { timeout, json }: WaitCommandOptions,
): Promise<void> {
  await withRuns(command, async (runs) => {
    const named = await findRuns(runs.store, ids);
    const waiting = new Set(named.map(({ id }) => id));
    const ended = await withStatus(
      () => `waiting for ${several(waiting)}`,
      (say) =>
        Promise.all(
          named.map(async ({ id }) => {
            const run = await waitForRun(runs, id, { timeout });
            waiting.delete(id);
            if (!json) reportRun(run, say, await lastLines(runs, run));
            return run;
          }),
        ),
    );
    if (json) printJson(ended.map(describeRun));
    process.exitCode = ended.map(exitCodeOf).find((code) => code !== 0) ?? 0;
  });
}
