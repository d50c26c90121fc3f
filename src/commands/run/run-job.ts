/** `slipway run`: plans a job, records it, and drives it here or hands it to a process of its own. */
import type { Command } from 'commander';
import { ExitCode, formatPath, formatProblem, type Problem } from '../../errors.ts';
import { planRun, withDefaults } from '../../launcher/launch.ts';
import type { RunsContext } from '../../runs/context.ts';
import { createRun } from '../../runs/create.ts';
import { newLease } from '../../runs/lease.ts';
import type { Run } from '../../runs/run.ts';
import { asRun } from '../../runs/run.ts';
import { startSupervisor } from '../../runs/supervision.ts';
import { describeRun } from '../../runs/view.ts';
import type { Config } from '../../spec/config.ts';
import { type JobFlagValues, takenBack } from '../../spec/flags.ts';
import { readJob } from '../../spec/job-file.ts';
import { withRuns } from '../open.ts';
import { colorsOf, isCut, isLive, note, printJson, printLine } from '../output.ts';
import type { RunOptions } from '../run.ts';
import { driveHere, followThere } from './foreground.ts';

export interface RunArguments {
  file: string | undefined;
  words: readonly string[];
  flags: JobFlagValues;
  options: RunOptions;
}

/**
 * @throws SpecError with all that is wrong with the job.
 * @throws NoEngine where it needs an image and there is no engine.
 */
export async function runJob(command: Command, typed: RunArguments): Promise<void> {
  const { options } = typed;
  await withRuns(
    command,
    async (runs, config) => {
      const { run, created } = await recordRun(runs, config, typed);
      if (!created) note(`Run ${run.id} exists and is ${run.state}: nothing is started again.`);
      if (options.detach) {
        if (created) startSupervisor(runs, run.id);
        report(run, options);
        return;
      }
      const json = options.json ?? false;
      const code = await (created ? driveHere : followThere)(runs, run, {
        json,
        live: isLive(),
      });
      process.exitCode = code === ExitCode.Ok && isCut() ? ExitCode.Failed : code;
    },
    { pull: options.pull, keepFailed: options.keepFailed, ...takenBack(typed.flags) },
  );
}

async function recordRun(
  runs: RunsContext,
  config: Config,
  { file, words, flags, options }: RunArguments,
): Promise<{ run: Run; created: boolean }> {
  const existing = options.id === undefined ? undefined : await runs.store.get(options.id);
  if (existing !== undefined) return { run: asRun(existing), created: false };
  const { job, warnings } = await readJob({ file, words, flags });
  const plan = await planRun(runs, withDefaults(job, config), {
    id: options.id,
    pull: config.pull,
    keepFailed: config.keepFailed,
    keep: options.keep,
  });
  warn([...warnings, ...plan.problems]);
  return createRun(runs, { ...plan, lease: options.detach ? undefined : await newLease() });
}

/** The same remark on several places is one line: it is read before each run. */
function warn(problems: readonly Problem[]): void {
  const { dim, yellow } = colorsOf('stderr');
  const byMessage = new Map<string, Problem[]>();
  for (const problem of problems) {
    byMessage.set(problem.message, [...(byMessage.get(problem.message) ?? []), problem]);
  }
  for (const [message, [first, ...others]] of byMessage) {
    if (first === undefined) continue;
    const places = [first, ...others].map(({ path }) => formatPath(path)).join(', ');
    const line = others.length === 0 ? formatProblem(first) : `${places}: ${message}`;
    note(`${dim('slipway:')} ${yellow('warning:')} ${line}`);
  }
}

function report(run: Run, { json }: RunOptions): void {
  if (json) printJson(describeRun(run));
  else printLine(run.id);
  const { cyan, dim } = colorsOf('stderr');
  note(`${dim('It goes on without this terminal:')} ${cyan(`slipway logs --follow ${run.id}`)}`);
}
