import { type Command, Option } from 'commander';
import type { ValidateOptions } from './validate/validate-files.ts';

/** Says what is wrong with jobs and task definitions, without running them. */
export function addValidate(program: Command): void {
  program
    .command('validate')
    .description('check jobs and ECS task definitions; needs no engine and no network')
    .argument('<file...>', 'jobs and task definitions in YAML or JSON; - is standard input')
    .addOption(
      new Option(
        '--launch <where>',
        "whose rules; by default this machine's for a job, and ECS's for a task definition",
      ).choices(['fargate', 'ec2', 'local']),
    )
    .option('--json', 'print a JSON object: files, each with file, kind, valid, problems')
    .addHelpText('after', '\nExits with 0 where all are valid, and with 1 where one is not.')
    .action(async (files: readonly string[], options: ValidateOptions) => {
      const { validateFiles } = await import('./validate/validate-files.ts');
      process.exitCode = await validateFiles(files, options);
    });
}
