import { ErrorCode, type ErrorDetails, ExitCode, SlipwayError } from '../errors.ts';

/** An engine that cannot be reached: not installed, not running, or closed to this user. */
export class EngineUnavailable extends SlipwayError {
  readonly code = ErrorCode.EngineUnavailable;
  override readonly exitCode = ExitCode.NotRun;
}

/** The engine refused or failed; the message has its own words. */
export class EngineFailed extends SlipwayError {
  readonly code = ErrorCode.EngineFailed;
  override readonly exitCode = ExitCode.NotRun;
}

/** A container with this name was there before. */
export class ContainerExists extends EngineFailed {
  constructor(name: string, details: ErrorDetails = {}) {
    super(`There is a container ${name} already.`, details);
  }
}

/** The image is not on this machine and was not to be pulled. */
export class ImageMissing extends EngineFailed {
  constructor(image: string) {
    super(`The image ${image} is not on this machine.`);
  }
}

/** An image that cannot be pulled; the message has the registry's own words. */
export class ImagePull extends SlipwayError {
  readonly code = ErrorCode.ImagePull;
  override readonly exitCode = ExitCode.NotRun;
}
