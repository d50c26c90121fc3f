import type { Run } from '../runs/run.ts';
import { colorsOf } from './output.ts';
import { detailLines, verdictLine } from './run-summary.ts';

/**
 * Says on stderr what became of a run.
 * @param last what a run that failed has written last, where nobody has seen it yet.
 */
export function reportRun(
  run: Run,
  say: (line: string) => void,
  last: readonly string[] = [],
): void {
  const colors = colorsOf('stderr');
  say(`${colors.dim('slipway:')} ${verdictLine(run, colors)}`);
  for (const line of last) say(`         ${colors.dim('│')} ${line}`);
  for (const line of detailLines(run, colors)) say(`         ${line}`);
}
