import { ErrorCode, ExitCode, SlipwayError } from '../errors.ts';

/** A job needs an image, and there is neither Docker nor Podman. */
export class NoEngine extends SlipwayError {
  readonly code = ErrorCode.EngineUnavailable;
  override readonly exitCode = ExitCode.NotRun;

  constructor() {
    super('The job needs a container engine, and neither Docker nor Podman is here.', {
      hint: "Install Podman or Docker, or run the command with this machine's own programs: --engine host.",
    });
  }
}

/** An option that only makes sense on AWS. */
export class NotOnThisBackend extends SlipwayError {
  readonly code = ErrorCode.Unsupported;
  override readonly exitCode = ExitCode.Usage;
}
