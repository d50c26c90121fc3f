import type { Command } from 'commander';

/** `slipway show ID` */
export function addShow(program: Command): void {
  program
    .command('show')
    .summary('say all that is known of a run')
    .argument('<id>', 'a run: its id, the beginning of one, or last')
    .option('--json', 'print a JSON object')
    .action(async (id: string, options: { json?: boolean }, command: Command) => {
      const { showRun } = await import('./show/show-run.ts');
      await showRun(command, id, options);
    });
}
