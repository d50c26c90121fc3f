import { isatty } from 'node:tty';
import type { Command } from 'commander';
import { UsageError } from '../../errors.ts';
import { RunConflict } from '../../runs/errors.ts';
import { findRun } from '../../runs/find.ts';
import { currentAttempt } from '../../runs/run.ts';
import { didYouMean } from '../../spec/nearest.ts';
import { RunState } from '../../store/store.ts';
import { containerNames } from '../container-names.ts';
import type { ExecOptions } from '../exec.ts';
import { withRuns } from '../open.ts';

/** A container may run for a moment before its start is recorded: then the engine decides. */
const RUNS: readonly RunState[] = [RunState.Provisioning, RunState.Starting, RunState.Running];

/**
 * @throws RunConflict where the run does not go on.
 * @throws UsageError where there is no such container, or no command.
 */
export async function execInRun(
  command: Command,
  id: string,
  argv: readonly string[],
  { container, user, workingDirectory }: ExecOptions,
): Promise<void> {
  if (argv.length === 0) {
    throw new UsageError('There is no command to run.', {
      hint: `It goes behind --, as in: slipway exec ${id} -- sh`,
    });
  }
  await withRuns(command, async (runs) => {
    const run = await findRun(runs.store, id);
    if (!RUNS.includes(run.state)) {
      throw new RunConflict(`Run ${run.id} is ${run.state}, and a command needs one that runs.`);
    }
    const names = containerNames(run);
    const name = container ?? run.document.request.main;
    if (!names.includes(name)) {
      throw new UsageError(`Run ${run.id} has no container ${name}.`, {
        hint: didYouMean(name, names) ?? `It has ${names.join(', ')}.`,
      });
    }
    const backend = await runs.backend(run.document.request);
    process.exitCode = await backend.exec(
      { run: run.id, attempt: currentAttempt(run).number },
      name,
      argv,
      { terminal: isatty(0) && isatty(1), user, workingDirectory },
    );
  });
}
