import { existsSync } from 'node:fs';
import type { ContainerSpec, EngineFacts, Limitation } from '../engine.ts';
import { passesThroughShell } from './environment.ts';
import { canLimit } from './ulimits.ts';
import { isCurrentUser } from './user.ts';

type Feature = keyof ContainerSpec;

const SHARED = 'the process shares this machine with all others';

/** What a process cannot have and may run without; said where the spec has it. */
const IGNORED: readonly (readonly [Feature, string])[] = [
  ['cpus', `the host engine sets no ceiling on processor time: ${SHARED}`],
  ['cpuShares', `the host engine weighs no processor time: ${SHARED}`],
  ['memory', 'the host engine cannot limit memory: `ulimit -v` would limit addresses instead'],
  ['memoryReservation', `the host engine reserves no memory: ${SHARED}`],
  ['memorySwap', 'the host engine cannot limit memory or swap'],
  ['memorySwappiness', 'it is a setting of the whole machine here'],
  ['sharedMemorySize', "the process uses this machine's own /dev/shm"],
  ['hostname', "the process sees this machine's own name"],
  ['extraHosts', "the process resolves names as this machine does; see this machine's /etc/hosts"],
  ['dnsServers', 'the process resolves names as this machine does'],
  ['dnsSearchDomains', 'the process resolves names as this machine does'],
  ['capabilitiesAdded', 'the process has the rights of the user who runs it, no more'],
  ['capabilitiesDropped', 'the process has the rights of the user who runs it, no less'],
  ['systemControls', 'they are settings of the whole machine here'],
  ['securityOptions', 'they are for containers'],
  ['privileged', 'the process has the rights of the user who runs it'],
  ['readonlyRootFilesystem', "the process sees this machine's own files"],
  ['initProcessEnabled', 'the processes left behind are removed with the run'],
  ['interactive', 'the standard input of a process is empty'],
  ['pseudoTerminal', 'a process has no terminal'],
];

/**
 * What of a container a process on this machine cannot have. Networks of type `bridge` and
 * `container` are met as far as the process can reach the same addresses, and bind mounts by the
 * paths that take the place of `{name}`, so that neither is worth a warning.
 */
export function hostLimitations(container: ContainerSpec, facts: EngineFacts): Limitation[] {
  const ignored = IGNORED.flatMap(([feature, why]) =>
    isAsked(container[feature]) ? [{ feature, effect: 'ignored' as const, why }] : [],
  );
  return [
    ...ignored,
    ...imageLimitations(container, facts),
    ...networkLimitations(container),
    ...mountLimitations(container),
    ...processLimitations(container, facts),
    ...nameLimitations(container),
  ];
}

/** Whether a value asks for anything: `false`, an empty list and an empty record do not. */
function isAsked(value: unknown): boolean {
  if (value === undefined || value === false) return false;
  return typeof value !== 'object' || value === null || Object.keys(value).length > 0;
}

function imageLimitations(container: ContainerSpec, facts: EngineFacts): Limitation[] {
  const found: Limitation[] = [];
  if (container.image !== undefined) {
    const why = `the host engine runs the command with this machine's own tools, not the image ${container.image}`;
    found.push({ feature: 'image', effect: 'ignored', why });
  }
  const native = facts.architecture === 'arm64' ? 'linux/arm64' : 'linux/amd64';
  if (container.platform !== undefined && container.platform !== native) {
    const why = `this machine is ${facts.architecture}, and the host engine emulates no other`;
    found.push({ feature: 'platform', effect: 'refused', why });
  }
  return found;
}

function networkLimitations(container: ContainerSpec): Limitation[] {
  const found: Limitation[] = [];
  if (container.network.mode === 'none') {
    const why = 'a process on this machine cannot be kept from its network';
    found.push({ feature: 'network', effect: 'refused', why });
  }
  const moved = container.ports.find(
    (port) => port.hostPort !== undefined && port.hostPort !== port.containerPort,
  );
  if (moved !== undefined) {
    const why = `the process itself listens on port ${moved.containerPort}, and nothing forwards ${moved.hostPort} to it`;
    found.push({ feature: 'ports', effect: 'refused', why });
  } else if (container.ports.length > 0) {
    const why = 'the process itself listens on its ports, and on the addresses that it chooses';
    found.push({ feature: 'ports', effect: 'ignored', why });
  }
  return found;
}

function mountLimitations(container: ContainerSpec): Limitation[] {
  return container.mounts.flatMap((mount) => {
    if (mount.type !== 'tmpfs') return [];
    const why = `nothing can be mounted at ${mount.target} for one process; it sees what is there`;
    return [{ feature: 'mounts', effect: 'ignored', why }];
  });
}

function processLimitations(container: ContainerSpec, facts: EngineFacts): Limitation[] {
  const found: Limitation[] = [];
  if (container.user !== undefined && !isCurrentUser(container.user)) {
    const why = `the host engine runs as the user who starts it, and not as ${container.user}`;
    found.push({ feature: 'user', effect: 'refused', why });
  }
  if (container.gpus !== undefined && container.gpus > facts.gpus) {
    const why = `${container.gpus} asked for, and this machine has ${facts.gpus}`;
    found.push({ feature: 'gpus', effect: 'refused', why });
  }
  for (const { host, container: target } of container.devices ?? []) {
    if (host === target && existsSync(host)) continue;
    const why = `the process sees this machine's devices: ${host} cannot be had at ${target}`;
    found.push({ feature: 'devices', effect: 'refused', why });
  }
  for (const { name } of (container.ulimits ?? []).filter((limit) => !canLimit(limit.name))) {
    found.push({ feature: 'ulimits', effect: 'ignored', why: `a shell cannot set ${name}` });
  }
  for (const feature of ['pidMode', 'ipcMode'] as const) {
    if (container[feature] === undefined || container[feature] === 'host') continue;
    const why = `the processes of this machine see one another, which is ${feature} "host"`;
    found.push({ feature, effect: 'ignored', why });
  }
  return found;
}

function nameLimitations(container: ContainerSpec): Limitation[] {
  return Object.keys(container.secrets).flatMap((name) => {
    if (passesThroughShell(name)) return [];
    const why = `a shell does not hand on a variable named ${name}, and a secret may not stand in a command line`;
    return [{ feature: 'secrets', effect: 'refused', why }];
  });
}
