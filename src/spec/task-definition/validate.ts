/** All that ECS refuses of a task definition of the right shape, said before ECS is asked. */
import type { Problem } from '../../errors.ts';
import { dependencyProblems } from './dependencies.ts';
import type { TaskDefinition } from './task-definition.ts';

/** Whose rules apply; `local` needs no image, family, size or role, since Slipway fills them in. */
export type Launch = 'fargate' | 'ec2' | 'local';

export interface ValidateOptions {
  /** Fargate's rules also apply where `requiresCompatibilities` names FARGATE. */
  launch: Launch;
}

/** The problems of a definition that `parseTaskDefinition` has read: errors and warnings. Pure. */
export function validateTaskDefinition(
  definition: TaskDefinition,
  _options: ValidateOptions,
): Problem[] {
  return dependencyProblems(definition);
}
