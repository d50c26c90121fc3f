import { type Command, InvalidArgumentError } from 'commander';
import { wholeNumber } from './arguments.ts';

/** What `slipway logs` takes besides a run. */
export interface LogsOptions {
  follow?: boolean;
  since?: string;
  tail?: number;
  container?: string[];
  attempt?: number;
  timestamps?: boolean;
  json?: boolean;
}

/** `slipway logs ID` */
export function addLogs(program: Command): void {
  program
    .command('logs')
    .summary("print what a run's containers wrote")
    .description(
      "Print what a run's containers wrote: stdout on stdout and stderr on stderr, byte for byte. With " +
        'several containers each line has its container in front.',
    )
    .argument('<id>', 'a run: its id, the beginning of one, or last')
    .option('-f, --follow', 'go on until the run is over')
    .option(
      '--since <TIME>',
      'only what came after it: 10m for ten minutes ago, or an ISO 8601 time',
    )
    .option('-n, --tail <COUNT>', 'only the last lines', wholeNumber(0))
    .option('-c, --container <NAME>', 'only this container; repeat', repeated)
    .option('--attempt <NUMBER>', 'this try, from 1; default: the last one', wholeNumber(1))
    .option('-t, --timestamps', 'put the time before each line')
    .option('--json', 'print a JSON object for each line: time, container, stream, text')
    .action(async (id: string, options: LogsOptions, command: Command) => {
      const { printLogs } = await import('./logs/print-logs.ts');
      await printLogs(command, id, options);
    });
}

function repeated(value: string, before: string[] = []): string[] {
  if (value === '') throw new InvalidArgumentError('It must not be empty.');
  return [...before, value];
}
