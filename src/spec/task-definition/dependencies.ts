/** Which container waits for which. */
import type { Problem } from '../../errors.ts';
import { didYouMean } from '../nearest.ts';
import { refusal } from './findings.ts';
import type { ContainerDefinition, TaskDefinition } from './task-definition.ts';

/** A name that a container gives of another, and where. */
interface Reference {
  name: string;
  path: Problem['path'];
}

/**
 * The containers in the order in which they can be started: one comes after all that it depends on,
 * links to or takes volumes from, and else stays where it is written. In a cycle, which
 * `validateTaskDefinition` refuses, the order is that in which they are written.
 */
export function dependencyOrder(definition: TaskDefinition): ContainerDefinition[] {
  const containers = definition.containerDefinitions ?? [];
  const byName = new Map(containers.map((container) => [container.name, container]));
  const ordered = new Set<ContainerDefinition>();
  const seen = new Set<ContainerDefinition>();
  const place = (container: ContainerDefinition): void => {
    if (seen.has(container)) return;
    seen.add(container);
    for (const { name } of references(container, [])) {
      const other = byName.get(name);
      if (other !== undefined) place(other);
    }
    ordered.add(container);
  };
  for (const container of containers) place(container);
  return [...ordered];
}

/** What ECS refuses of dependsOn, links and volumesFrom ("ContainerDependency" of its API). */
export function dependencyProblems(definition: TaskDefinition): Problem[] {
  const containers = definition.containerDefinitions ?? [];
  return [
    ...containers.flatMap((container, index) => [
      ...unknownNames(container, containers, ['containerDefinitions', index]),
      ...conditionProblems(container, containers, ['containerDefinitions', index]),
    ]),
    ...cycleProblems(containers),
  ];
}

function references(container: ContainerDefinition, at: Problem['path']): Reference[] {
  const named = (key: string, names: readonly (string | undefined)[] = [], member?: string) =>
    names.flatMap((name, index): Reference[] =>
      name === undefined
        ? []
        : [{ name, path: [...at, key, index, ...(member === undefined ? [] : [member])] }],
    );
  return [
    ...named(
      'dependsOn',
      container.dependsOn?.map(({ containerName }) => containerName),
      'containerName',
    ),
    ...named(
      'links',
      container.links?.map((link) => link.split(':')[0]),
    ),
    ...named(
      'volumesFrom',
      container.volumesFrom?.map(({ sourceContainer }) => sourceContainer),
      'sourceContainer',
    ),
  ];
}

function unknownNames(
  container: ContainerDefinition,
  containers: readonly ContainerDefinition[],
  at: Problem['path'],
): Problem[] {
  const names = containers.flatMap(({ name }) => name ?? []);
  return references(container, at).flatMap(({ name, path }) => {
    if (name === container.name) return refusal(path, `container "${name}" cannot wait for itself`);
    if (names.includes(name)) return [];
    return refusal(path, `there is no container "${name}"`, didYouMean(name, names));
  });
}

function conditionProblems(
  container: ContainerDefinition,
  containers: readonly ContainerDefinition[],
  at: Problem['path'],
): Problem[] {
  return (container.dependsOn ?? []).flatMap(({ containerName, condition }, index) => {
    const target = containers.find(({ name }) => name === containerName);
    if (target === undefined || target === container) return [];
    const path = [...at, 'dependsOn', index, 'condition'];
    if (condition === 'HEALTHY' && !hasHealthCheck(target)) {
      return refusal(
        path,
        `container "${containerName}" has no health check, so it never becomes HEALTHY`,
        'give it a healthCheck, or wait for START',
      );
    }
    if ((condition === 'COMPLETE' || condition === 'SUCCESS') && (target.essential ?? true)) {
      return refusal(
        path,
        `container "${containerName}" is essential, so the task would end with it; ${condition} cannot wait for it`,
        `set "essential": false on "${containerName}"`,
      );
    }
    return [];
  });
}

function hasHealthCheck({ healthCheck }: ContainerDefinition): boolean {
  return healthCheck !== undefined && healthCheck.command?.[0] !== 'NONE';
}

/** Each cycle once, at the container of it that is written first. */
function cycleProblems(containers: readonly ContainerDefinition[]): Problem[] {
  const problems: Problem[] = [];
  const byName = new Map(containers.map((container, index) => [container.name, index]));
  const done = new Set<number>();
  const trail: number[] = [];
  const walk = (index: number): void => {
    const from = trail.indexOf(index);
    if (from !== -1) {
      const cycle = trail.slice(from);
      const names = [...cycle, index].map((member) => containers[member]?.name);
      const text = `these containers wait for each other: ${names.join(' → ')}`;
      // One that waits for itself has been named already.
      if (cycle.length > 1) problems.push(...refusal(['containerDefinitions', index], text));
      return;
    }
    if (done.has(index)) return;
    trail.push(index);
    for (const { name } of references(containers[index] ?? {}, [])) {
      const other = byName.get(name);
      if (other !== undefined) walk(other);
    }
    trail.pop();
    done.add(index);
  };
  for (const index of containers.keys()) walk(index);
  return problems;
}
