/**
 * From a task to the containers that run it here. Pure: what is known of the engine and of the
 * files comes in, what to create comes out.
 */
import { join } from 'node:path';
import { fillPlaceholders } from '../../spec/placeholders.ts';
import { dependencyOrder } from '../../spec/task-definition/dependencies.ts';
import { taskCpu, taskMemory } from '../../spec/task-definition/resources.ts';
import type {
  ContainerDefinition,
  HealthCheck,
  TaskDefinition,
} from '../../spec/task-definition/task-definition.ts';
import type { Task } from '../backend.ts';
import { containerName, Label, taskLabels } from './folders.ts';
import { planMounts, planVolumes } from './plan-mounts.ts';
import { planHolder, planNetwork } from './plan-network.ts';
import type {
  DependencyCondition,
  PlannedContainer,
  PlannedHealthCheck,
  PlannedHolder,
  TaskPlan,
  TaskSurroundings,
} from './planned.ts';

/** ECS's defaults, in seconds ("ContainerDefinition" and "HealthCheck" of the ECS API reference). */
const DEFAULT_STOP_TIMEOUT = 30;
const HEALTH_DEFAULTS = { interval: 30, timeout: 5, retries: 3, startPeriod: 0 };
const DEFAULT_RESTART_ATTEMPT_PERIOD = 300;

/** ECS counts a vCPU as this many units. */
const UNITS_PER_CPU = 1024;

/** Plans the containers of a task on one engine. */
export function planTask(task: Task, here: TaskSurroundings): TaskPlan {
  const { definition } = task;
  const ordered = dependencyOrder(definition);
  const holder = planHolder(task, here);
  return {
    containers: ordered.map((container) => planContainer(task, container, here, holder)),
    volumes: here.engine === 'host' ? [] : planVolumes(task, here),
    holder,
    hostFolders: (definition.volumes ?? []).flatMap(({ host }) => host?.sourcePath ?? []),
  };
}

function planContainer(
  task: Task,
  container: ContainerDefinition,
  here: TaskSurroundings,
  holder: PlannedHolder | undefined,
): PlannedContainer {
  const name = container.name ?? '';
  const paths = placeholderPaths(task, here);
  const fill = (words: readonly string[] | undefined) => words && fillWords(words, paths);
  return {
    name,
    spec: {
      ...identity(task, container, here),
      ...program(container, fill),
      ...resources(task.definition, container, here.cpus),
      ...planNetwork(task, container, holder),
      ...linuxParameters(container),
      mounts: planMounts(task, container, here),
    },
    essential: container.essential ?? true,
    awaited: (task.definition.containerDefinitions ?? []).some((other) =>
      dependencies(other).some((dependency) => dependency.container === name),
    ),
    dependsOn: dependencies(container),
    links: (container.links ?? []).map(parseLink),
    secrets: Object.fromEntries(
      (container.secrets ?? []).map((secret) => [secret.name, secret.valueFrom]),
    ),
    environmentFiles: name === task.main ? task.environmentFiles : [],
    healthCheck: planHealthCheck(container.healthCheck, fill),
    restartPolicy: container.restartPolicy?.enabled
      ? {
          ignoredExitCodes: container.restartPolicy.ignoredExitCodes ?? [],
          attemptPeriod:
            container.restartPolicy.restartAttemptPeriod ?? DEFAULT_RESTART_ATTEMPT_PERIOD,
        }
      : undefined,
    stopTimeout: container.stopTimeout ?? DEFAULT_STOP_TIMEOUT,
    startTimeout: container.startTimeout,
  };
}

function identity(task: Task, container: ContainerDefinition, here: TaskSurroundings) {
  const name = container.name ?? '';
  const architecture = task.definition.runtimePlatform?.cpuArchitecture;
  return {
    name: containerName(task, name),
    labels: {
      ...container.dockerLabels,
      ...taskLabels(here.homeId, task),
      [Label.Container]: name,
    },
    image: container.image,
    platform:
      architecture === undefined
        ? undefined
        : architecture === 'ARM64'
          ? ('linux/arm64' as const)
          : ('linux/amd64' as const),
  };
}

function program(
  container: ContainerDefinition,
  fill: (words: readonly string[] | undefined) => string[] | undefined,
) {
  return {
    ...fillProgram(container, fill),
    workingDirectory: container.workingDirectory,
    user: container.user,
    environment: Object.fromEntries(
      (container.environment ?? []).map((variable) => [variable.name ?? '', variable.value ?? '']),
    ),
    secrets: {},
    privileged: container.privileged,
    readonlyRootFilesystem: container.readonlyRootFilesystem,
    interactive: container.interactive,
    pseudoTerminal: container.pseudoTerminal,
    securityOptions: container.dockerSecurityOptions,
    ulimits: container.ulimits?.map((limit) => ({
      name: limit.name ?? '',
      soft: limit.softLimit ?? 0,
      hard: limit.hardLimit ?? 0,
    })),
    systemControls: Object.fromEntries(
      (container.systemControls ?? []).map((control) => [
        control.namespace ?? '',
        control.value ?? '',
      ]),
    ),
  };
}

/** The shell may be the entry point and its text the command, so both are looked at as one. */
function fillProgram(
  container: ContainerDefinition,
  fill: (words: readonly string[] | undefined) => string[] | undefined,
) {
  const entryPoint = container.entryPoint;
  const filled = fill([...(entryPoint ?? []), ...(container.command ?? [])]) ?? [];
  return {
    entryPoint: entryPoint && filled.slice(0, entryPoint.length),
    command: container.command && filled.slice(entryPoint?.length ?? 0),
  };
}

const SHELL = /(?:^|\/)(?:sh|bash|dash|ash|zsh|ksh)$/;

/** Fills `{name}` in each word; the text that a shell reads gets its paths quoted for a shell. */
function fillWords(words: readonly string[], paths: Readonly<Record<string, string>>): string[] {
  const script =
    SHELL.test(words[0] ?? '') && /^-\w*c$/.test(words[1] ?? '')
      ? 2
      : words[0] === 'CMD-SHELL'
        ? 1
        : -1;
  return words.map((word, index) =>
    index === script
      ? (fillPlaceholders(word, paths) as string)
      : (fillPlaceholders([word], paths)[0] ?? ''),
  );
}

/** What `{name}` stands for: a path in the container, or on the host the place itself. */
export function placeholderPaths(
  task: Pick<Task, 'outputs' | 'definition'>,
  here: Pick<TaskSurroundings, 'engine' | 'folders' | 'inputs'>,
): Record<string, string> {
  const onHost = here.engine === 'host';
  const paths: Record<string, string> = {};
  for (const volume of task.definition.volumes ?? []) {
    const mountPoint = task.definition.containerDefinitions
      ?.flatMap((container) => container.mountPoints ?? [])
      .find((point) => point.sourceVolume === volume.name);
    if (volume.name === undefined || mountPoint?.containerPath === undefined) continue;
    paths[volume.name] = onHost
      ? (volume.host?.sourcePath ?? join(here.folders.volumes, volume.name))
      : mountPoint.containerPath;
  }
  for (const input of here.inputs) {
    paths[input.name] = onHost ? input.source : `/input/${input.name}`;
  }
  for (const name of Object.keys(task.outputs)) {
    paths[name] = onHost ? join(here.folders.output, name) : `/output/${name}`;
  }
  return paths;
}

function resources(definition: TaskDefinition, container: ContainerDefinition, cpus: number) {
  const taskUnits = taskCpu(definition);
  const taskCpus = taskUnits === undefined ? undefined : taskUnits / UNITS_PER_CPU;
  const memory = container.memory ?? taskMemory(definition);
  const linux = container.linuxParameters;
  const gpu = container.resourceRequirements?.find(({ type }) => type === 'GPU')?.value;
  return {
    // The whole task's cpu is each container's ceiling: ECS bounds the task, not the container.
    cpus: taskCpus === undefined ? undefined : Math.min(taskCpus, cpus),
    // An ECS container with no cpu of its own gets the kernel's minimum of 2 shares; for a lone
    // container a weight means nothing, so it is left to the engine.
    cpuShares: container.cpu === undefined || container.cpu === 0 ? undefined : container.cpu,
    memory,
    memoryReservation: container.memoryReservation,
    memorySwap:
      linux?.maxSwap === undefined || memory === undefined ? undefined : memory + linux.maxSwap,
    memorySwappiness: linux?.swappiness,
    gpus: gpu === undefined ? undefined : Number(gpu),
  };
}

function linuxParameters(container: ContainerDefinition) {
  const linux = container.linuxParameters;
  return {
    initProcessEnabled: linux?.initProcessEnabled,
    sharedMemorySize: linux?.sharedMemorySize,
    capabilitiesAdded: linux?.capabilities?.add,
    capabilitiesDropped: linux?.capabilities?.drop,
    devices: linux?.devices?.map((device) => ({
      host: device.hostPath ?? '',
      container: device.containerPath ?? device.hostPath ?? '',
      permissions: (device.permissions ?? ['read', 'write', 'mknod'])
        .map((permission) => permission[0])
        .join(''),
    })),
  };
}

function dependencies(container: ContainerDefinition): PlannedContainer['dependsOn'] {
  const started = [
    ...(container.links ?? []).map((link) => parseLink(link).container),
    ...(container.volumesFrom ?? []).flatMap((from) => from.sourceContainer ?? []),
  ];
  return [
    ...(container.dependsOn ?? []).map((dependency) => ({
      container: dependency.containerName ?? '',
      condition: dependency.condition as DependencyCondition,
    })),
    ...started.map((name) => ({ container: name, condition: 'START' as const })),
  ];
}

function parseLink(link: string): { container: string; alias: string } {
  const [container = '', alias = container] = link.split(':');
  return { container, alias };
}

function planHealthCheck(
  check: HealthCheck | undefined,
  fill: (words: readonly string[] | undefined) => string[] | undefined,
): PlannedHealthCheck | undefined {
  const [kind, ...words] = fill(check?.command) ?? [];
  if (check === undefined || kind === undefined || kind === 'NONE') return undefined;
  return {
    argv:
      kind === 'CMD-SHELL'
        ? ['/bin/sh', '-c', words.join(' ')]
        : kind === 'CMD'
          ? words
          : [kind, ...words],
    interval: check.interval ?? HEALTH_DEFAULTS.interval,
    timeout: check.timeout ?? HEALTH_DEFAULTS.timeout,
    retries: check.retries ?? HEALTH_DEFAULTS.retries,
    startPeriod: check.startPeriod ?? HEALTH_DEFAULTS.startPeriod,
  };
}
