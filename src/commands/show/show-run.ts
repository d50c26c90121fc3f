import type { Command } from 'commander';
import { findRun } from '../../runs/find.ts';
import { describeRun } from '../../runs/view.ts';
import { withRuns } from '../open.ts';
import { colorsOf, printJson, printLine } from '../output.ts';
import { runDetails } from './run-details.ts';

/** @throws RunNotFound */
export async function showRun(
  command: Command,
  id: string,
  { json }: { json?: boolean },
): Promise<void> {
  await withRuns(command, async ({ store }) => {
    const run = await findRun(store, id);
    if (json) printJson(describeRun(run));
    else for (const line of runDetails(run, colorsOf('stdout'), Date.now())) printLine(line);
  });
}
