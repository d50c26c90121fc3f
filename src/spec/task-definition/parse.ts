/** From a value of any kind to a task definition in ECS's shape. */
import type { Problem } from '../../errors.ts';
import { isPlainObject, plainDataProblems } from '../plain.ts';
import { type Checked, checkStructure } from './check-shape.ts';
import { refusal, remark } from './findings.ts';
import { READ_ONLY } from './shape.generated.ts';
import type { TaskDefinition } from './task-definition.ts';

export interface ParseOptions {
  /**
   * Whether the keys of a job fill in what is missing: no containers or family are needed, and
   * `containerDefinitions` may be the one container. Default false.
   */
  partial?: boolean | undefined;
}

export interface ParsedTaskDefinition {
  /** Undefined where one of the problems is an error. */
  definition: TaskDefinition | undefined;
  /** All that is wrong with the shape, with the paths of the value that was given. */
  problems: Problem[];
}

/**
 * Reads what RegisterTaskDefinition takes, what DescribeTaskDefinition tells (its read-only fields
 * are dropped with a warning each), or a list of container definitions alone, which has no family.
 */
export function parseTaskDefinition(
  value: unknown,
  options: ParseOptions = {},
): ParsedTaskDefinition {
  // The SDK's own answer has dates in its read-only fields.
  const hazards = plainDataProblems(value).filter(
    ({ path }) => !path.some((key) => READ_ONLY.includes(String(key))),
  );
  if (hazards.length > 0) return { definition: undefined, problems: hazards };
  const { value: definition, problems } = read(value, options.partial ?? false);
  const refused = problems.some(({ severity }) => severity === 'error');
  return { definition: refused ? undefined : (definition as TaskDefinition), problems };
}

function read(value: unknown, partial: boolean): Checked<unknown> {
  if (Array.isArray(value)) {
    const { value: definition, problems } = checkStructure(
      'TaskDefinition',
      { containerDefinitions: value },
      [],
      [],
    );
    return { value: definition, problems: replaceStart(problems, 1, []) };
  }
  if (!isPlainObject(value)) {
    return { value, problems: refusal([], 'must be a task definition: an object, or a list') };
  }
  return isPlainObject(value.taskDefinition)
    ? readWrapped(value, value.taskDefinition, partial)
    : readDefinition(value, partial);
}

/** What `aws ecs describe-task-definition` prints: the tags stand beside the definition. */
function readWrapped(
  { taskDefinition: _, tags, ...others }: Record<string, unknown>,
  wrapped: Record<string, unknown>,
  partial: boolean,
): Checked<unknown> {
  const inside = readDefinition(wrapped, partial);
  const beside = checkStructure('TaskDefinition', { tags }, [], []);
  return {
    value: { ...beside.value, ...inside.value },
    problems: [
      ...Object.keys(others).flatMap((key) =>
        refusal([key], 'there is no such key beside "taskDefinition"', 'only "tags" may be'),
      ),
      ...beside.problems,
      ...replaceStart(inside.problems, 0, ['taskDefinition']),
    ],
  };
}

function readDefinition(
  value: Record<string, unknown>,
  partial: boolean,
): Checked<Record<string, unknown>> {
  const readOnly = READ_ONLY.filter((key) => Object.hasOwn(value, key));
  const given = Object.fromEntries(
    Object.entries(value).filter(([key]) => !readOnly.includes(key)),
  );
  // ECS's JSON has text here; to most people it is a number, and that means the same.
  for (const key of ['cpu', 'memory']) {
    if (typeof given[key] === 'number') given[key] = String(given[key]);
  }
  const single = partial && isPlainObject(given.containerDefinitions);
  if (single) given.containerDefinitions = [given.containerDefinitions];
  const checked = checkStructure('TaskDefinition', given, [], partial ? [] : undefined);
  return {
    value: checked.value,
    problems: [
      ...readOnly.flatMap((key) => remark([key], 'is read-only: ECS sets it, so it is dropped')),
      ...(single ? replaceStart(checked.problems, 2, ['containerDefinitions']) : checked.problems),
    ],
  };
}

/** The problems in a list of containers that was put into a definition, at their own paths. */
function replaceStart(
  problems: readonly Problem[],
  keys: number,
  start: Problem['path'],
): Problem[] {
  return problems.map((problem) =>
    keys > 0 && problem.path[0] !== 'containerDefinitions'
      ? problem
      : { ...problem, path: [...start, ...problem.path.slice(keys)] },
  );
}
