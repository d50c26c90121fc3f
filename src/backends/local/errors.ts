import { ErrorCode, SlipwayError } from '../../errors.ts';

/** An input that cannot be brought in, or an output that cannot be brought out. */
export class StagingError extends SlipwayError {
  readonly code = ErrorCode.Staging;
}

/** A secret or a file of variables that cannot be read where the container is to start. */
export class SecretError extends SlipwayError {
  readonly code = ErrorCode.SecretMissing;
}

/** Something in a task definition that this machine cannot do. */
export class UnsupportedError extends SlipwayError {
  readonly code = ErrorCode.Unsupported;
}
