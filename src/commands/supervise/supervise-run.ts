import type { Command } from 'commander';
import { openRuns } from '../../runs/context.ts';
import { supervise } from '../../runs/supervision.ts';
import { configOf } from '../open.ts';

/** Drives a run to its end, unless another process does; it adopts no other run. */
export async function superviseRun(command: Command, id: string): Promise<void> {
  const { values } = await configOf(command);
  const runs = await openRuns(values.home);
  try {
    await supervise(runs, id);
  } finally {
    await runs.store.close();
  }
}
