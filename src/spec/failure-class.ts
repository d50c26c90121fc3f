/** Why runs fail, as classes: they tell a person where to look, and drive the retries. */

export const FailureClass = {
  UserCode: 'USER_CODE',
  OutOfMemory: 'OUT_OF_MEMORY',
  Timeout: 'TIMEOUT',
  SpotReclaim: 'SPOT_RECLAIM',
  NoCapacity: 'NO_CAPACITY',
  ImagePull: 'IMAGE_PULL',
  Permission: 'PERMISSION',
  Network: 'NETWORK',
  Quota: 'QUOTA',
  Configuration: 'CONFIGURATION',
  /** Inputs could not be brought in, or outputs not brought out. */
  Staging: 'STAGING',
  /** The container or its machine vanished without an exit code. */
  Lost: 'LOST',
} as const;
export type FailureClass = (typeof FailureClass)[keyof typeof FailureClass];

export interface RetryPolicy {
  /** Tries after the first one. */
  attempts: number;
  /** Classes besides those that are worth retrying anyway, such as USER_CODE for a flaky command. */
  on?: readonly FailureClass[] | undefined;
  /** Seconds before the first retry, doubled for each further one. Default 1. */
  backoff?: number | undefined;
}
