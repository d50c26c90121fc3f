/** Volumes, and where containers mount them. */
import type { Problem } from '../../errors.ts';
import { didYouMean } from '../nearest.ts';
import { refusal, remark } from './findings.ts';
import type { ContainerDefinition, TaskDefinition, Volume } from './task-definition.ts';
import { mustMatch } from './unfilled.ts';

/** "name" of Volume in the ECS API reference. */
const NAME = /^[A-Za-z0-9_-]{1,255}$/;

const FILE_SYSTEM = /^(fs-[\w-]+|arn:aws[a-z-]*:elasticfilesystem:[\w:/-]+)$/;

const KINDS = [
  'dockerVolumeConfiguration',
  'efsVolumeConfiguration',
  's3filesVolumeConfiguration',
  'fsxWindowsFileServerVolumeConfiguration',
] as const;

export function volumesProblems(definition: TaskDefinition): Problem[] {
  const volumes = definition.volumes ?? [];
  return [
    ...volumes.flatMap((volume, index) => volumeProblems(volume, index, volumes)),
    ...(definition.containerDefinitions ?? []).flatMap((container, index) =>
      mountProblems(container, volumes, ['containerDefinitions', index, 'mountPoints']),
    ),
  ];
}

function volumeProblems(volume: Volume, index: number, volumes: readonly Volume[]): Problem[] {
  const path = ['volumes', index];
  const { name, host, configuredAtLaunch } = volume;
  const kinds = KINDS.filter((kind) => volume[kind] !== undefined);
  const given = [...(host?.sourcePath ? ['host'] : []), ...kinds];
  const first = volumes.findIndex((other) => other.name === name);
  const atLaunch = volumes.findIndex((other) => other.configuredAtLaunch);
  return [
    ...(name === undefined ? refusal([...path, 'name'], 'is required') : []),
    ...mustMatch(
      NAME,
      name,
      [...path, 'name'],
      'may have up to 255 letters, digits, - and _, and nothing else',
    ),
    ...(name !== undefined && first < index
      ? refusal([...path, 'name'], `volumes[${first}] is called "${name}" already`)
      : []),
    ...(given.length > 1
      ? refusal(path, `a volume is of one kind, and this has ${given.join(' and ')}`)
      : []),
    ...(configuredAtLaunch && atLaunch < index
      ? refusal(
          [...path, 'configuredAtLaunch'],
          `one volume is configured at launch, and volumes[${atLaunch}] is already`,
        )
      : []),
    ...efsProblems(volume, [...path, 'efsVolumeConfiguration']),
  ];
}

/** "EFSVolumeConfiguration" and "EFSAuthorizationConfig" of the ECS API reference. */
function efsProblems({ efsVolumeConfiguration: efs }: Volume, path: Problem['path']): Problem[] {
  if (efs === undefined) return [];
  const { accessPointId, iam } = efs.authorizationConfig ?? {};
  const encrypted = efs.transitEncryption === 'ENABLED';
  const root = efs.rootDirectory;
  return [
    ...mustMatch(
      FILE_SYSTEM,
      efs.fileSystemId,
      [...path, 'fileSystemId'],
      'must be the id of a file system: fs-0123456789abcdef0',
    ),
    ...((accessPointId || iam === 'ENABLED') && !encrypted
      ? refusal(
          [...path, 'transitEncryption'],
          `must be "ENABLED" for ${accessPointId ? 'an access point' : 'IAM authorization'}`,
        )
      : []),
    ...(accessPointId && root && root !== '/'
      ? refusal(
          [...path, 'rootDirectory'],
          'goes not with an access point, which has its own',
          'leave it out, or write "/"',
        )
      : []),
  ];
}

function mountProblems(
  { mountPoints = [] }: ContainerDefinition,
  volumes: readonly Volume[],
  path: Problem['path'],
): Problem[] {
  const names = volumes.flatMap(({ name }) => name ?? []);
  const seen = new Set<string>();
  return mountPoints.flatMap(({ sourceVolume, containerPath }, index) => {
    const repeated = containerPath !== undefined && seen.has(containerPath);
    if (containerPath !== undefined) seen.add(containerPath);
    return [
      ...(sourceVolume === undefined || names.includes(sourceVolume)
        ? []
        : refusal(
            [...path, index, 'sourceVolume'],
            `there is no volume "${sourceVolume}"`,
            didYouMean(sourceVolume, names),
          )),
      ...(repeated
        ? remark([...path, index, 'containerPath'], `"${containerPath}" is mounted twice`)
        : []),
    ];
  });
}
