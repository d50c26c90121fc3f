import { ErrorCode, ExitCode, SlipwayError } from '../errors.ts';

/** There is no run with this id. */
export class RunNotFound extends SlipwayError {
  readonly code = ErrorCode.NotFound;
  override readonly exitCode = ExitCode.NotFound;

  constructor(id: string) {
    super(`There is no run ${id}.`, { hint: 'slipway ps --all lists them.' });
  }
}

/** A shortened id that several runs begin with. */
export class AmbiguousRun extends SlipwayError {
  readonly code = ErrorCode.Ambiguous;
  override readonly exitCode = ExitCode.Usage;

  constructor(prefix: string, ids: readonly string[]) {
    super(`Several runs begin with ${prefix}: ${ids.join(', ')}.`, {
      hint: 'Give more of the id.',
    });
  }
}

/** Something does not fit the state that the run is in. */
export class RunConflict extends SlipwayError {
  readonly code = ErrorCode.Conflict;
}

/** Something that Slipway put up could not be removed. */
export class LeftoverError extends SlipwayError {
  readonly code = ErrorCode.Leftover;

  constructor(leftovers: readonly { what: string; why: string }[]) {
    const lines = leftovers.map(({ what, why }) => `  ${what}: ${why}`);
    super(['Not everything could be removed:', ...lines].join('\n'), {
      hint: 'Mend what each line says, then type the same command again.',
    });
  }
}

/** A wait reached the limit that its caller set; the run goes on. */
export class WaitTimedOut extends SlipwayError {
  readonly code = ErrorCode.TimedOut;
  override readonly exitCode = ExitCode.TimedOut;
}

/** Another process has taken the run over, so this one must leave it alone. */
export class LeaseLost extends SlipwayError {
  readonly code = ErrorCode.Conflict;
}

/** Slipway's own folder cannot be made, or the records in it cannot be opened. */
export class HomeUnusable extends SlipwayError {
  readonly code = ErrorCode.Store;

  constructor(home: string, cause: Error) {
    super(`The records of runs in ${home} cannot be opened: ${cause.message}`, {
      cause,
      hint: 'SLIPWAY_HOME or --home names another folder; slipway doctor looks for what is wrong.',
    });
  }
}
