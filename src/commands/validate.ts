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
        "whose rules; by default a job's are this machine's, and a task definition's those of the launch type that it requires, or else of EC2",
      ).choices(['fargate', 'ec2', 'local']),
    )
    .option('--json', 'print a JSON object: files, each with file, kind, valid, problems')
    .addHelpText('after', '\nExits with 0 where all are valid, and with 1 where one is not.')
    .action(async (files: readonly string[], options: ValidateOptions) => {
      const { validateFiles } = await import('./validate/validate-files.ts');
      process.exitCode = await validateFiles(files, options);
    });
}
