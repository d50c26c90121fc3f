/** From what went wrong to the class of failure that a person sees and retries go by. */
import { ErrorCode as Code, type ErrorCode, type SlipwayError } from '../../errors.ts';
import { FailureClass } from '../../spec/failure-class.ts';

const CLASS_BY_CODE: Partial<Record<ErrorCode, FailureClass>> = {
  [Code.ImagePull]: FailureClass.ImagePull,
  [Code.Staging]: FailureClass.Staging,
};

/** The class of an error that kept a container from running; the user's to mend where nothing else. */
export function failureOf(error: SlipwayError): FailureClass {
  return CLASS_BY_CODE[error.code] ?? FailureClass.Configuration;
}

/** Signals by number, where every system that Slipway runs on agrees (signal(7), POSIX). */
const SIGNALS: Readonly<Record<number, string>> = {
  1: 'SIGHUP',
  2: 'SIGINT',
  3: 'SIGQUIT',
  4: 'SIGILL',
  6: 'SIGABRT',
  8: 'SIGFPE',
  9: 'SIGKILL',
  11: 'SIGSEGV',
  13: 'SIGPIPE',
  14: 'SIGALRM',
  15: 'SIGTERM',
};

/** `exited with 3`, `was ended by SIGSEGV (exit code 139)`. */
export function describeExit(exitCode: number): string {
  const signal = exitCode > 128 ? SIGNALS[exitCode - 128] : undefined;
  return signal === undefined
    ? `exited with ${exitCode}`
    : `was ended by ${signal} (exit code ${exitCode})`;
}
