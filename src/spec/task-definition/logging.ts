/** Log drivers and FireLens. */
import type { Problem } from '../../errors.ts';
import { refusal } from './findings.ts';
import type { ContainerDefinition, TaskDefinition } from './task-definition.ts';

/** ECS: "Log driver awslogs requires options: awslogs-region, awslogs-group". */
const AWSLOGS_OPTIONS = ['awslogs-region', 'awslogs-group'];

export function loggingProblems({ containerDefinitions = [] }: TaskDefinition): Problem[] {
  return [
    ...containerDefinitions.flatMap((container, index) =>
      optionProblems(container, ['containerDefinitions', index, 'logConfiguration', 'options']),
    ),
    ...firelensProblems(containerDefinitions),
  ];
}

function optionProblems(
  { logConfiguration }: ContainerDefinition,
  path: Problem['path'],
): Problem[] {
  if (logConfiguration?.logDriver !== 'awslogs') return [];
  const options = logConfiguration.options ?? {};
  const missing = AWSLOGS_OPTIONS.filter((option) => !Object.hasOwn(options, option));
  return missing.length === 0 ? [] : refusal(path, `awslogs requires ${missing.join(' and ')}`);
}

/**
 * ECS: "When awsfirelens log driver is specified in log configuration, a firelens configuration
 * object must be configured in one of the containers.", and the other way round.
 */
function firelensProblems(containers: readonly ContainerDefinition[]): Problem[] {
  const routers = containers.flatMap(({ firelensConfiguration }, index) =>
    firelensConfiguration === undefined ? [] : [index],
  );
  const senders = containers.flatMap(({ logConfiguration }, index) =>
    logConfiguration?.logDriver === 'awsfirelens' ? [index] : [],
  );
  const [router, ...others] = routers;
  const [sender] = senders;
  return [
    ...(sender !== undefined && router === undefined
      ? refusal(
          ['containerDefinitions', sender, 'logConfiguration', 'logDriver'],
          'awsfirelens needs a container with a firelensConfiguration',
        )
      : []),
    ...(router !== undefined && sender === undefined
      ? refusal(
          ['containerDefinitions', router, 'firelensConfiguration'],
          'needs a container with the log driver awsfirelens',
        )
      : []),
    ...others.flatMap((index) =>
      refusal(
        ['containerDefinitions', index, 'firelensConfiguration'],
        `a task has one log router, and containerDefinitions[${router}] is one already`,
      ),
    ),
  ];
}
