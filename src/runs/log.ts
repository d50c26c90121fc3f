import type { LogChunk } from '../backends/backend.ts';
import { UsageError } from '../errors.ts';
import { nearest } from '../spec/nearest.ts';
import type { RunsContext } from './context.ts';
import { getRun } from './find.ts';
import { currentAttempt, isFinal, type Run } from './run.ts';

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
  const attempt = query.attempt ?? currentAttempt(run).number;
  yield* backend.logs(
    { run: run.id, attempt },
    {
      containers: query.containers,
      since: query.since?.getTime(),
      follow: query.follow
        ? { ended: () => attemptIsOver(runs, run.id, attempt), signal: query.signal }
        : undefined,
    },
  );
}

async function attemptIsOver(runs: RunsContext, id: string, attempt: number): Promise<boolean> {
  const run = await getRun(runs.store, id);
  const own = run.document.attempts.find(({ number }) => number === attempt);
  return isFinal(run.state) || own?.endedAt !== undefined;
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
