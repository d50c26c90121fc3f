import type { Run } from '../runs/run.ts';
import { colorsOf } from './output.ts';
import { detailLines, verdictLine } from './run-summary.ts';

/** Says on stderr what became of a run. */
export function reportRun(run: Run, say: (line: string) => void): void {
  const colors = colorsOf('stderr');
  say(`${colors.dim('slipway:')} ${verdictLine(run, colors)}`);
  for (const line of detailLines(run, colors)) say(`         ${line}`);
}
