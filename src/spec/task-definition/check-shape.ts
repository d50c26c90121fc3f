/** Holds a value against the table of ECS's structures, and copies what fits. */
import type { Problem } from '../../errors.ts';
import { didYouMean, nearest } from '../nearest.ts';
import { isPlainObject } from '../plain.ts';
import { refusal } from './findings.ts';
import { ENUMS, STRUCTURES } from './shape.generated.ts';
import { unfilled } from './unfilled.ts';

type Path = Problem['path'];

/** A value that fits, without its nulls, and what does not fit. */
export interface Checked<Value> {
  value: Value;
  problems: Problem[];
}

/**
 * Checks an object against the structure `name`, such as `ContainerDefinition`.
 * @param required the keys that must be there; default those without which ECS refuses it.
 */
export function checkStructure(
  name: string,
  given: Readonly<Record<string, unknown>>,
  path: Path,
  required: readonly string[] = STRUCTURES[name]?.required ?? [],
): Checked<Record<string, unknown>> {
  const members = STRUCTURES[name]?.members ?? {};
  const keys = Object.keys(members);
  const value: Record<string, unknown> = {};
  const problems: Problem[] = [];
  const meant = new Set<string | undefined>();
  for (const [key, item] of Object.entries(given)) {
    const type = Object.hasOwn(members, key) ? members[key] : undefined;
    if (type === undefined) {
      meant.add(nearest(key, keys));
      problems.push(...unknownKey(key, keys, [...path, key]));
      // The console and Terraform write null for what is not set.
    } else if (item !== null && item !== undefined) {
      const checked = checkType(type, item, [...path, key]);
      value[key] = checked.value;
      problems.push(...checked.problems);
    }
  }
  for (const key of required) {
    const isGiven = given[key] !== undefined && given[key] !== null;
    if (!isGiven && !meant.has(key)) problems.push(...refusal([...path, key], 'is required'));
  }
  return { value, problems };
}

function unknownKey(key: string, keys: readonly string[], path: Path): Problem[] {
  const candidate = nearest(key, keys);
  if (/^[A-Z]/.test(key) && candidate?.toLowerCase() === key.toLowerCase()) {
    return refusal(path, "is CloudFormation's spelling", `ECS writes "${candidate}"`);
  }
  return refusal(path, 'there is no such key', didYouMean(key, keys));
}

function checkType(type: string, value: unknown, path: Path): Checked<unknown> {
  if (type.endsWith('[]')) return checkList(type.slice(0, -2), value, path);
  if (type === 'map') return checkMap(value, path);
  const values = ENUMS[type];
  if (values !== undefined) return { value, problems: enumProblems(values, value, path) };
  if (STRUCTURES[type] === undefined) return { value, problems: scalarProblems(type, value, path) };
  return isPlainObject(value)
    ? checkStructure(type, value, path)
    : { value, problems: mustBe('an object', value, path) };
}

function checkList(type: string, value: unknown, path: Path): Checked<unknown> {
  if (!Array.isArray(value)) {
    const hint = typeof value === 'string' ? `write [${JSON.stringify(value)}]` : undefined;
    return { value, problems: mustBe('a list', value, path, hint) };
  }
  const items = value.map((item: unknown, index) => checkType(type, item, [...path, index]));
  return {
    value: items.map((item) => item.value),
    problems: items.flatMap(({ problems }) => problems),
  };
}

function checkMap(value: unknown, path: Path): Checked<unknown> {
  if (!isPlainObject(value)) return { value, problems: mustBe('an object', value, path) };
  const entries = Object.entries(value).filter(([, item]) => item !== null && item !== undefined);
  return {
    value: Object.fromEntries(entries),
    problems: entries.flatMap(([key, item]) => scalarProblems('string', item, [...path, key])),
  };
}

function enumProblems(values: readonly string[], value: unknown, path: Path): Problem[] {
  if (typeof value === 'string' && values.includes(value)) return [];
  const hint =
    typeof value === 'string' ? (unfilled(value) ?? didYouMean(value, values)) : undefined;
  return mustBe(`one of ${values.join(', ')}`, value, path, hint);
}

const SCALARS: Readonly<Record<string, { type: string; words: string }>> = {
  string: { type: 'string', words: 'text' },
  integer: { type: 'number', words: 'a whole number' },
  boolean: { type: 'boolean', words: 'true or false' },
};

function scalarProblems(type: string, value: unknown, path: Path): Problem[] {
  const { type: expected, words } = SCALARS[type] ?? { type, words: type };
  const fits = type === 'integer' ? Number.isSafeInteger(value) : typeof value === expected;
  return fits ? [] : mustBe(words, value, path, respelled(type, value));
}

/** What the value would be in the right type: quotes are easily forgotten, or too many. */
function respelled(type: string, value: unknown): string | undefined {
  if (type === 'string' && ['number', 'boolean'].includes(typeof value)) {
    return `write ${JSON.stringify(String(value))}`;
  }
  const isText = typeof value === 'string';
  if (type === 'integer' && isText && /^\d{1,9}$/.test(value)) return `write ${Number(value)}`;
  if (type === 'boolean' && isText && /^(true|false)$/i.test(value)) {
    return `write ${value.toLowerCase()}`;
  }
  return undefined;
}

function mustBe(words: string, value: unknown, path: Path, hint?: string): Problem[] {
  return refusal(path, `must be ${words}, not ${described(value)}`, hint);
}

function described(value: unknown): string {
  if (value === null) return 'null';
  if (value === undefined) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'an object';
  if (typeof value === 'string') {
    return JSON.stringify(value.length > 60 ? `${value.slice(0, 60)}…` : value);
  }
  return String(value);
}
