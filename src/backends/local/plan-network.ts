import type { ContainerSpec, PublishedPort } from '../../engine/engine.ts';
import type {
  ContainerDefinition,
  TaskDefinition,
} from '../../spec/task-definition/task-definition.ts';
import type { Task } from '../backend.ts';
import { containerName, HOLDER, Label, taskLabels } from './folders.ts';
import type { PlannedHolder, TaskSurroundings } from './planned.ts';

/** Loopback, so that no port is open to the network unless somebody says so. */
const LOOPBACK = '127.0.0.1';

/** How a container reaches others and is reached, as the task's network mode has it. */
export function planNetwork(
  task: Task,
  container: ContainerDefinition,
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

/** A holder where several containers share a network or a namespace, else undefined. */
export function planHolder(task: Task, here: TaskSurroundings): PlannedHolder | undefined {
  const { definition } = task;
  const containers = definition.containerDefinitions ?? [];
  const shares =
    networkMode(definition) === 'awsvpc' ||
    definition.pidMode === 'task' ||
    definition.ipcMode === 'task';
  if (here.engine === 'host' || containers.length < 2 || !shares) return undefined;
  const shareNetwork = networkMode(definition) === 'awsvpc';
  return {
    name: containerName(task, HOLDER),
    labels: { ...taskLabels(here.homeId, task), [Label.Container]: HOLDER },
    ports: shareNetwork ? containers.flatMap((container) => portsOf(task, container)) : [],
    extraHosts: shareNetwork ? hostsOf(containers) : {},
  };
}

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
