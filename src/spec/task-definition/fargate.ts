/**
 * What Fargate does not have ("Amazon ECS task definition differences for Fargate" in the ECS
 * developer guide, and the notes about Fargate in the ECS API reference). tmpfs is not among it: the
 * reference no longer says so.
 */
import type { Problem } from '../../errors.ts';
import { formatMemory } from '../units.ts';
import { fargateSizes, nearestFargateSize } from './fargate-sizes.ts';
import { refusal, remark } from './findings.ts';
import { taskCpu, taskMemory } from './resources.ts';
import type { ContainerDefinition, TaskDefinition, Volume } from './task-definition.ts';

const LOG_DRIVERS = ['awslogs', 'splunk', 'awsfirelens'];
const MOST_STOP_TIMEOUT = 120;
const LEAST_STORAGE = 21;
const MOST_STORAGE = 200;

/** @param complete whether what Slipway would fill in must be there already. */
export function fargateProblems(definition: TaskDefinition, complete: boolean): Problem[] {
  return [
    ...networkProblems(definition, complete),
    ...sizeProblems(definition, complete),
    ...taskProblems(definition),
    ...(definition.volumes ?? []).flatMap(volumeProblems),
    ...(definition.containerDefinitions ?? []).flatMap(containerProblems),
  ];
}

function networkProblems({ networkMode }: TaskDefinition, complete: boolean): Problem[] {
  if (networkMode === 'awsvpc' || (networkMode === undefined && !complete)) return [];
  return refusal(
    ['networkMode'],
    networkMode === undefined ? 'is required on Fargate' : `"${networkMode}" is not on Fargate`,
    'write "awsvpc"',
  );
}

function sizeProblems(definition: TaskDefinition, complete: boolean): Problem[] {
  const missing = (['cpu', 'memory'] as const).filter((key) => definition[key] === undefined);
  if (missing.length > 0) {
    return complete
      ? missing.flatMap((key) => refusal([key], 'is required on Fargate, for the whole task'))
      : [];
  }
  const cpu = taskCpu(definition);
  const memory = taskMemory(definition);
  if (cpu === undefined || memory === undefined) return [];
  const windows = isWindows(definition);
  if (fargateSizes(windows).some((size) => size.cpu === cpu && size.memory === memory)) return [];
  const near = nearestFargateSize({ cpu, memory }, windows);
  return refusal(
    ['cpu'],
    `Fargate has no size with ${cpu} cpu units and ${formatMemory(memory)}${windows ? ' for Windows' : ''}`,
    `the nearest is "cpu": "${near.cpu}", "memory": "${near.memory}"`,
  );
}

function isWindows({ runtimePlatform }: TaskDefinition): boolean {
  return runtimePlatform?.operatingSystemFamily?.startsWith('WINDOWS') ?? false;
}

function taskProblems(definition: TaskDefinition): Problem[] {
  const { placementConstraints, inferenceAccelerators, ephemeralStorage, runtimePlatform } =
    definition;
  const size = ephemeralStorage?.sizeInGiB;
  const family = runtimePlatform?.operatingSystemFamily ?? '';
  return [
    ...(placementConstraints?.length ? absent(['placementConstraints']) : []),
    ...(inferenceAccelerators?.length ? absent(['inferenceAccelerators']) : []),
    ...(definition.ipcMode === undefined ? [] : absent(['ipcMode'])),
    ...(definition.pidMode === 'host' ? absent(['pidMode'], '"host" is', 'write "task"') : []),
    ...(size !== undefined && (size < LEAST_STORAGE || size > MOST_STORAGE)
      ? refusal(
          ['ephemeralStorage', 'sizeInGiB'],
          `must be from ${LEAST_STORAGE} to ${MOST_STORAGE}, not ${size}`,
          size < LEAST_STORAGE ? 'without it, a task has 20' : undefined,
        )
      : []),
    ...(/2016|2004|20H2/.test(family)
      ? absent(['runtimePlatform', 'operatingSystemFamily'], `${family} is`)
      : []),
    ...(isWindows(definition) && runtimePlatform?.cpuArchitecture === 'ARM64'
      ? absent(['runtimePlatform', 'cpuArchitecture'], 'Windows on ARM64 is', 'write "X86_64"')
      : []),
  ];
}

function volumeProblems(volume: Volume, index: number): Problem[] {
  const path = ['volumes', index];
  return [
    // Older consoles write an empty path for a volume of the task's own.
    ...(volume.host?.sourcePath
      ? absent([...path, 'host', 'sourcePath'], 'a path of the host is', 'leave "host" out')
      : []),
    ...(volume.dockerVolumeConfiguration === undefined
      ? []
      : absent([...path, 'dockerVolumeConfiguration'])),
    ...(volume.fsxWindowsFileServerVolumeConfiguration === undefined
      ? []
      : remark(
          [...path, 'fsxWindowsFileServerVolumeConfiguration'],
          'FSx for Windows is documented for EC2 only',
        )),
  ];
}

function containerProblems(container: ContainerDefinition, index: number): Problem[] {
  const path = ['containerDefinitions', index];
  const { stopTimeout, logConfiguration } = container;
  const driver = logConfiguration?.logDriver;
  return [
    ...(container.privileged ? absent([...path, 'privileged']) : []),
    ...(container.dockerSecurityOptions?.length ? absent([...path, 'dockerSecurityOptions']) : []),
    ...(container.resourceRequirements ?? []).flatMap(({ type }, at) =>
      absent([...path, 'resourceRequirements', at, 'type'], `${type} is`, 'launch it on EC2'),
    ),
    ...(stopTimeout !== undefined && stopTimeout > MOST_STOP_TIMEOUT
      ? refusal(
          [...path, 'stopTimeout'],
          `is at most ${MOST_STOP_TIMEOUT} seconds on Fargate, not ${stopTimeout}`,
        )
      : []),
    ...(driver !== undefined && !LOG_DRIVERS.includes(driver)
      ? absent(
          [...path, 'logConfiguration', 'logDriver'],
          `${driver} is`,
          `it has ${LOG_DRIVERS.join(', ')}`,
        )
      : []),
    ...linuxProblems(container, [...path, 'linuxParameters']),
  ];
}

function linuxProblems({ linuxParameters }: ContainerDefinition, path: Problem['path']): Problem[] {
  const { capabilities, devices, sharedMemorySize, maxSwap, swappiness } = linuxParameters ?? {};
  return [
    ...(devices?.length ? absent([...path, 'devices']) : []),
    ...(sharedMemorySize ? absent([...path, 'sharedMemorySize']) : []),
    ...(maxSwap === undefined ? [] : absent([...path, 'maxSwap'])),
    ...(swappiness === undefined ? [] : absent([...path, 'swappiness'])),
    ...(capabilities?.add ?? []).flatMap((capability, at) =>
      capability === 'SYS_PTRACE'
        ? []
        : absent(
            [...path, 'capabilities', 'add', at],
            `adding ${capability} is`,
            'only SYS_PTRACE may be added',
          ),
    ),
  ];
}

function absent(path: Problem['path'], what = 'is', hint?: string): Problem[] {
  return refusal(path, `${what} not supported on Fargate`, hint);
}
