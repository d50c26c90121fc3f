import type { Command } from 'commander';
import { findRun } from '../../runs/find.ts';
import { describeRun } from '../../runs/view.ts';
import { lastLines } from '../log/last-lines.ts';
import { withRuns } from '../open.ts';
import { colorsOf, printJson, printLine } from '../output.ts';
import { runDetails } from './run-details.ts';

/** @throws RunNotFound */
export async function showRun(
  command: Command,
  id: string,
  { json }: { json?: boolean },
): Promise<void> {
  await withRuns(command, async (runs) => {
    const run = await findRun(runs.store, id);
    if (json) printJson(describeRun(run));
    else {
      const last = await lastLines(runs, run);
      for (const line of runDetails(run, last, colorsOf('stdout'), Date.now())) printLine(line);
    }
  });
}
