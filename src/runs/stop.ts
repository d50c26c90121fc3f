import { changeRun } from './change.ts';
import type { RunsContext } from './context.ts';
import { isFinal, type Run } from './run.ts';

export interface StopOptions {
  /** Whether not to wait for a gentle end. Default false. */
  kill?: boolean | undefined;
  /** Why, for the record. */
  message?: string | undefined;
}

/**
 * Asks whoever drives a run to stop it; a run that is over is left as it is. Wait for the run to see
 * it end: waiting also finds a new process for a run whose own is gone.
 */
export async function requestStop(
  { store }: Pick<RunsContext, 'store'>,
  id: string,
  options: StopOptions = {},
): Promise<Run> {
  return changeRun(store, id, (run) => {
    if (isFinal(run.state)) return undefined;
    const stop = run.document.stop;
    const kill = (options.kill ?? false) || (stop?.kill ?? false);
    if (stop !== undefined && stop.kill === kill) return undefined;
    return {
      document: {
        ...run.document,
        stop: {
          at: stop?.at ?? new Date().toISOString(),
          message: stop?.message ?? options.message ?? 'It was stopped by request.',
          kill,
        },
      },
    };
  });
}
