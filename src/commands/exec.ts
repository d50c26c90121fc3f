import type { Command } from 'commander';
import { splitAtSeparator } from './words.ts';

/** What `slipway exec` takes besides a run and a command. */
export interface ExecOptions {
  container?: string;
  user?: string;
  workingDirectory?: string;
}

/** `slipway exec ID -- COMMAND…` */
export function addExec(program: Command): void {
  program
    .command('exec')
    .summary('run a command in a container that runs')
    .description(
      'Run a command in a container of a run that goes on, on this terminal where there is one. Exits ' +
        "with the command's exit code.",
    )
    .usage('[options] ID -- COMMAND…')
    .argument('<id>', 'a run: its id, the beginning of one, or last')
    .argument('[command...]', 'behind --: the words of the command')
    .option('-c, --container <NAME>', 'default: the one whose exit code is the run’s')
    .option('-u, --user <USER>', 'default: the container’s')
    .option('-w, --working-directory <PATH>', 'default: the container’s')
    .action(async (id: string, words: string[], options: ExecOptions, command: Command) => {
      const { rawArgs } = program as Command & { rawArgs: string[] };
      const { before, after } = splitAtSeparator(rawArgs, [id, ...words]);
      const { execInRun } = await import('./exec/exec-in-run.ts');
      // Without `--` the command may be given as it is, as long as it has no options of its own.
      await execInRun(command, id, [...before.slice(1), ...after], options);
    });
}
