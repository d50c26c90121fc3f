import type { Command } from 'commander';

/** What `slipway stop` takes besides runs; commander makes `wait` of `--no-wait`. */
export interface StopCommandOptions {
  kill?: boolean | undefined;
  wait: boolean;
  json?: boolean;
}

/** `slipway stop ID…` */
export function addStop(program: Command): void {
  program
    .command('stop')
    .summary('stop runs')
    .description(
      'Stop runs: their containers get SIGTERM, and SIGKILL when their stop timeout is over. What is ' +
        'over already stays as it is.',
    )
    .argument('<ids...>', 'runs: ids, beginnings of them, or last')
    .option('--kill', 'SIGKILL at once')
    .option('--no-wait', 'return when it is asked for, not when it is done')
    .option('--json', 'print a JSON array of the runs')
    .action(async (ids: string[], options: StopCommandOptions, command: Command) => {
      const { stopRuns } = await import('./stop/stop-runs.ts');
      await stopRuns(command, ids, options);
    });
}
