import type { Command } from 'commander';

/** What `slipway destroy` takes besides runs. */
export interface DestroyCommandOptions {
  purge?: boolean;
  kill?: boolean;
  json?: boolean;
}

/** `slipway destroy ID…` */
export function addDestroy(program: Command): void {
  program
    .command('destroy')
    .summary('remove all that runs have put up')
    .description(
      'Stop runs that still go on, and remove their containers, volumes and files. Their outputs, ' +
        'records and logs stay. Doing it again is no mistake.',
    )
    .argument('<ids...>', 'runs: ids, beginnings of them, or last')
    .option('--kill', 'SIGKILL at once to what still runs')
    .option('--purge', 'remove their records and logs too')
    .option('--json', 'print a JSON array of the ids of the runs that are destroyed')
    .action(async (ids: string[], options: DestroyCommandOptions, command: Command) => {
      const { destroyRuns } = await import('./destroy/destroy-runs.ts');
      await destroyRuns(command, ids, options);
    });
}
