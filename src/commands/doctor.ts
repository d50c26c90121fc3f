import type { Command } from 'commander';

/** Says what this machine can run, what is in the way, and what to do about it. */
export function addDoctor(program: Command): void {
  program
    .command('doctor')
    .description('look at what this machine can run, and what is in the way')
    .option(
      '--json',
      'print a JSON object: ok; checks, each with name, status, message, details, hint',
    )
    .addHelpText(
      'after',
      `
  ✔ works   – not there, and not needed   ! should be mended   ✖ runs would fail
Exits with 1 where something is ✖. Commands run without Docker and Podman, on the host engine.`,
    )
    .action(async (options: { json?: boolean }, command: Command) => {
      const { runDoctor } = await import('./doctor/run-doctor.ts');
      process.exitCode = await runDoctor(command, options);
    });
}
