import type { Run } from '../runs/run.ts';
import { colorsOf, note } from './output.ts';
import { detailLines, verdictLine } from './run-summary.ts';

/** Says on stderr what became of a run. */
export function reportRun(run: Run): void {
  const colors = colorsOf('stderr');
  note(`${colors.dim('slipway:')} ${verdictLine(run, colors)}`);
  for (const line of detailLines(run, colors)) note(`         ${line}`);
}
