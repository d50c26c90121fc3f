/**
 * From a task to the containers that run it here. Pure: what is known of the engine and of the
 * files comes in, what to create comes out.
 */
import { join } from 'node:path';
import type { ContainerSpec, EngineFacts, Mount, PublishedPort } from '../../engine/engine.ts';
import { fillPlaceholders } from '../../spec/placeholders.ts';
import { dependencyOrder } from '../../spec/task-definition/dependencies.ts';
import type {
  ContainerDefinition,
  HealthCheck,
  TaskDefinition,
  Volume,
} from '../../spec/task-definition/task-definition.ts';
import type { Task } from '../backend.ts';
import { containerName, Label, type TaskFolders, taskLabels, volumeName } from './folders.ts';
import type { StagedInput } from './stage-inputs.ts';

/** What is known where a task is planned. */
export interface TaskSurroundings {
  /** The identity of the store, which all labels carry. */
  homeId: string;
  folders: TaskFolders;
  facts: Pick<EngineFacts, 'name' | 'cpus'>;
  inputs: readonly StagedInput[];
}

export type DependencyCondition = 'START' | 'COMPLETE' | 'SUCCESS' | 'HEALTHY';

export interface PlannedHealthCheck {
  argv: readonly string[];
  /** All in seconds; the defaults are ECS's. */
  interval: number;
  timeout: number;
  retries: number;
  startPeriod: number;
}

export interface PlannedRestartPolicy {
  ignoredExitCodes: readonly number[];
  /** Seconds that a container must have run for, to be restarted. */
  attemptPeriod: number;
}

export interface PlannedContainer {
  /** Its name in the task definition. */
  name: string;
  /** Without its secrets and files of variables, which are read where it starts. */
  spec: ContainerSpec;
  essential: boolean;
  dependsOn: readonly { container: string; condition: DependencyCondition }[];
  /** Containers whose addresses it gets, by alias, as `links` has it. */
  links: readonly { container: string; alias: string }[];
  /** Where the value of each secret is: `env:NAME` or `file:PATH`. */
  secrets: Readonly<Record<string, string>>;
  environmentFiles: readonly string[];
  healthCheck?: PlannedHealthCheck | undefined;
  restartPolicy?: PlannedRestartPolicy | undefined;
  /** Seconds between SIGTERM and SIGKILL. */
  stopTimeout: number;
  /** Seconds that others wait for this one's condition; without limit where absent. */
  startTimeout?: number | undefined;
}

export interface PlannedVolume {
  name: string;
  labels: Readonly<Record<string, string>>;
  driver?: string | undefined;
  driverOptions?: Readonly<Record<string, string>> | undefined;
  /** Where it is made if need be and left in place after the task, as ECS's shared scope has it. */
  shared: boolean;
}

/** A container that only holds the network (and processes' namespace) that a task's containers share. */
export interface PlannedHolder {
  name: string;
  labels: Readonly<Record<string, string>>;
  ports: readonly PublishedPort[];
  extraHosts: Readonly<Record<string, string>>;
}

export interface TaskPlan {
  /** In an order in which each comes after those it waits for. */
  containers: readonly PlannedContainer[];
  volumes: readonly PlannedVolume[];
  holder?: PlannedHolder | undefined;
  /** Folders of this machine that ECS has the engine make where they are missing. */
  hostFolders: readonly string[];
}

/** ECS's defaults, in seconds ("ContainerDefinition" and "HealthCheck" of the ECS API reference). */
const DEFAULT_STOP_TIMEOUT = 30;
const HEALTH_DEFAULTS = { interval: 30, timeout: 5, retries: 3, startPeriod: 0 };
const DEFAULT_RESTART_ATTEMPT_PERIOD = 300;

/** ECS counts a vCPU as this many units. */
const UNITS_PER_CPU = 1024;

/** Loopback, so that no port is open to the network unless somebody says so. */
export const LOOPBACK = '127.0.0.1';

/** Plans the containers of a task on one engine. */
export function planTask(task: Task, here: TaskSurroundings): TaskPlan {
  const { definition } = task;
  const ordered = dependencyOrder(definition);
  const holder = planHolder(task, here);
  return {
    containers: ordered.map((container) => planContainer(task, container, here, holder)),
    volumes: here.facts.name === 'host' ? [] : planVolumes(task, here),
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
      ...resources(task.definition, container, here.facts),
      ...network(task, container, here, holder),
      ...linuxParameters(container),
      mounts: planMounts(task, container, here),
    },
    essential: container.essential ?? true,
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
  here: Pick<TaskSurroundings, 'facts' | 'folders' | 'inputs'>,
): Record<string, string> {
  const onHost = here.facts.name === 'host';
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

function planMounts(task: Task, container: ContainerDefinition, here: TaskSurroundings): Mount[] {
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
  if (here.facts.name === 'host') {
    return {
      type: 'bind',
      source: join(here.folders.volumes, volume.name ?? ''),
      target,
      readOnly,
    };
  }
  return { type: 'volume', source: engineVolumeName(task, volume), target, readOnly };
}

function planVolumes(task: Task, here: TaskSurroundings): PlannedVolume[] {
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

function resources(
  definition: TaskDefinition,
  container: ContainerDefinition,
  facts: Pick<EngineFacts, 'cpus'>,
) {
  const taskCpus = taskSize(definition.cpu, UNITS_PER_CPU);
  const memory = container.memory ?? taskSize(definition.memory, 1, 1024);
  const linux = container.linuxParameters;
  const gpu = container.resourceRequirements?.find(({ type }) => type === 'GPU')?.value;
  return {
    // The whole task's cpu is each container's ceiling: ECS bounds the task, not the container.
    cpus: taskCpus === undefined ? undefined : Math.min(taskCpus, facts.cpus),
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

/**
 * A task's `cpu` in vCPU or `memory` in MiB, from ECS's strings: `"1024"`, `"1 vCPU"`, `"2GB"`.
 * @param plain how many of a bare number make one, and `named` how many a unit's name stands for.
 */
export function taskSize(text: string | undefined, plain: number, named = 1): number | undefined {
  const match = /^\s*([\d.]+)\s*([a-z]*)\s*$/i.exec(text ?? '');
  if (match === null) return undefined;
  const amount = Number(match[1]);
  return match[2] === '' ? amount / plain : amount * named;
}

function network(
  task: Task,
  container: ContainerDefinition,
  here: TaskSurroundings,
  holder: PlannedHolder | undefined,
): Pick<
  ContainerSpec,
  | 'network'
  | 'ports'
  | 'hostname'
  | 'extraHosts'
  | 'dnsServers'
  | 'dnsSearchDomains'
  | 'pidMode'
  | 'ipcMode'
> {
  const mode = container.disableNetworking ? 'none' : networkMode(task.definition);
  const shared = holder !== undefined && mode === 'awsvpc';
  const share = (value: string | undefined) =>
    value === 'task' && holder !== undefined
      ? `container:${holder.name}`
      : value === 'host'
        ? 'host'
        : undefined;
  const own = {
    pidMode: share(task.definition.pidMode),
    ipcMode: task.definition.ipcMode === 'none' ? 'none' : share(task.definition.ipcMode),
  };
  if (shared) return { ...own, network: { mode: 'container', container: holder.name }, ports: [] };
  return {
    ...own,
    network: { mode: mode === 'awsvpc' ? 'bridge' : mode },
    ports: mode === 'none' || mode === 'host' ? [] : portsOf(task, container),
    hostname: container.hostname,
    extraHosts: hostsOf([container]),
    dnsServers: container.dnsServers,
    dnsSearchDomains: container.dnsSearchDomains,
  };
}

type NetworkMode = 'awsvpc' | 'bridge' | 'host' | 'none';

/** `bridge` where the definition names none, as ECS has it on Linux instances. */
export function networkMode(definition: TaskDefinition): NetworkMode {
  const mode = definition.networkMode as NetworkMode | undefined;
  if (mode !== undefined) return mode;
  return definition.requiresCompatibilities?.includes('FARGATE') ? 'awsvpc' : 'bridge';
}

function planHolder(task: Task, here: TaskSurroundings): PlannedHolder | undefined {
  const { definition } = task;
  const containers = definition.containerDefinitions ?? [];
  const shares =
    networkMode(definition) === 'awsvpc' ||
    definition.pidMode === 'task' ||
    definition.ipcMode === 'task';
  if (here.facts.name === 'host' || containers.length < 2 || !shares) return undefined;
  const shareNetwork = networkMode(definition) === 'awsvpc';
  return {
    name: containerName(task, HOLDER),
    labels: { ...taskLabels(here.homeId, task), [Label.Container]: HOLDER },
    ports: shareNetwork ? containers.flatMap((container) => portsOf(task, container)) : [],
    extraHosts: shareNetwork ? hostsOf(containers) : {},
  };
}

/** A dot keeps it apart from every container of a definition: ECS's names have none. */
const HOLDER = '.pause';

function portsOf(task: Task, container: ContainerDefinition): PublishedPort[] {
  const mapped = (container.portMappings ?? []).flatMap((mapping): PublishedPort[] => {
    if (mapping.containerPort === undefined) return [];
    return [
      {
        hostAddress: LOOPBACK,
        // ECS reads 0 as "pick one".
        hostPort: mapping.hostPort || undefined,
        containerPort: mapping.containerPort,
        protocol: mapping.protocol === 'udp' ? 'udp' : 'tcp',
      },
    ];
  });
  const ranges = (container.portMappings ?? []).flatMap((mapping) =>
    portRange(mapping.containerPortRange).map(
      (containerPort): PublishedPort => ({
        hostAddress: LOOPBACK,
        containerPort,
        protocol: mapping.protocol === 'udp' ? 'udp' : 'tcp',
      }),
    ),
  );
  return [...mapped, ...ranges, ...(container.name === task.main ? task.ports : [])];
}

function portRange(range: string | undefined): number[] {
  const [first, last] = (range ?? '').split('-').map(Number);
  if (range === undefined || first === undefined || last === undefined) return [];
  return Array.from({ length: last - first + 1 }, (_, index) => first + index);
}

function hostsOf(containers: readonly ContainerDefinition[]): Record<string, string> {
  return Object.fromEntries(
    containers.flatMap((container) =>
      (container.extraHosts ?? []).map((host) => [host.hostname ?? '', host.ipAddress ?? '']),
    ),
  );
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
