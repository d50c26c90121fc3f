import type { Command } from 'commander';

/** Prints the JSON Schema by which editors complete and check a file while it is written. */
export function addSchema(program: Command): void {
  program
    .command('schema')
    .description('print the JSON Schema of a job, for editors')
    .option('--task-definition', 'that of an ECS task definition instead')
    .addHelpText(
      'after',
      `
An editor with a YAML language server completes and checks a job whose first line names it:
  slipway schema > slipway.schema.json
  # yaml-language-server: $schema=./slipway.schema.json`,
    )
    .action(async ({ taskDefinition }: { taskDefinition?: boolean }) => {
      const { printSchema } = await import('./schema/print-schema.ts');
      await printSchema(taskDefinition ? 'task-definition' : 'job');
    });
}
