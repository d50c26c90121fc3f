/** How a run ended, in a few lines for a person. Pure. */
import { currentAttempt, type Run } from '../runs/run.ts';
import { FailureClass } from '../spec/failure-class.ts';
import { formatMemory } from '../spec/units.ts';
import { RunState } from '../store/store.ts';
import type { Colors } from './output.ts';
import { duration } from './text/time.ts';
import { pad, printable } from './text/width.ts';

/** What to try next, by what failed; the log is always worth a look. */
const NEXT: Partial<Record<FailureClass, string>> = {
  [FailureClass.OutOfMemory]: 'Give it more with --memory.',
  [FailureClass.Timeout]: 'Give it more with --timeout.',
};

/** One line: what became of the run, in how long, with which exit code. */
export function verdictLine(run: Run, colors: Colors, now = Date.now()): string {
  const { state, exitCode, failure, startedAt, endedAt, createdAt } = run;
  const name = colors.bold(printable(run.name));
  const took = duration(startedAt ?? createdAt, endedAt, now);
  const main = currentAttempt(run).containers.find(
    (container) => container.name === run.document.request.main,
  );
  const details = [
    ...(exitCode === undefined ? [] : [`exit code ${exitCode}`]),
    ...(failure === undefined || failure === FailureClass.UserCode ? [] : [failure]),
    ...(main?.peakMemory === undefined ? [] : [`peak memory ${formatMemory(main.peakMemory)}`]),
  ];
  const behind = details.length === 0 ? '' : ` (${details.join(', ')})`;
  if (state === RunState.Succeeded) {
    return `${colors.green('✔')} ${name} succeeded in ${took}${behind}`;
  }
  if (state === RunState.Failed) return `${colors.red('✖')} ${name} failed after ${took}${behind}`;
  if (state === RunState.Stopped) {
    return `${colors.yellow('■')} ${name} was stopped after ${took}${behind}`;
  }
  return `${name} is ${state}`;
}

/** What stands below the verdict: why, where the outputs are, what is left, what to type next. */
export function detailLines(run: Run, colors: Colors): string[] {
  const { outputs } = run.document;
  const widest = Math.max(0, ...Object.keys(outputs).map((name) => name.length));
  return [
    ...(run.state === RunState.Succeeded ? [] : reasonLines(run)),
    ...Object.entries(outputs).map(
      ([name, path]) => `${printable(pad(name, widest))} ${colors.dim('→')} ${printable(path)}`,
    ),
    ...leftLines(run, colors),
  ];
}

function reasonLines({ reason, failure }: Run): string[] {
  const next = NEXT[failure as FailureClass];
  return [
    ...(reason === undefined ? [] : reason.split('\n').map(printable)),
    ...(next ? [next] : []),
  ];
}

function leftLines(run: Run, { cyan, dim, yellow }: Colors): string[] {
  const { leftovers, removedAt } = run.document;
  if (leftovers.length > 0) {
    return [
      ...leftovers.map(({ what, why }) => yellow(`Left behind: ${what}: ${printable(why)}`)),
      `${dim('To remove it:')} ${cyan(`slipway destroy ${run.id}`)}`,
    ];
  }
  if (removedAt === undefined) {
    return [
      `${dim('Its containers and files are kept until')} ${cyan(`slipway destroy ${run.id}`)}`,
    ];
  }
  return [
    `${dim('Nothing is left of it but its record and log:')} ${cyan(`slipway logs ${run.id}`)}`,
  ];
}
