import { ExitCode } from '../errors.ts';
import type { Run } from '../runs/run.ts';
import { FailureClass } from '../spec/failure-class.ts';
import { RunState } from '../store/store.ts';

/**
 * What the command line exits with for a run that is over: the job's own exit code, 124 for a
 * timeout, 125 where the job failed without an exit code of its own, 130 where it was stopped.
 */
export function exitCodeOf({
  state,
  exitCode,
  failure,
}: Pick<Run, 'state' | 'exitCode' | 'failure'>): number {
  if (state === RunState.Succeeded) return ExitCode.Ok;
  if (failure === FailureClass.Timeout) return ExitCode.TimedOut;
  if (exitCode !== undefined && exitCode !== 0) return exitCode;
  return state === RunState.Stopped ? ExitCode.Interrupted : ExitCode.NotRun;
}
