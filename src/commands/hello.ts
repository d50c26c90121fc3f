import { type Command, Option } from 'commander';
import type { HelloCommandOptions } from './hello/run-hello.ts';

/** Runs a trivial job from end to end. */
export function addHello(program: Command): void {
  program
    .command('hello')
    .description('run a trivial job from end to end, and say how long each part took')
    .addOption(
      new Option('--engine <engine>', 'what runs it; with --image found by looking').choices([
        'docker',
        'podman',
        'host',
      ]),
    )
    .option('--image <image>', 'an image that has echo; without one, the host engine runs it')
    .option('--json', 'print a JSON object: ok; hellos, each with its engine, result and times')
    .addHelpText('after', '\nIt removes all that it made. Exits with 1 where it did not succeed.')
    .action(async (options: HelloCommandOptions, command: Command) => {
      const { runHello } = await import('./hello/run-hello.ts');
      process.exitCode = await runHello(command, options);
    });
}
