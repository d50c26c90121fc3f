/** What of a task definition no engine of this machine can do: refused or warned about by name. */
import type { EngineName, Limitation } from '../../engine/engine.ts';
import type { Problem } from '../../errors.ts';
import type {
  ContainerDefinition,
  TaskDefinition,
} from '../../spec/task-definition/task-definition.ts';
import type { Task } from '../backend.ts';

type Path = Problem['path'];
type Finding = Omit<Problem, 'path'> | undefined;

/** Problems of a valid task definition that come from running it here. Pure. */
export function checkDefinition(task: Task, engine: EngineName): Problem[] {
  const { definition } = task;
  return [
    ...taskFindings(definition, engine),
    ...(definition.volumes ?? []).flatMap((volume, index) =>
      volumeFindings(volume).map((finding) => ({ ...finding, path: ['volumes', index] as Path })),
    ),
    ...(definition.containerDefinitions ?? []).flatMap((container, index) =>
      containerFindings(container).map(([key, finding]) => ({
        ...finding,
        path: ['containerDefinitions', index, key] as Path,
      })),
    ),
  ];
}

function taskFindings(definition: TaskDefinition, engine: EngineName): Problem[] {
  const { runtimePlatform, taskRoleArn } = definition;
  const findings: [string, Finding][] = [
    [
      'runtimePlatform',
      runtimePlatform?.operatingSystemFamily?.startsWith('WINDOWS')
        ? refused('Windows containers do not run here.', 'Run it on AWS, or build it for Linux.')
        : undefined,
    ],
    [
      'taskRoleArn',
      given(taskRoleArn, 'Containers here have no AWS role; pass credentials as secrets.'),
    ],
    [
      'proxyConfiguration',
      given(definition.proxyConfiguration, 'Traffic is not redirected to the proxy here.'),
    ],
    [
      'ephemeralStorage',
      given(
        definition.ephemeralStorage,
        'Storage is not limited here: the disk of this machine is.',
      ),
    ],
    [
      'inferenceAccelerators',
      definition.inferenceAccelerators?.length
        ? refused('There is no Elastic Inference here.')
        : undefined,
    ],
    [
      'placementConstraints',
      definition.placementConstraints?.length
        ? warned('There is only this machine to place it on.')
        : undefined,
    ],
    [
      'enableFaultInjection',
      definition.enableFaultInjection ? warned('Faults are not injected here.') : undefined,
    ],
    [
      'pidMode',
      engine === 'host'
        ? given(definition.pidMode, 'On the host, processes share its namespace.')
        : undefined,
    ],
  ];
  return findings.flatMap(([key, finding]) =>
    finding === undefined ? [] : [{ ...finding, path: [key] }],
  );
}

/** Where else ECS keeps volumes. */
const SERVICES = [
  ['efsVolumeConfiguration', 'EFS'],
  ['s3filesVolumeConfiguration', 'S3 Files'],
  ['fsxWindowsFileServerVolumeConfiguration', 'FSx for Windows'],
  ['configuredAtLaunch', 'EBS at launch'],
] as const;

function volumeFindings(
  volume: NonNullable<TaskDefinition['volumes']>[number],
): Omit<Problem, 'path'>[] {
  const service = SERVICES.find(([key]) => volume[key])?.[1];
  if (service === undefined) return [];
  return [
    refused(
      `Volume ${volume.name} is on ${service}, which this machine cannot mount.`,
      'Give the volume a folder of this machine in taskDefinition (host.sourcePath), or run it on AWS.',
    ),
  ];
}

function containerFindings(container: ContainerDefinition): [string, Omit<Problem, 'path'>][] {
  const remoteSecret = container.secrets?.find(
    ({ valueFrom }) => !/^(env|file):/.test(valueFrom ?? ''),
  );
  const device = container.resourceRequirements?.find(({ type }) => type !== 'GPU');
  const findings: [string, Finding][] = [
    ['resourceRequirements', device && refused(`There is no ${device.type} on this machine.`)],
    [
      'secrets',
      remoteSecret &&
        refused(
          `Secret ${remoteSecret.name} comes from AWS (${remoteSecret.valueFrom}), which a run on this machine does not read.`,
          `Give it here: --secret ${remoteSecret.name}=env:${remoteSecret.name}`,
        ),
    ],
    [
      'environmentFiles',
      container.environmentFiles?.length
        ? refused(
            `The file of variables ${container.environmentFiles[0]?.value} is on S3, which a run on this machine does not read.`,
            'Name a local copy with --env-file.',
          )
        : undefined,
    ],
    [
      'credentialSpecs',
      container.credentialSpecs?.length
        ? refused('Credential specs (gMSA) are for Windows and domain-joined instances.')
        : undefined,
    ],
    [
      'logConfiguration',
      given(container.logConfiguration, 'The log stays on this machine: see slipway logs.'),
    ],
    [
      'firelensConfiguration',
      given(container.firelensConfiguration, 'The log router gets no logs here.'),
    ],
    [
      'repositoryCredentials',
      given(container.repositoryCredentials, 'Images are pulled with the logins of your engine.'),
    ],
  ];
  return findings.flatMap(([key, finding]) => (finding === undefined ? [] : [[key, finding]]));
}

function refused(message: string, hint?: string): Omit<Problem, 'path'> {
  return { severity: 'error', message, hint };
}

function warned(message: string): Omit<Problem, 'path'> {
  return { severity: 'warning', message };
}

function given(value: unknown, message: string): Finding {
  return value === undefined ? undefined : warned(message);
}

/** What a lone container may say without any engine, of whatever version, being unable to do it. */
const PLAIN_KEYS = new Set([
  'name',
  'image',
  'entryPoint',
  'command',
  'environment',
  'secrets',
  'essential',
  'stopTimeout',
]);

/**
 * Whether a task asks for nothing that an engine may not be able to do: then the engine is not asked
 * what it can, which takes as long as starting a container.
 */
export function isPlain(task: Task): boolean {
  const { family, containerDefinitions = [], ...rest } = task.definition;
  return (
    containerDefinitions.length === 1 &&
    Object.keys(rest).length === 0 &&
    Object.keys(containerDefinitions[0] ?? {}).every((key) => PLAIN_KEYS.has(key)) &&
    [task.inputs, task.outputs, task.ports].every((part) => Object.keys(part).length === 0)
  );
}

/** An engine's limitation, where the task definition asks for it. */
export function problemOf(task: Task, container: string, limitation: Limitation): Problem {
  const index =
    task.definition.containerDefinitions?.findIndex(({ name }) => name === container) ?? 0;
  return {
    severity: limitation.effect === 'refused' ? 'error' : 'warning',
    path: ['containerDefinitions', index, limitation.feature],
    message: limitation.why,
  };
}
