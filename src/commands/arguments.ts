/** How values of options are read; what they refuse is a mistake in what was typed. */
import { InvalidArgumentError } from 'commander';
import { parseDuration } from '../spec/units.ts';

/** A whole number that is not below `least`. */
export function wholeNumber(least: number): (text: string) => number {
  return (text) => {
    const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
    if (Number.isSafeInteger(value) && value >= least) return value;
    throw new InvalidArgumentError(`It must be a whole number from ${least} on.`);
  };
}

/** Seconds, from `90`, `90s`, `1h 30m`. */
export function seconds(text: string): number {
  const value = parseDuration(text);
  if (value !== undefined && Number.isFinite(value)) return value;
  throw new InvalidArgumentError('It must be a duration such as 90s, 10m or 2h.');
}

/** One of several `NAME=VALUE`. */
export function pair(
  text: string,
  before: Readonly<Record<string, string>> = {},
): Record<string, string> {
  const split = text.indexOf('=');
  if (split > 0) return { ...before, [text.slice(0, split)]: text.slice(split + 1) };
  throw new InvalidArgumentError('It must be NAME=VALUE.');
}
