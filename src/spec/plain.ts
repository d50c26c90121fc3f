import type { Problem } from '../errors.ts';

/** Deeper than anything that a person writes, and far from the end of the stack. */
const DEEPEST = 64;

/**
 * What keeps `value` from being plain data, as JSON has it: cycles, functions, dates, keys that
 * would reach a prototype. Schemas may then walk it without harm.
 */
export function plainDataProblems(value: unknown): Problem[] {
  const problems: Problem[] = [];
  const done = new Set<object>();
  const open = new Set<object>();
  const refuse = (path: readonly (string | number)[], message: string) =>
    problems.push({ severity: 'error', path, message });

  const look = (current: unknown, path: readonly (string | number)[]): void => {
    if (['function', 'symbol', 'bigint'].includes(typeof current)) {
      refuse(path, `must be plain data, not a ${typeof current}`);
    }
    if (typeof current !== 'object' || current === null || done.has(current)) return;
    if (open.has(current)) {
      refuse(path, 'must not contain itself');
      return;
    }
    if (path.length > DEEPEST) {
      refuse(path.slice(0, 3), `must not be nested more than ${DEEPEST} deep`);
      return;
    }
    open.add(current);
    if (Array.isArray(current)) {
      for (const [index, item] of current.entries()) look(item, [...path, index]);
    } else if (isPlainObject(current)) {
      for (const [key, item] of Object.entries(current)) {
        if (key === '__proto__') refuse([...path, key], 'is not a name that can be used here');
        else look(item, [...path, key]);
      }
    } else {
      refuse(path, `must be plain data, not a ${current.constructor?.name ?? 'class'}`);
    }
    open.delete(current);
    done.add(current);
  };

  look(value, []);
  return problems;
}

/** Whether `value` is an object with keys, and neither a list nor of a class. */
export function isPlainObject(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}
