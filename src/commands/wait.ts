import type { Command } from 'commander';
import { seconds } from './arguments.ts';

/** What `slipway wait` takes besides runs. */
export interface WaitCommandOptions {
  timeout?: number;
  json?: boolean;
}

/** `slipway wait ID…` */
export function addWait(program: Command): void {
  program
    .command('wait')
    .summary('wait until runs are over')
    .description(
      'Wait until runs are over. Exits with the code of the first one named that did not succeed, or ' +
        'with 124 where the time is over before.',
    )
    .argument('<ids...>', 'runs: ids, beginnings of them, or last')
    .option('--timeout <DURATION>', 'wait no longer; the runs go on', seconds)
    .option('--json', 'print a JSON array of the runs')
    .action(async (ids: string[], options: WaitCommandOptions, command: Command) => {
      const { waitForRuns } = await import('./wait/wait-for-runs.ts');
      await waitForRuns(command, ids, options);
    });
}
