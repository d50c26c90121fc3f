import type { LogChunk } from '../backends/backend.ts';
import { UsageError } from '../errors.ts';
import { nearest } from '../spec/nearest.ts';
import { delay } from '../waiting.ts';
import type { RunsContext } from './context.ts';
import { getRun } from './find.ts';
import { currentAttempt, isFinal, type Run } from './run.ts';
import { ensureSupervised } from './supervision.ts';

export interface RunLogQuery {
  /** Names in the task definition; all where absent. */
  containers?: readonly string[] | undefined;
  /** From 1; the newest where absent. */
  attempt?: number | undefined;
  /** Whether to go on until the run's end. Default false. */
  follow?: boolean | undefined;
  /** Only what came at this time or after it. */
  since?: Date | undefined;
  signal?: AbortSignal | undefined;
}

/**
 * What a run's containers wrote, oldest first.
 * @throws UsageError for a container or attempt that the run does not have.
 */
export async function* readRunLog(
  runs: RunsContext,
  run: Run,
  query: RunLogQuery = {},
): AsyncGenerator<LogChunk> {
  refuseUnknown(run, query);
  const backend = await runs.backend(run.document.request);
  for (let number = query.attempt ?? currentAttempt(run).number; ; number += 1) {
    yield* backend.logs(
      { run: run.id, attempt: number },
      {
        containers: query.containers,
        since: query.since?.getTime(),
        follow: query.follow
          ? { ended: () => isOver(runs, run.id, number), signal: query.signal }
          : undefined,
      },
    );
    if (!query.follow || query.attempt !== undefined) return;
    if (!(await hasNext(runs, run.id, number, query.signal))) return;
  }
}

/** Whether nothing more will be written in this attempt. */
async function isOver(runs: RunsContext, id: string, number: number): Promise<boolean> {
  const run = await getRun(runs.store, id);
  await ensureSupervised(runs, run);
  const attempt = run.document.attempts.find((one) => one.number === number);
  return isFinal(run.state) || attempt?.endedAt !== undefined;
}

/** Seconds between looks for the attempt that comes after one that failed. */
const NEXT_ATTEMPT_LOOK = 0.1;

async function hasNext(
  runs: RunsContext,
  id: string,
  number: number,
  signal = new AbortController().signal,
): Promise<boolean> {
  do {
    const run = await getRun(runs.store, id);
    if (currentAttempt(run).number > number) return true;
    if (isFinal(run.state)) return false;
    await ensureSupervised(runs, run);
  } while (await delay(NEXT_ATTEMPT_LOOK, signal));
  return false;
}

function refuseUnknown(run: Run, query: RunLogQuery): void {
  const names = (run.document.request.definition.containerDefinitions ?? []).flatMap(
    ({ name }) => name ?? [],
  );
  for (const container of query.containers ?? []) {
    if (names.includes(container)) continue;
    const near = nearest(container, names);
    throw new UsageError(`Run ${run.id} has no container ${container}.`, {
      hint: near === undefined ? `It has ${names.join(', ')}.` : `Did you mean ${near}?`,
    });
  }
  const attempts = currentAttempt(run).number;
  if (query.attempt !== undefined && (query.attempt < 1 || query.attempt > attempts)) {
    throw new UsageError(`Run ${run.id} has no attempt ${query.attempt}.`, {
      hint: `It has ${attempts}.`,
    });
  }
}
