/** A container as the words that `docker run` and `podman run` take. Pure. */

import type { ContainerSpec, Mount, PublishedPort } from './engine.ts';
import { EngineFailed } from './errors.ts';

export interface RunArguments {
  /** What comes after `run` or `create`. */
  words: string[];
  /** Variables that the command line hands on by name, so that no value shows in a process list. */
  environment: Record<string, string>;
}

/**
 * Names that the engine's command line or the programs it starts heed themselves: handing them on by
 * name would change what it does.
 */
const HEEDED =
  /^(PATH|HOME|USER|TMPDIR|LANG|LC_.*|LD_.*|DYLD_.*|XDG_.*|DOCKER_.*|BUILDKIT_.*|CONTAINER.*|PODMAN_.*|REGISTRY_.*|STORAGE_.*|GODEBUG|GOTRACEBACK|GOMAXPROCS|GOMEMLIMIT|SSH_.*|SSL_CERT_.*|NO_COLOR|TERM|DBUS_.*|NOTIFY_SOCKET|LISTEN_.*|_|(https?|ftp|all|no)_proxy|CLICOLOR.*|MOBY_.*|OTEL_.*|CNI_.*|NETAVARK_.*)$/i;

/** Names that can be handed on by name at all: what `-e NAME` takes for a name and nothing else. */
const PLAIN_NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;

/**
 * @throws EngineFailed for a secret whose name the command line heeds: its value would be on the
 *   command line for all to see.
 */
export function runArguments(
  engine: 'docker' | 'podman',
  container: ContainerSpec,
  options: { gpuDevices: 'gpus' | 'devices' } = { gpuDevices: 'gpus' },
): RunArguments {
  const [entryPoint, ...entryPointRest] = container.entryPoint ?? [];
  const variables = variableArguments(container);
  return {
    environment: variables.environment,
    words: [
      ...['--name', container.name, '--pull=never'],
      // The log is read again after an adoption, so its driver must be one that can be read.
      ...['--log-driver', engine === 'docker' ? 'json-file' : 'k8s-file'],
      ...(engine === 'docker' ? ['--log-opt', 'max-size=1000000g'] : []),
      ...pairs('--label', container.labels),
      ...variables.words,
      ...one('--platform', container.platform),
      ...one('--entrypoint', entryPoint),
      ...one('--workdir', container.workingDirectory),
      ...one('--user', container.user),
      ...container.mounts.flatMap(mountArguments),
      ...networkArguments(container),
      ...limitArguments(container, options.gpuDevices),
      ...rightArguments(container),
      ...flag('--init', container.initProcessEnabled),
      ...flag('--interactive', container.interactive),
      ...flag('--tty', container.pseudoTerminal),
      container.image ?? '',
      ...entryPointRest,
      ...(container.command ?? []),
    ],
  };
}

function variableArguments(container: ContainerSpec): RunArguments {
  const words: string[] = [];
  const environment: Record<string, string> = {};
  for (const [name, value] of Object.entries(container.environment)) {
    if (Object.hasOwn(container.secrets, name)) continue;
    if (isHandedOn(name)) {
      environment[name] = value;
      words.push('--env', name);
    } else {
      words.push('--env', `${name}=${value}`);
    }
  }
  for (const [name, value] of Object.entries(container.secrets)) {
    if (!isHandedOn(name)) {
      throw new EngineFailed(
        `The secret ${name} cannot be handed to the engine without showing it to everybody on this machine, because its command line heeds a variable of this name.`,
        { hint: 'Give the secret another name.' },
      );
    }
    environment[name] = value;
    words.push('--env', name);
  }
  return { words, environment };
}

function isHandedOn(name: string): boolean {
  return PLAIN_NAME.test(name) && !HEEDED.test(name);
}

function mountArguments(mount: Mount): string[] {
  if (mount.type === 'tmpfs') {
    const options = [
      ...(mount.sizeMebibytes === undefined ? [] : [`size=${mount.sizeMebibytes}m`]),
      ...(mount.options ?? []),
    ];
    return [
      '--tmpfs',
      options.length === 0 ? mount.target : `${mount.target}:${options.join(',')}`,
    ];
  }
  const fields = [
    `type=${mount.type}`,
    `source=${mount.source}`,
    `target=${mount.target}`,
    ...(mount.readOnly ? ['readonly'] : []),
  ];
  return ['--mount', fields.map(quoteField).join(',')];
}

/** A field of a line of CSV (RFC 4180), as `--mount` is one. */
export function quoteField(field: string): string {
  return /[",\r\n]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field;
}

function networkArguments(container: ContainerSpec): string[] {
  const { network } = container;
  const shared = network.mode === 'container';
  return [
    ...['--network', shared ? `container:${network.container}` : network.mode],
    // Elsewhere a port means nothing, and the client would say so in the job's own stderr.
    ...(network.mode === 'bridge' ? container.ports : []).flatMap((port) => [
      '--publish',
      publishedPort(port),
    ]),
    ...one('--hostname', container.hostname),
    ...Object.entries(container.extraHosts ?? {}).flatMap(([host, address]) => [
      '--add-host',
      `${host}:${address}`,
    ]),
    ...(container.dnsServers ?? []).flatMap((server) => ['--dns', server]),
    ...(container.dnsSearchDomains ?? []).flatMap((domain) => ['--dns-search', domain]),
  ];
}

function publishedPort(port: PublishedPort): string {
  const address = port.hostAddress.includes(':') ? `[${port.hostAddress}]` : port.hostAddress;
  return `${address}:${port.hostPort ?? ''}:${port.containerPort}/${port.protocol}`;
}

function limitArguments(container: ContainerSpec, gpuDevices: 'gpus' | 'devices'): string[] {
  const mebibytes = (name: string, amount: number | undefined) =>
    amount === undefined ? [] : [name, amount === -1 ? '-1' : `${amount}m`];
  const gpus = container.gpus ?? 0;
  return [
    ...one('--cpus', container.cpus),
    ...one('--cpu-shares', container.cpuShares),
    ...mebibytes('--memory', container.memory),
    ...mebibytes('--memory-reservation', container.memoryReservation),
    ...mebibytes('--memory-swap', container.memorySwap),
    ...one('--memory-swappiness', container.memorySwappiness),
    ...mebibytes('--shm-size', container.sharedMemorySize),
    ...(container.ulimits ?? []).flatMap(({ name, soft, hard }) => [
      '--ulimit',
      `${name}=${soft}:${hard}`,
    ]),
    ...(gpus === 0
      ? []
      : gpuDevices === 'gpus'
        ? ['--gpus', String(gpus)]
        : Array.from({ length: gpus }, (_, index) => [
            '--device',
            `nvidia.com/gpu=${index}`,
          ]).flat()),
    ...(container.devices ?? []).flatMap((device) => [
      '--device',
      `${device.host}:${device.container}:${device.permissions}`,
    ]),
    ...pairs('--sysctl', container.systemControls ?? {}),
  ];
}

function rightArguments(container: ContainerSpec): string[] {
  return [
    ...flag('--privileged', container.privileged),
    ...flag('--read-only', container.readonlyRootFilesystem),
    ...(container.capabilitiesAdded ?? []).flatMap((name) => ['--cap-add', name]),
    ...(container.capabilitiesDropped ?? []).flatMap((name) => ['--cap-drop', name]),
    ...(container.securityOptions ?? []).flatMap((option) => ['--security-opt', option]),
    ...one('--pid', container.pidMode),
    ...one('--ipc', container.ipcMode),
  ];
}

function one(name: string, value: string | number | undefined): string[] {
  return value === undefined ? [] : [name, String(value)];
}

function flag(name: string, value: boolean | undefined): string[] {
  return value ? [name] : [];
}

function pairs(name: string, values: Readonly<Record<string, string>>): string[] {
  return Object.entries(values).flatMap(([key, value]) => [name, `${key}=${value}`]);
}
