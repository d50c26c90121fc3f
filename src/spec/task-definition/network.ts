/** Ports, links and what else depends on the network mode. */
import type { Problem } from '../../errors.ts';
import { refusal, remark } from './findings.ts';
import type { ContainerDefinition, PortMapping, TaskDefinition } from './task-definition.ts';

const LAST_PORT = 65_535;
const MOST_RANGES = 100;
const RANGE = /^(\d{1,5})-(\d{1,5})$/;

/** "name" of PortMapping in the ECS API reference. */
const PORT_NAME = /^[a-z0-9_][a-z0-9_-]{0,63}$/;

type Mode = TaskDefinition['networkMode'];

/** What ECS refuses of networks; without a mode, those rules apply that all modes have. */
export function networkProblems(definition: TaskDefinition, fargate: boolean): Problem[] {
  const mode = definition.networkMode ?? (fargate ? 'awsvpc' : undefined);
  const containers = definition.containerDefinitions ?? [];
  return [
    ...containers.flatMap((container, index) => [
      ...portProblems(container, mode, ['containerDefinitions', index, 'portMappings']),
      ...modeProblems(container, mode, ['containerDefinitions', index]),
    ]),
    ...repeatedPorts(containers, mode),
    ...proxyProblems(definition, mode),
  ];
}

function portProblems(
  { portMappings = [] }: ContainerDefinition,
  mode: Mode,
  path: Problem['path'],
): Problem[] {
  const ranges = portMappings.filter((mapping) => mapping.containerPortRange !== undefined);
  return [
    ...portMappings.flatMap((mapping, index) => [
      ...(mapping.containerPortRange === undefined
        ? singlePort(mapping, mode, [...path, index])
        : portRange(mapping, mode, [...path, index])),
      ...(mapping.name === undefined || PORT_NAME.test(mapping.name)
        ? []
        : refusal(
            [...path, index, 'name'],
            'may have up to 64 of a-z, 0-9, _ and -, and not begin with -',
          )),
    ]),
    ...(ranges.length > MOST_RANGES
      ? refusal(path, `a container has at most ${MOST_RANGES} ranges of ports`)
      : []),
  ];
}

function singlePort(
  { containerPort, hostPort }: PortMapping,
  mode: Mode,
  path: Problem['path'],
): Problem[] {
  if (containerPort === undefined) return refusal([...path, 'containerPort'], 'is required');
  return [
    ...(containerPort < 1 || containerPort > LAST_PORT
      ? refusal([...path, 'containerPort'], `must be from 1 to ${LAST_PORT}, not ${containerPort}`)
      : []),
    ...(hostPort !== undefined && (hostPort < 0 || hostPort > LAST_PORT)
      ? refusal([...path, 'hostPort'], `must be from 0 to ${LAST_PORT}, not ${hostPort}`)
      : []),
    // ECS: "When networkMode=awsvpc, the host ports and container ports in port mappings must match."
    ...((mode === 'awsvpc' || mode === 'host') &&
    hostPort !== undefined &&
    hostPort !== containerPort
      ? refusal(
          [...path, 'hostPort'],
          `must be the containerPort, ${containerPort}, in network mode ${mode}, not ${hostPort}`,
          'or leave it out',
        )
      : []),
  ];
}

function portRange(
  { containerPortRange, containerPort, hostPort }: PortMapping,
  mode: Mode,
  path: Problem['path'],
): Problem[] {
  const [, first, last] = RANGE.exec(containerPortRange ?? '')?.map(Number) ?? [];
  const inOrder = first !== undefined && last !== undefined && first >= 1 && first <= last;
  return [
    ...(inOrder && last <= LAST_PORT
      ? []
      : refusal(
          [...path, 'containerPortRange'],
          `must be two ports from 1 to ${LAST_PORT} in their order, as "8000-8010"`,
        )),
    ...(containerPort === undefined && hostPort === undefined
      ? []
      : refusal([...path, 'containerPortRange'], 'goes without containerPort and hostPort')),
    ...(mode === 'host' || mode === 'none'
      ? refusal(
          [...path, 'containerPortRange'],
          `is not in network mode ${mode}`,
          'only in bridge and awsvpc',
        )
      : []),
  ];
}

/** ECS: "TCP host port '3000' is mapped multiple times in task." */
function repeatedPorts(containers: readonly ContainerDefinition[], mode: Mode): Problem[] {
  const seen = new Map<string, string>();
  return containers.flatMap((container, index) =>
    (container.portMappings ?? []).flatMap((mapping, at) => {
      const sharesHost = mode === 'awsvpc' || mode === 'host';
      const port = mapping.hostPort ?? (sharesHost ? mapping.containerPort : undefined);
      if (!port) return [];
      const key = `${mapping.protocol ?? 'tcp'} port ${port}`;
      const before = seen.get(key);
      seen.set(key, before ?? `containerDefinitions[${index}]`);
      if (before === undefined) return [];
      const path = ['containerDefinitions', index, 'portMappings', at];
      const message = `${key} is mapped already, by ${before}`;
      return mapping.hostPort === undefined
        ? remark([...path, 'containerPort'], message)
        : refusal([...path, 'hostPort'], message);
    }),
  );
}

function modeProblems(
  container: ContainerDefinition,
  mode: Mode,
  path: Problem['path'],
): Problem[] {
  const unsupported = (key: keyof ContainerDefinition, find: typeof refusal, hint?: string) =>
    find([...path, key], `is not supported in network mode ${mode}`, hint);
  return [
    ...(container.links?.length && mode !== undefined && mode !== 'bridge'
      ? unsupported('links', refusal, 'only in bridge; in awsvpc containers share localhost')
      : []),
    // ECS: "hostname is not supported on container when networkMode=awsvpc."
    ...(container.hostname !== undefined && mode === 'awsvpc'
      ? unsupported('hostname', refusal)
      : []),
    ...(mode === 'awsvpc'
      ? (['dnsServers', 'dnsSearchDomains', 'extraHosts'] as const).flatMap((key) =>
          container[key]?.length ? unsupported(key, remark) : [],
        )
      : []),
    ...(mode === 'host'
      ? (container.systemControls ?? []).flatMap(({ namespace }, index) =>
          namespace?.startsWith('net.')
            ? remark(
                [...path, 'systemControls', index],
                `${namespace} would be the host's own in network mode host`,
              )
            : [],
        )
      : []),
  ];
}

/** "ProxyConfiguration" of the ECS API reference. */
function proxyProblems(definition: TaskDefinition, mode: Mode): Problem[] {
  const { proxyConfiguration: proxy, containerDefinitions = [] } = definition;
  if (proxy === undefined) return [];
  return [
    ...(mode === 'awsvpc'
      ? []
      : refusal(
          ['proxyConfiguration'],
          'needs network mode awsvpc',
          'write "networkMode": "awsvpc"',
        )),
    ...(containerDefinitions.some(({ name }) => name === proxy.containerName)
      ? []
      : refusal(
          ['proxyConfiguration', 'containerName'],
          `there is no container "${proxy.containerName}"`,
        )),
  ];
}
