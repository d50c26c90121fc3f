import { ErrorCode, type ErrorDetails, SlipwayError } from '../../errors.ts';

/** The engine could not do what it was asked; the message ends with its own words. */
export class EngineFailed extends SlipwayError {
  readonly code = ErrorCode.EngineFailed;
}

/** A container of that name is there, so it was created before, perhaps by another process. */
export class ContainerExists extends EngineFailed {
  constructor(name: string, details: ErrorDetails = {}) {
    super(`A container named ${name} exists already.`, details);
  }
}
