/**
 * What one look at this machine found. `ok`; `absent`: not there, and nothing needs it; `warning`:
 * Slipway works, and something should be mended; `broken`: runs would fail.
 */
export type CheckStatus = 'ok' | 'absent' | 'warning' | 'broken';

/** Stable: programs read it. */
export interface Check {
  name: string;
  status: CheckStatus;
  message: string;
  /** More of the same, a line each. */
  details: readonly string[];
  /** What to do, where there is something to do. */
  hint: string | null;
}

export function check(
  name: string,
  status: CheckStatus,
  message: string,
  more: { details?: readonly string[]; hint?: string | undefined } = {},
): Check {
  return { name, status, message, details: more.details ?? [], hint: more.hint ?? null };
}
