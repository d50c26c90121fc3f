import type { RunsContext } from '../../runs/context.ts';
import { readRunLog } from '../../runs/log.ts';
import type { Run } from '../../runs/run.ts';
import { RunState } from '../../store/store.ts';
import { printable } from '../text/width.ts';
import { skipTo, startOfLast } from './tail.ts';

/** How many lines tell enough of a failure; `slipway logs` has the rest. */
const LINES = 5;

/** A line is cut here: it is shown among other things. */
const LONGEST = 200;

/** What a run that failed has written last; nothing of one that did not fail. */
export async function lastLines(runs: RunsContext, run: Run): Promise<string[]> {
  if (run.state !== RunState.Failed) return [];
  const positions = await startOfLast(readRunLog(runs, run), LINES);
  const chunks: Uint8Array[] = [];
  for await (const { bytes } of skipTo(readRunLog(runs, run), positions)) chunks.push(bytes);
  const lines = Buffer.concat(chunks).toString().trimEnd().split('\n');
  return lines.filter((line) => line !== '').map((line) => printable(line).slice(0, LONGEST));
}
