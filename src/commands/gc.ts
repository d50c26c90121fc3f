import type { Command } from 'commander';

/** What `slipway gc` takes. */
export interface GcOptions {
  dryRun?: boolean;
  olderThan?: string;
  json?: boolean;
}

/** `slipway gc` */
export function addGc(program: Command): void {
  program
    .command('gc')
    .summary('remove what runs have left behind')
    .description(
      'Find containers, volumes and files of this home that no run needs any more, by their labels, and ' +
        'remove them; forget runs that ended long ago. Nothing else is ever touched.',
    )
    .option('--dry-run', 'only say what would be removed')
    .option('--older-than <DURATION>', 'forget runs that ended so long ago (SLIPWAY_GC_AGE; 30d)')
    .option('--json', 'print a JSON object: adopted, removed, leftovers')
    .action(async (options: GcOptions, command: Command) => {
      const { collect } = await import('./gc/collect.ts');
      await collect(command, options);
    });
}
