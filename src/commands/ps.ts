import { type Command, Option } from 'commander';
import { RunState } from '../store/store.ts';
import { pair, wholeNumber } from './arguments.ts';

/** What `slipway ps` takes. */
export interface PsOptions {
  all?: boolean;
  state?: RunState;
  tag?: Record<string, string>;
  limit?: number;
  json?: boolean;
}

/** `slipway ps` */
export function addPs(program: Command): void {
  program
    .command('ps')
    .summary('list runs')
    .description('List runs, newest first: those that go on, and the 20 newest of the others.')
    .option('-a, --all', 'all runs')
    .addOption(
      new Option('--state <STATE>', 'all runs in this state')
        .choices(Object.values(RunState))
        .argParser((text) => text.toUpperCase()),
    )
    .option('--tag <NAME=VALUE>', 'all runs with this tag; repeat', pair)
    .option('-n, --limit <COUNT>', 'at most so many', wholeNumber(1))
    .option('--json', 'print a JSON array')
    .action(async (options: PsOptions, command: Command) => {
      const { listRuns } = await import('./ps/list-runs.ts');
      await listRuns(command, options);
    });
}
