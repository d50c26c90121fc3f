import fc from 'fast-check';
import { expect, it } from 'vitest';
import { dependencyOrder } from '../../../src/spec/task-definition/dependencies.ts';
import { parseTaskDefinition } from '../../../src/spec/task-definition/parse.ts';
import { ENUMS, STRUCTURES } from '../../../src/spec/task-definition/shape.generated.ts';
import { validateTaskDefinition } from '../../../src/spec/task-definition/validate.ts';
import { VALID } from './definitions.ts';

type Path = (string | number)[];

/** Reads and checks by all rules; what comes out has to be told to a person. */
function check(value: unknown): void {
  const { definition, problems } = parseTaskDefinition(value);
  const found = [...problems];
  if (definition !== undefined) {
    for (const launch of ['fargate', 'ec2', 'local'] as const) {
      found.push(...validateTaskDefinition(definition, { launch }));
    }
    expect(dependencyOrder(definition)).toHaveLength(definition.containerDefinitions?.length ?? 0);
  }
  for (const { message, path } of found) {
    expect(message).not.toMatch(/undefined|\[object/);
    expect(path.every((key) => ['string', 'number'].includes(typeof key))).toBe(true);
  }
}

/** A value of a type of the table, with names from a small set so that they meet each other. */
function ofType(type: string, depth = 0): fc.Arbitrary<unknown> {
  if (type.endsWith('[]')) {
    return fc.array(ofType(type.slice(0, -2), depth + 1), { maxLength: 3 });
  }
  if (type === 'map') return fc.dictionary(name, fc.string(), { maxKeys: 2 });
  if (type === 'string') return fc.oneof(name, fc.string(), fc.constantFrom('256', '512', '/a'));
  if (type === 'integer') return fc.oneof(fc.integer(), fc.constantFrom(0, 1, 80, 256));
  if (type === 'boolean') return fc.boolean();
  const values = ENUMS[type];
  if (values !== undefined) return fc.constantFrom(...values);
  const { members = {}, required = [] } = STRUCTURES[type] ?? {};
  return fc.record(
    Object.fromEntries(
      Object.entries(members).map(([key, member]) => [
        key,
        key === 'name' || /Name$|^source/.test(key) ? name : ofType(member, depth + 1),
      ]),
    ),
    { requiredKeys: [...required] },
  );
}

const name = fc.constantFrom('a', 'b', 'c', '{{d}}', '');

/** The paths of all that is in a value. */
function pathsOf(value: unknown, path: Path = []): Path[] {
  if (typeof value !== 'object' || value === null) return [path];
  const keys = Array.isArray(value) ? [...value.keys()] : Object.keys(value);
  return [path, ...keys.flatMap((key) => pathsOf(Reflect.get(value, key), [...path, key]))];
}

function replaced(value: unknown, [key, ...rest]: Path, by: unknown): unknown {
  if (key === undefined) return by;
  const copy: object = Array.isArray(value) ? [...value] : { ...(value as object) };
  Reflect.set(copy, key, replaced(Reflect.get(copy, key), rest, by));
  return copy;
}

it('survives whatever JSON it is given', () => {
  fc.assert(fc.property(fc.jsonValue(), check), { numRuns: 500 });
});

it('survives all that the table allows', () => {
  fc.assert(fc.property(ofType('TaskDefinition'), check), { numRuns: 300 });
});

it('survives what is wrong in one place', () => {
  const anything = fc.oneof(
    fc.jsonValue({ maxDepth: 2 }),
    fc.constantFrom(undefined, Number.NaN, -1, 2 ** 53, '__proto__', 'x'.repeat(100_000)),
  );
  const mutated = fc
    .constantFrom(...Object.values(VALID))
    .chain((definition) =>
      fc
        .tuple(fc.constantFrom(...pathsOf(definition)), anything)
        .map(([path, by]) => replaced(definition, path, by)),
    );
  fc.assert(fc.property(mutated, check), { numRuns: 1000 });
});

it('refuses thousands of containers, and does not compare them all', () => {
  const containerDefinitions = Array.from({ length: 20_000 }, (_, index) => ({
    name: `c${index}`,
    image: 'a',
    dependsOn: [{ containerName: `c${index + 1}`, condition: 'START' as const }],
  }));
  const problems = validateTaskDefinition({ containerDefinitions }, { launch: 'local' });
  expect(problems.map(({ message }) => message)).toContain(
    'a task has at most 10 containers, and these are 20000',
  );
});
