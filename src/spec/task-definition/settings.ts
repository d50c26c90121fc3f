/** A container's own settings that are numbers in bounds ("ContainerDefinition" of the ECS API). */
import type { Problem } from '../../errors.ts';
import { refusal, remark } from './findings.ts';
import type { ContainerDefinition, TaskDefinition } from './task-definition.ts';

const HEALTH_BOUNDS = {
  interval: [5, 300],
  timeout: [2, 60],
  retries: [1, 10],
  startPeriod: [0, 300],
} as const;
const ATTEMPT_PERIOD = [60, 1800] as const;
const MOST_IGNORED_CODES = 50;
const SWAPPINESS = [0, 100] as const;

export function settingsProblems({ containerDefinitions = [] }: TaskDefinition): Problem[] {
  return containerDefinitions.flatMap((container, index) => {
    const path = ['containerDefinitions', index];
    return [
      ...healthProblems(container, [...path, 'healthCheck']),
      ...restartProblems(container, [...path, 'restartPolicy']),
      ...timeoutProblems(container, path),
      ...linuxProblems(container, [...path, 'linuxParameters']),
      ...ulimitProblems(container, [...path, 'ulimits']),
    ];
  });
}

function healthProblems({ healthCheck }: ContainerDefinition, path: Problem['path']): Problem[] {
  if (healthCheck === undefined) return [];
  const [kind, ...words] = healthCheck.command ?? [];
  // ECS also takes a command that begins with neither CMD nor CMD-SHELL, and it works.
  const empty = kind === undefined || (/^CMD(-SHELL)?$/.test(kind) && words.length === 0);
  return [
    ...(empty
      ? refusal(
          [...path, 'command'],
          'must say what to run',
          'as ["CMD-SHELL", "curl -f http://localhost/ || exit 1"]',
        )
      : []),
    ...Object.entries(HEALTH_BOUNDS).flatMap(([key, bounds]) =>
      within(healthCheck[key as keyof typeof HEALTH_BOUNDS], bounds, [...path, key]),
    ),
  ];
}

function restartProblems({ restartPolicy }: ContainerDefinition, path: Problem['path']): Problem[] {
  if (restartPolicy === undefined) return [];
  const codes = restartPolicy.ignoredExitCodes?.length ?? 0;
  return [
    ...within(restartPolicy.restartAttemptPeriod, ATTEMPT_PERIOD, [
      ...path,
      'restartAttemptPeriod',
    ]),
    ...(codes > MOST_IGNORED_CODES
      ? refusal([...path, 'ignoredExitCodes'], `are at most ${MOST_IGNORED_CODES}, not ${codes}`)
      : []),
  ];
}

function timeoutProblems(container: ContainerDefinition, path: Problem['path']): Problem[] {
  return (['startTimeout', 'stopTimeout'] as const).flatMap((key) => {
    const seconds = container[key];
    return seconds !== undefined && seconds < 0
      ? refusal([...path, key], `must not be below 0, not ${seconds}`)
      : [];
  });
}

function linuxProblems({ linuxParameters }: ContainerDefinition, path: Problem['path']): Problem[] {
  const { swappiness, maxSwap, tmpfs = [] } = linuxParameters ?? {};
  return [
    ...within(swappiness, SWAPPINESS, [...path, 'swappiness']),
    ...(maxSwap !== undefined && maxSwap < 0
      ? refusal([...path, 'maxSwap'], `must not be below 0, not ${maxSwap}`)
      : []),
    ...(swappiness !== undefined && maxSwap === undefined
      ? remark([...path, 'swappiness'], 'does nothing without maxSwap')
      : []),
    ...tmpfs.flatMap(({ size }, index) =>
      size !== undefined && size < 1
        ? refusal([...path, 'tmpfs', index, 'size'], `must be at least 1 MiB, not ${size}`)
        : [],
    ),
  ];
}

function ulimitProblems({ ulimits = [] }: ContainerDefinition, path: Problem['path']): Problem[] {
  return ulimits.flatMap(({ name, softLimit = 0, hardLimit = 0 }, index) =>
    hardLimit >= 0 && (softLimit > hardLimit || softLimit < 0)
      ? remark([...path, index, 'softLimit'], `of ${name} is above the hard limit, ${hardLimit}`)
      : [],
  );
}

function within(
  value: number | undefined,
  [least, most]: readonly [number, number],
  path: Problem['path'],
): Problem[] {
  return value === undefined || (value >= least && value <= most)
    ? []
    : refusal(path, `must be from ${least} to ${most}, not ${value}`);
}
