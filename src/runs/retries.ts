import { FailureClass, type RetryPolicy } from '../spec/failure-class.ts';

/** Another try may end otherwise, with nothing changed by the user. */
const WORTH_RETRYING: readonly FailureClass[] = [
  FailureClass.SpotReclaim,
  FailureClass.NoCapacity,
  FailureClass.ImagePull,
  FailureClass.Network,
  FailureClass.Lost,
];

const LONGEST_BACKOFF = 60;

/**
 * Seconds to wait before trying again after try number `attempt` (from 1) failed so, or undefined
 * where it should not be tried again. Never above a minute.
 */
export function retryDelay(
  policy: RetryPolicy,
  attempt: number,
  failure: FailureClass,
): number | undefined {
  if (attempt > policy.attempts) return undefined;
  if (![...WORTH_RETRYING, ...(policy.on ?? [])].includes(failure)) return undefined;
  return Math.min((policy.backoff ?? 1) * 2 ** (attempt - 1), LONGEST_BACKOFF);
}
