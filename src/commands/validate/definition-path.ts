import type { Problem } from '../../errors.ts';
import { isPlainObject } from '../../spec/plain.ts';

/**
 * A path in a task definition as it is in the value that it was read from, which may be a list of
 * containers alone, or have the definition in the wrapper of `describe-task-definition`.
 */
export function pathInValue(path: Problem['path'], value: unknown): Problem['path'] {
  if (Array.isArray(value)) return path[0] === 'containerDefinitions' ? path.slice(1) : path;
  const isWrapped = isPlainObject(value) && isPlainObject(value.taskDefinition);
  return isWrapped ? ['taskDefinition', ...path] : path;
}
