/** The containers as a whole: how many, what they are called, what they run. */
import type { Problem } from '../../errors.ts';
import { refusal, remark } from './findings.ts';
import type { ContainerDefinition, TaskDefinition } from './task-definition.ts';
import { mustMatch } from './unfilled.ts';

/** "Amazon ECS service quotas" in the ECS developer guide. */
const MOST_CONTAINERS = 10;
const MOST_BYTES = 64 * 1024;

/** "family" and "name" of RegisterTaskDefinition in the ECS API reference. */
const NAME = /^[A-Za-z0-9_-]{1,255}$/;
const NAME_RULE = 'may have up to 255 letters, digits, - and _, and nothing else';

/** "image" of ContainerDefinition in the ECS API reference. */
const IMAGE = /^[A-Za-z0-9_\-:./#@]+$/;

/** Of more, no rule is checked but that there are too many: comparing them all would take long. */
const MOST_TO_COMPARE = { containers: 100, bytes: 256 * 1024 };

/** Whether a definition is so far out of bounds that only its size is worth telling. */
export function isOversized(definition: TaskDefinition): boolean {
  return (
    (definition.containerDefinitions?.length ?? 0) > MOST_TO_COMPARE.containers ||
    byteLength(definition) > MOST_TO_COMPARE.bytes
  );
}

function byteLength(definition: TaskDefinition): number {
  return Buffer.byteLength(JSON.stringify(definition));
}

/** @param complete whether what Slipway would fill in must be there already. */
export function containersProblems(definition: TaskDefinition, complete: boolean): Problem[] {
  const { family } = definition;
  const containers = definition.containerDefinitions ?? [];
  return [
    ...(family === undefined && complete ? refusal(['family'], 'is required') : []),
    ...mustMatch(NAME, family, ['family'], NAME_RULE),
    ...containers.flatMap((container, index) =>
      containerProblems(container, index, containers, complete),
    ),
  ];
}

/** Too many containers or too few, too many bytes, none essential. */
export function sizeProblems(definition: TaskDefinition): Problem[] {
  const containers = definition.containerDefinitions ?? [];
  const path = ['containerDefinitions'];
  if (containers.length === 0) return refusal(path, 'must have at least one container');
  const bytes = byteLength(definition);
  return [
    ...(containers.length > MOST_CONTAINERS
      ? refusal(
          path,
          `a task has at most ${MOST_CONTAINERS} containers, and these are ${containers.length}`,
        )
      : []),
    ...(bytes > MOST_BYTES
      ? refusal([], `a task definition has at most 64 KiB, and this has ${Math.ceil(bytes / 1024)}`)
      : []),
    ...(containers.every(({ essential }) => essential === false)
      ? refusal(path, 'at least one container must be essential', 'remove an "essential": false')
      : []),
  ];
}

function containerProblems(
  { name, image }: ContainerDefinition,
  index: number,
  containers: readonly ContainerDefinition[],
  complete: boolean,
): Problem[] {
  const path = ['containerDefinitions', index];
  const first = containers.findIndex((other) => other.name === name);
  return [
    ...(name === undefined ? refusal([...path, 'name'], 'is required') : []),
    ...mustMatch(NAME, name, [...path, 'name'], NAME_RULE),
    ...(name !== undefined && first < index
      ? refusal([...path, 'name'], `containerDefinitions[${first}] is called "${name}" already`)
      : []),
    ...(image === undefined && complete ? refusal([...path, 'image'], 'is required') : []),
    ...mustMatch(
      IMAGE,
      image,
      [...path, 'image'],
      'may have only letters, digits and - _ : . / # @, as "repository/name:tag"',
    ),
    ...(image !== undefined && /REPLACE_?ME|CHANGE_?ME/i.test(image)
      ? remark([...path, 'image'], `"${image}" looks as if it were still to be replaced`)
      : []),
  ];
}
