/**
 * The errors that Slipway throws: one tree, so that a program can tell them apart by class or by
 * `code`, and a person gets what happened, why, and what to do next.
 */

/** Stable codes: they never change meaning, so scripts may test for them. */
export const ErrorCode = {
  Usage: 'USAGE',
  SpecInvalid: 'SPEC_INVALID',
  ConfigInvalid: 'CONFIG_INVALID',
  NotFound: 'NOT_FOUND',
  Ambiguous: 'AMBIGUOUS',
  Conflict: 'CONFLICT',
  EngineUnavailable: 'ENGINE_UNAVAILABLE',
  EngineFailed: 'ENGINE_FAILED',
  Unsupported: 'UNSUPPORTED',
  ImagePull: 'IMAGE_PULL',
  SecretMissing: 'SECRET_MISSING',
  Staging: 'STAGING',
  Store: 'STORE',
  Leftover: 'LEFTOVER',
  TimedOut: 'TIMED_OUT',
} as const;
export type ErrorCode = (typeof ErrorCode)[keyof typeof ErrorCode];

/** What the command line exits with; a foreground job's own exit code goes before these. */
export const ExitCode = {
  Ok: 0,
  Failed: 1,
  Usage: 2,
  NotFound: 3,
  /** As timeout(1) has it. */
  TimedOut: 124,
  /** Slipway itself could not run the job: the code that `docker run` uses for this. */
  NotRun: 125,
  /** 128 + SIGINT. */
  Interrupted: 130,
} as const;

export interface ErrorDetails {
  /** What to do next: a sentence or a command to type. */
  hint?: string | undefined;
  cause?: unknown;
}

/** The root of the tree; thrown itself never, so `instanceof SlipwayError` means "foreseen". */
export abstract class SlipwayError extends Error {
  abstract readonly code: ErrorCode;
  readonly exitCode: number = ExitCode.Failed;
  readonly hint: string | undefined;

  constructor(message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = new.target.name;
    this.hint = details.hint;
  }
}

/** A command or option that does not exist or cannot be combined so. */
export class UsageError extends SlipwayError {
  readonly code = ErrorCode.Usage;
  override readonly exitCode = ExitCode.Usage;
}

/** One thing that is wrong in what a user wrote, or worth a remark. */
export interface Problem {
  severity: 'error' | 'warning';
  /** Keys and indexes from the root of the document. */
  path: readonly (string | number)[];
  message: string;
  /** The nearest valid value or the next step, where there is one. */
  hint?: string | undefined;
  /** The file that it is in, where there are several. */
  source?: string | undefined;
  /** From 1; absent where the value came from code or a flag. */
  line?: number | undefined;
  column?: number | undefined;
}

/** `containerDefinitions[0].image`, as people write paths. */
export function formatPath(path: readonly (string | number)[]): string {
  return path
    .map((key, index) => (typeof key === 'number' ? `[${key}]` : index === 0 ? key : `.${key}`))
    .join('');
}

/** A line for one problem: where, what, and the nearest valid value. */
export function formatProblem(problem: Problem, source = problem.source): string {
  const position = [source, problem.line, problem.column].filter((part) => part !== undefined);
  const place = [position.join(':'), formatPath(problem.path)].filter((part) => part !== '');
  const hint = problem.hint === undefined ? '' : ` (${problem.hint})`;
  return [...place, `${problem.message}${hint}`].join(': ');
}

/** A job, task definition or cluster that cannot be run as written; holds every problem found. */
export class SpecError extends SlipwayError {
  readonly code = ErrorCode.SpecInvalid;
  override readonly exitCode = ExitCode.Usage;
  readonly problems: readonly Problem[];

  constructor(what: string, problems: readonly Problem[], details: ErrorDetails = {}) {
    const lines = problems.map((problem) => `  ${formatProblem(problem)}`);
    super([`${what} is not valid:`, ...lines].join('\n'), details);
    this.problems = problems;
  }
}
