import { type Command, InvalidArgumentError, Option } from 'commander';
import { flagAttribute, JOB_FLAGS, type JobFlag, type JobFlagValues } from '../spec/flags.ts';
import { refuseWords, splitAtSeparator } from './words.ts';

/** The options of `run` that are no keys of a job. */
export interface RunOptions {
  detach?: boolean;
  id?: string;
  keep?: boolean;
  keepFailed?: boolean;
  pull?: string;
  json?: boolean;
}

const EXAMPLES = `
Examples:
  slipway run job.yaml
  slipway run --image alpine --input data=./data -- wc -l {data}
  slipway run --engine host --command 'gzip -c {in} > {out}' --input in=a.txt --output out=a.txt.gz
  slipway run task-definition.json --detach

The job's stdout and stderr are passed on as they are; lines of Slipway's own are on stderr. With
--json stdout has the record of the run alone, and the job's stdout is on stderr too.
Exit code: the job's; 124 after its timeout, 125 where it could not be run, 130 after Ctrl-C,
2 for a mistake in what was typed or in the job.`;

/** `slipway run [FILE] [-- COMMAND…]` */
export function addRun(program: Command): void {
  const command = program
    .command('run')
    .summary('run a job')
    .description(
      'Run a job from a file (a job in YAML or JSON, or an ECS task definition), from options, or both.',
    )
    .usage('[options] [FILE] [-- COMMAND…]')
    .argument('[file]', 'a job or an ECS task definition; - is stdin')
    .argument('[command...]', 'behind --: the words of the command')
    .option('-d, --detach', 'print the id and return; the run goes on')
    .option('--id <ID>', 'of the run: where there is one already, it is followed, not run again')
    .option('--keep', 'keep containers and files until slipway destroy')
    .option('--keep-failed', 'keep outputs of a failed job, beside where they should have been')
    .addOption(
      new Option('--pull <WHEN>', 'when the image is pulled').choices([
        'missing',
        'always',
        'never',
      ]),
    )
    .option('--json', 'print the record of the run as JSON')
    .optionsGroup('What the job is (these go before the file):');
  for (const flag of JOB_FLAGS) command.addOption(jobOption(flag));
  command.addHelpText('after', EXAMPLES);
  command.action(async (file: string | undefined, words: string[]) => {
    const { before, after } = splitAtSeparator(
      (program as Command & { rawArgs: string[] }).rawArgs,
      file === undefined ? words : [file, ...words],
    );
    refuseWords(before.slice(1), 'slipway run job.yaml -- echo hello');
    const { runJob } = await import('./run/run-job.ts');
    await runJob(command, {
      file: before[0],
      words: after,
      flags: command.opts<JobFlagValues>(),
      options: command.opts<RunOptions>(),
    });
  });
}

function jobOption(flag: JobFlag): Option {
  const value = flag.value === undefined ? '' : ` <${flag.value}>`;
  const repeated = flag.kind === 'map' || flag.kind === 'list';
  const option = new Option(
    `--${flag.name}${value}`,
    flag.description + (repeated ? '; repeat' : ''),
  );
  if (option.attributeName() !== flagAttribute(flag)) {
    throw new InvalidArgumentError(`--${flag.name} has another attribute than its values.`);
  }
  return repeated
    ? option.argParser((item: string, before: string[] = []) => [...before, item])
    : option;
}
