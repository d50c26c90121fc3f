/** What zod finds wrong, in the words and the form that all of Slipway's problems have. */
import type { z } from 'zod';
import type { Problem } from '../errors.ts';
import { didYouMean } from './nearest.ts';

type Path = readonly (string | number)[];

/** Which keys there are at a place, for the hint about one that does not exist. */
export type KeysAt = (path: Path) => readonly string[];

/** Zod's issues as problems under `path`; of a union, what is wrong with the form that was meant. */
export function schemaProblems(
  issues: readonly z.core.$ZodIssue[],
  path: Path,
  keysAt: KeysAt,
): Problem[] {
  return issues.flatMap((issue): Problem[] => {
    const place = [...path, ...issue.path.map(pathKey)];
    if (issue.code === 'unrecognized_keys') {
      return issue.keys.map((key) => unknownKey([...place, key], keysAt(place)));
    }
    if (issue.code === 'invalid_key') {
      return [problem(place, issue.issues[0]?.message ?? issue.message)];
    }
    if (issue.code === 'invalid_union') {
      const meant = meantBranch(issue.errors);
      if (meant !== undefined) return schemaProblems(meant, place, keysAt);
    }
    return [problem(place, issue.message)];
  });
}

/** A problem about a key that does not exist, with the nearest that does. */
export function unknownKey(path: Path, keys: readonly string[]): Problem {
  const key = String(path.at(-1));
  return { ...problem(path, 'there is no such key'), hint: didYouMean(key, keys) };
}

/** The one branch of a union that took the value's type and found fault further in. */
function meantBranch(
  branches: readonly (readonly z.core.$ZodIssue[])[],
): readonly z.core.$ZodIssue[] | undefined {
  const taken = branches.filter((issues) =>
    issues.every((issue) => issue.path.length > 0 || issue.code !== 'invalid_type'),
  );
  return taken.length === 1 ? taken[0] : undefined;
}

/** Words for what zod's own schemas find; a schema's own message goes before these. */
export function issueMessage(issue: z.core.$ZodRawIssue): string | undefined {
  switch (issue.code) {
    case 'invalid_type':
      return issue.input === undefined
        ? 'is missing'
        : `must be ${TYPES[issue.expected] ?? issue.expected}, not ${typeName(issue.input)}`;
    case 'invalid_value':
      return `must be ${issue.values
        .map(String)
        .join(', ')
        .replace(/, ([^,]*)$/, ' or $1')}`;
    case 'too_small':
      return `must be at least ${issue.minimum}`;
    case 'too_big':
      return `must be at most ${issue.maximum}`;
    default:
      return undefined;
  }
}

const TYPES: Readonly<Record<string, string>> = {
  string: 'a string',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
  record: 'an object',
};

function typeName(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'an object';
  if (typeof value === 'number') return Number.isInteger(value) ? 'a number' : String(value);
  return `a ${typeof value}`;
}

function problem(path: Path, message: string): Problem {
  return { severity: 'error', path, message };
}

function pathKey(key: PropertyKey): string | number {
  return typeof key === 'number' ? key : String(key);
}
