import { join } from 'node:path';
import type { Mount } from '../../engine/engine.ts';
import type { ContainerDefinition, Volume } from '../../spec/task-definition/task-definition.ts';
import type { Task } from '../backend.ts';
import { taskLabels, volumeName } from './folders.ts';
import type { PlannedVolume, TaskSurroundings } from './planned.ts';

/** All that a container sees of this machine's files and of the task's volumes. */
export function planMounts(
  task: Task,
  container: ContainerDefinition,
  here: TaskSurroundings,
): Mount[] {
  return [
    ...volumeMounts(task, container, here),
    ...here.inputs.flatMap((input): Mount[] => [
      { type: 'bind', source: input.source, target: `/input/${input.name}`, readOnly: true },
      ...input.extra.map(
        ({ source, path }): Mount => ({
          type: 'bind',
          source,
          target: `/input/${input.name}/${path}`,
          readOnly: true,
        }),
      ),
    ]),
    ...(Object.keys(task.outputs).length === 0
      ? []
      : [
          {
            type: 'bind',
            source: here.folders.output,
            target: '/output',
            readOnly: false,
          } as const,
        ]),
    ...(container.linuxParameters?.tmpfs ?? []).map(
      (tmpfs): Mount => ({
        type: 'tmpfs',
        target: tmpfs.containerPath ?? '',
        readOnly: false,
        sizeMebibytes: tmpfs.size,
        options: tmpfs.mountOptions,
      }),
    ),
  ];
}

function volumeMounts(task: Task, container: ContainerDefinition, here: TaskSurroundings): Mount[] {
  const volumes = new Map(task.definition.volumes?.map((volume) => [volume.name, volume]));
  const own = (container.mountPoints ?? []).flatMap((point) => {
    const volume = volumes.get(point.sourceVolume);
    if (volume === undefined || point.containerPath === undefined) return [];
    return [mountOf(task, volume, point.containerPath, point.readOnly ?? false, here)];
  });
  const others = (container.volumesFrom ?? []).flatMap((from) => {
    const source = task.definition.containerDefinitions?.find(
      ({ name }) => name === from.sourceContainer,
    );
    if (source === undefined || source === container) return [];
    return volumeMounts(task, source, here).map((mount) => ({
      ...mount,
      readOnly: mount.readOnly || (from.readOnly ?? false),
    }));
  });
  const taken = new Set(own.map((mount) => mount.target));
  return [...own, ...others.filter((mount) => !taken.has(mount.target))];
}

function mountOf(
  task: Task,
  volume: Volume,
  target: string,
  readOnly: boolean,
  here: TaskSurroundings,
): Mount {
  const sourcePath = volume.host?.sourcePath;
  if (sourcePath !== undefined) return { type: 'bind', source: sourcePath, target, readOnly };
  if (here.engine === 'host') {
    return {
      type: 'bind',
      source: join(here.folders.volumes, volume.name ?? ''),
      target,
      readOnly,
    };
  }
  return { type: 'volume', source: engineVolumeName(task, volume), target, readOnly };
}

/** The volumes that the engine keeps for a task. */
export function planVolumes(task: Task, here: TaskSurroundings): PlannedVolume[] {
  return (task.definition.volumes ?? [])
    .filter((volume) => volume.host?.sourcePath === undefined)
    .map((volume) => {
      const docker = volume.dockerVolumeConfiguration;
      const shared = isShared(volume);
      return {
        name: engineVolumeName(task, volume),
        labels: shared
          ? { ...docker?.labels }
          : { ...docker?.labels, ...taskLabels(here.homeId, task) },
        driver: docker?.driver,
        driverOptions: docker?.driverOpts,
        shared,
      };
    });
}

function isShared(volume: Volume): boolean {
  return volume.dockerVolumeConfiguration?.scope === 'shared';
}

function engineVolumeName(task: Task, volume: Volume): string {
  const name = volume.name ?? '';
  return isShared(volume) ? name : volumeName(task, name);
}
