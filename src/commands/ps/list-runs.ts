/** `slipway ps`: rows are printed as they are read, so that a hundred thousand cost no memory. */
import type { Command } from 'commander';
import { UsageError } from '../../errors.ts';
import { listRun } from '../../runs/view.ts';
import { FINAL_STATES, RunState, type RunSummary, type Store } from '../../store/store.ts';
import { withRuns } from '../open.ts';
import { colorsOf, isClosed, note, widthOf, writeBytes } from '../output.ts';
import type { PsOptions } from '../ps.ts';
import { stateColor } from '../state-color.ts';
import { Table } from '../text/table.ts';
import { ago, duration } from '../text/time.ts';
import { printable } from '../text/width.ts';

/** Finished runs that are shown where nothing is asked for. */
const NEWEST = 20;

/** Rows that decide how wide the columns are. */
const SAMPLE = 100;

/** Characters that are written at once. */
const BATCH = 64 * 1024;

/** @throws UsageError for a state that there is none of. */
export async function listRuns(command: Command, options: PsOptions): Promise<void> {
  refuseUnknownState(options.state);
  await withRuns(command, async ({ store }) => {
    const rows = wanted(store, options);
    await printAll(options.json ? jsonArray(rows) : lines(rows, options));
  });
}

function refuseUnknownState(state: string | undefined): void {
  const states: readonly string[] = Object.values(RunState);
  if (state === undefined || states.includes(state)) return;
  throw new UsageError(`There is no state ${state}.`, { hint: `There are ${states.join(', ')}.` });
}

/** Newest first. */
async function* wanted(store: Store, options: PsOptions): AsyncGenerator<RunSummary> {
  const { all, state, tag, limit } = options;
  const filtered = all || state !== undefined || tag !== undefined;
  if (filtered || limit !== undefined) {
    yield* store.list({ states: state && [state], tags: tag, limit });
    return;
  }
  const unfinished = Object.values(RunState).filter((one) => !FINAL_STATES.includes(one));
  const newest: RunSummary[] = [];
  for await (const run of store.list({ states: unfinished })) newest.push(run);
  for await (const run of store.list({ states: FINAL_STATES, limit: NEWEST })) newest.push(run);
  yield* newest.sort((one, other) => (one.createdAt < other.createdAt ? 1 : -1));
}

async function printAll(texts: AsyncIterable<string>): Promise<void> {
  let batch = '';
  for await (const text of texts) {
    batch += text;
    if (batch.length < BATCH) continue;
    await writeBytes('stdout', batch);
    batch = '';
    if (isClosed('stdout')) return;
  }
  await writeBytes('stdout', batch);
}

/** One JSON array, an element a line. */
async function* jsonArray(rows: AsyncIterable<RunSummary>): AsyncGenerator<string> {
  let before = '[\n';
  for await (const run of rows) {
    yield `${before}${JSON.stringify(listRun(run))}`;
    before = ',\n';
  }
  yield before === '[\n' ? '[]\n' : '\n]\n';
}

async function* lines(
  rows: AsyncGenerator<RunSummary>,
  options: PsOptions,
): AsyncGenerator<string> {
  const now = Date.now();
  const sample: string[][] = [];
  let finished = 0;
  let table: Table | undefined;
  for await (const run of rows) {
    if (FINAL_STATES.includes(run.state)) finished += 1;
    const cells = cellsOf(run, now);
    if (table !== undefined) {
      yield `${table.row(cells)}\n`;
      continue;
    }
    sample.push(cells);
    if (sample.length < SAMPLE) continue;
    table = tableOf(sample);
    yield tableText(table, sample);
  }
  if (table === undefined && sample.length > 0) yield tableText(tableOf(sample), sample);
  hint(sample.length, finished, options);
}

function hint(shown: number, finished: number, { all, state, tag, limit }: PsOptions): void {
  const { cyan, dim } = colorsOf('stderr');
  const filtered = all || state !== undefined || tag !== undefined || limit !== undefined;
  if (shown === 0) {
    const begin = `${dim('The first one:')} ${cyan('slipway hello')}`;
    note(filtered ? 'There are no such runs.' : `There are no runs yet. ${begin}`);
  } else if (!filtered && finished === NEWEST) {
    note(`${dim('There may be older ones:')} ${cyan('slipway ps --all')}`);
  }
}

function tableText(table: Table, rows: readonly string[][]): string {
  const { dim } = colorsOf('stdout');
  return [dim(table.header()), ...rows.map((row) => table.row(row))].join('\n').concat('\n');
}

function tableOf(sample: readonly string[][]): Table {
  const colors = colorsOf('stdout');
  const columns = [
    { title: 'ID', most: 24, style: colors.cyan },
    { title: 'NAME', most: 32 },
    { title: 'STATE', most: 12, style: (cell: string) => stateColor(cell, colors) },
    { title: 'EXIT', most: 4 },
    { title: 'CREATED', most: 10 },
    { title: 'TOOK', most: 10 },
    { title: 'REASON', most: 0, style: colors.dim },
  ];
  return new Table(columns, sample, widthOf('stdout'));
}

function cellsOf(run: RunSummary, now: number): string[] {
  const [reason = ''] = (run.reason ?? '').split('\n');
  return [
    run.id,
    printable(run.name),
    run.state,
    run.exitCode === undefined ? '' : String(run.exitCode),
    ago(run.createdAt, now),
    duration(run.startedAt, run.endedAt, now) ?? '',
    run.state === RunState.Succeeded ? '' : printable(reason),
  ];
}
