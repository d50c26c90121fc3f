/** All that ECS refuses of a task definition of the right shape, said before ECS is asked. */
import type { Problem } from '../../errors.ts';
import { containersProblems, isOversized, sizeProblems } from './containers.ts';
import { dependencyProblems } from './dependencies.ts';
import { environmentProblems } from './environment.ts';
import { fargateProblems } from './fargate.ts';
import { loggingProblems } from './logging.ts';
import { networkProblems } from './network.ts';
import { resourcesProblems } from './resources.ts';
import { settingsProblems } from './settings.ts';
import { tagsProblems } from './tags.ts';
import type { TaskDefinition } from './task-definition.ts';
import { volumesProblems } from './volumes.ts';

/** Where the task is to run. */
export type Launch = 'fargate' | 'ec2' | 'local';

export interface ValidateOptions {
  /** Fargate's rules also apply where `requiresCompatibilities` names FARGATE. */
  launch: Launch;
  /**
   * Whether what Slipway fills in (family, image, size, network mode, execution role) must be there
   * already, as ECS wants it. Default true, and false for `local`.
   */
  complete?: boolean | undefined;
}

/**
 * What ECS would refuse of a definition that `parseTaskDefinition` has read, as errors, and what is
 * seldom meant, as warnings; each with its path in the definition. Pure.
 */
export function validateTaskDefinition(
  definition: TaskDefinition,
  { launch, complete = launch !== 'local' }: ValidateOptions,
): Problem[] {
  const required = definition.requiresCompatibilities ?? [];
  const fargate = launch === 'fargate' || required.includes('FARGATE');
  if (isOversized(definition)) return sizeProblems(definition);
  return [
    ...sizeProblems(definition),
    ...containersProblems(definition, complete),
    ...dependencyProblems(definition),
    ...resourcesProblems(definition, { complete, fargate }),
    ...volumesProblems(definition),
    ...networkProblems(definition, fargate),
    ...settingsProblems(definition),
    ...environmentProblems(definition, { complete, fargate }),
    ...loggingProblems(definition),
    ...tagsProblems(definition),
    ...(fargate ? fargateProblems(definition, complete) : []),
  ];
}
