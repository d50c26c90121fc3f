import type { Command } from 'commander';
import { isFinal } from '../../runs/run.ts';
import { requestStop } from '../../runs/stop.ts';
import { describeRun } from '../../runs/view.ts';
import { waitForRun } from '../../runs/wait.ts';
import { findRuns } from '../find-runs.ts';
import { withRuns } from '../open.ts';
import { note, printJson } from '../output.ts';
import { reportRun } from '../report-run.ts';
import type { StopCommandOptions } from '../stop.ts';

/** @throws RunNotFound */
export async function stopRuns(
  command: Command,
  ids: readonly string[],
  { kill, wait, json }: StopCommandOptions,
): Promise<void> {
  await withRuns(command, async (runs) => {
    const named = await findRuns(runs.store, ids);
    const stopped = await Promise.all(
      named.map(async (run) => {
        if (isFinal(run.state)) {
          note(`Run ${run.id} is over already: ${run.state}.`);
          return run;
        }
        const asked = await requestStop(runs, run.id, { kill });
        const ended = wait ? await waitForRun(runs, run.id) : asked;
        if (wait && !json) reportRun(ended);
        return ended;
      }),
    );
    if (json) printJson(stopped.map(describeRun));
  });
}
