import type { Command } from 'commander';
import type { RunsContext } from '../../runs/context.ts';
import { isFinal, type Run } from '../../runs/run.ts';
import { requestStop } from '../../runs/stop.ts';
import { describeRun } from '../../runs/view.ts';
import { waitForRun } from '../../runs/wait.ts';
import { findRuns } from '../find-runs.ts';
import { withRuns } from '../open.ts';
import { printJson } from '../output.ts';
import { reportRun } from '../report-run.ts';
import { several, withStatus } from '../status.ts';
import type { StopCommandOptions } from '../stop.ts';

/** @throws RunNotFound */
export async function stopRuns(
  command: Command,
  ids: readonly string[],
  { kill, wait, json }: StopCommandOptions,
): Promise<void> {
  await withRuns(command, async (runs) => {
    const named = await findRuns(runs.store, ids);
    const stopping = new Set(named.map(({ id }) => id));
    const stopped = await withStatus(
      () => `stopping ${several(stopping)}`,
      (say) =>
        Promise.all(
          named.map(async (run) => {
            const ended = await stopRun(runs, run, { kill, wait });
            stopping.delete(run.id);
            if (isFinal(run.state)) say(`Run ${run.id} is over already: ${run.state}.`);
            else if (wait && !json) reportRun(ended, say);
            return ended;
          }),
        ),
    );
    if (json) printJson(stopped.map(describeRun));
  });
}

async function stopRun(
  runs: RunsContext,
  run: Run,
  { kill, wait }: Pick<StopCommandOptions, 'kill' | 'wait'>,
): Promise<Run> {
  if (isFinal(run.state)) return run;
  const asked = await requestStop(runs, run.id, { kill });
  return wait ? waitForRun(runs, run.id) : asked;
}
