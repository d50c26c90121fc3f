/**
 * What runs containers: the port that `docker`, `podman` and `host` implement. An engine knows
 * containers, not tasks or runs; order, health and restarts are the backend's.
 */

export type EngineName = 'docker' | 'podman' | 'host';

/** What an engine and the machine behind it have; read once a process. */
export interface EngineFacts {
  name: EngineName;
  version: string;
  /** Processors that containers can use. */
  cpus: number;
  /** In MiB. */
  memory: number;
  architecture: 'x86_64' | 'arm64';
  gpus: number;
  /** Whether the engine runs without root, so that some limits cannot be set. */
  rootless: boolean;
  /** Which cgroups limit its containers, where it has cgroups. */
  cgroupVersion?: 1 | 2 | undefined;
  /** Whether its files are this machine's: false for a remote context or a virtual machine. */
  local: boolean;
}

export type Mount = { target: string; readOnly: boolean } & (
  | { type: 'bind'; source: string }
  | { type: 'volume'; source: string }
  | { type: 'tmpfs'; sizeMebibytes?: number | undefined; options?: readonly string[] | undefined }
);

export interface PublishedPort {
  /** Loopback unless the user names another. */
  hostAddress: string;
  /** The engine picks one where absent. */
  hostPort?: number | undefined;
  containerPort: number;
  protocol: 'tcp' | 'udp';
}

export type ContainerNetwork =
  | { mode: 'bridge' | 'host' | 'none' }
  /** The network of another container of the task, as `awsvpc` shares one. */
  | { mode: 'container'; container: string };

/** One container with everything resolved. Absent fields leave the image's or the engine's default. */
export interface ContainerSpec {
  /** Unique on the engine and derived from the run, so that a second creation is a conflict. */
  name: string;
  labels: Readonly<Record<string, string>>;
  /** Absent only on the host engine. */
  image?: string | undefined;
  platform?: 'linux/amd64' | 'linux/arm64' | undefined;
  entryPoint?: readonly string[] | undefined;
  command?: readonly string[] | undefined;
  workingDirectory?: string | undefined;
  user?: string | undefined;
  environment: Readonly<Record<string, string>>;
  /** Also variables of the container, but never on a command line of the engine. */
  secrets: Readonly<Record<string, string>>;
  mounts: readonly Mount[];
  network: ContainerNetwork;
  ports: readonly PublishedPort[];
  hostname?: string | undefined;
  extraHosts?: Readonly<Record<string, string>> | undefined;
  dnsServers?: readonly string[] | undefined;
  dnsSearchDomains?: readonly string[] | undefined;
  /** A ceiling, in vCPU. */
  cpus?: number | undefined;
  /** A weight, in ECS's cpu units. */
  cpuShares?: number | undefined;
  /** In MiB, as are all sizes below. */
  memory?: number | undefined;
  memoryReservation?: number | undefined;
  /** Memory and swap together; -1 for no limit. */
  memorySwap?: number | undefined;
  memorySwappiness?: number | undefined;
  sharedMemorySize?: number | undefined;
  gpus?: number | undefined;
  devices?: readonly { host: string; container: string; permissions: string }[] | undefined;
  capabilitiesAdded?: readonly string[] | undefined;
  capabilitiesDropped?: readonly string[] | undefined;
  ulimits?: readonly { name: string; soft: number; hard: number }[] | undefined;
  systemControls?: Readonly<Record<string, string>> | undefined;
  securityOptions?: readonly string[] | undefined;
  pidMode?: string | undefined;
  ipcMode?: string | undefined;
  privileged?: boolean | undefined;
  readonlyRootFilesystem?: boolean | undefined;
  initProcessEnabled?: boolean | undefined;
  interactive?: boolean | undefined;
  pseudoTerminal?: boolean | undefined;
}

/** Something asked of an engine that it cannot honour; never passed over in silence. */
export interface Limitation {
  feature: string;
  /** Whether the container must not run without it, or may with a warning. */
  effect: 'refused' | 'ignored';
  why: string;
}

export interface ContainerStatus {
  name: string;
  labels: Readonly<Record<string, string>>;
  state: 'created' | 'running' | 'exited';
  startedAt?: Date | undefined;
  endedAt?: Date | undefined;
  exitCode?: number | undefined;
  outOfMemory: boolean;
  /** The engine's own words where the container could not start. */
  error?: string | undefined;
  /** The address on the engine's own network, where it has one. */
  address?: string | undefined;
  /** What is published, with the ports that the engine picked; empty while it does not run. */
  ports?: readonly PublishedPort[] | undefined;
  /** In MiB, where the engine tells. */
  peakMemory?: number | undefined;
  /** In seconds, where the engine tells. */
  cpuTime?: number | undefined;
}

export type OutputStream = 'stdout' | 'stderr';

/** Where a container's output goes. It is called in order, and holds the engine back by its time. */
export type OutputSink = (stream: OutputStream, bytes: Uint8Array) => void;

/** Bytes of each stream that are stored already and must not come again. */
export type OutputPosition = Readonly<Record<OutputStream, number>>;

export interface Engine {
  readonly name: EngineName;
  /** @throws EngineUnavailable where the engine cannot be reached, with its own words. */
  facts(signal?: AbortSignal): Promise<EngineFacts>;
  /** What of `container` this engine cannot honour. Pure. */
  limitations(container: ContainerSpec, facts: EngineFacts): Limitation[];
  /** Whether the image is there; always true where images mean nothing. */
  hasImage(image: string, signal?: AbortSignal): Promise<boolean>;
  /** @throws ImagePull with the registry's own words. */
  pull(
    image: string,
    options: {
      platform?: string | undefined;
      signal?: AbortSignal | undefined;
      onProgress?: ((line: string) => void) | undefined;
    },
  ): Promise<void>;
  /** Creates and starts a container and follows its output until it ends. */
  run(container: ContainerSpec, output: OutputSink): Promise<void>;
  /** Starts a container that exists and is not running; the same one, for a restart policy too. */
  start(name: string, output: OutputSink): Promise<void>;
  /** Follows, from `position`, a container that was started before, until it ends. */
  follow(name: string, position: OutputPosition, output: OutputSink): Promise<void>;
  /** Only those that exist, in no order. */
  inspect(names: readonly string[]): Promise<ContainerStatus[]>;
  /** All containers that carry these labels. */
  list(labels: Readonly<Record<string, string>>): Promise<ContainerStatus[]>;
  /** To the container's first process. Not running is success. */
  signal(name: string, signal: NodeJS.Signals): Promise<void>;
  /** SIGTERM (or the image's stop signal), then SIGKILL after `seconds`; settles when it has ended. */
  stop(name: string, seconds: number): Promise<void>;
  /** By force, with its anonymous volumes. Not there is success. */
  remove(name: string): Promise<void>;
  /** Runs a command in a running container and gives its exit code, within `timeoutSeconds`. */
  exec(name: string, argv: readonly string[], timeoutSeconds: number): Promise<number>;
  /** The same on this process's own terminal or streams. */
  execAttached(
    name: string,
    argv: readonly string[],
    options: {
      terminal: boolean;
      user?: string | undefined;
      workingDirectory?: string | undefined;
    },
  ): Promise<number>;
}

/** An engine that keeps volumes of its own; the host has folders instead. */
export interface VolumeEngine {
  createVolume(volume: {
    name: string;
    labels: Readonly<Record<string, string>>;
    driver?: string | undefined;
    driverOptions?: Readonly<Record<string, string>> | undefined;
  }): Promise<void>;
  /** Not there is success. */
  removeVolume(name: string): Promise<void>;
  /** All volumes that carry these labels. */
  listVolumes(
    labels: Readonly<Record<string, string>>,
  ): Promise<{ name: string; labels: Readonly<Record<string, string>> }[]>;
}

/** Whether an engine has volumes of its own. */
export function hasVolumes(engine: Engine): engine is Engine & VolumeEngine {
  return 'createVolume' in engine;
}

/** An engine whose containers have images, and that can make one from a tar archive with no registry. */
export interface ImageImporter {
  /** Importing the same reference again replaces it. */
  importImage(reference: string, archive: Uint8Array): Promise<void>;
  /** Creates and starts a container, and leaves it running with nobody attached. */
  startDetached(container: ContainerSpec): Promise<void>;
}

/** Whether an engine can import images. */
export function importsImages(engine: Engine): engine is Engine & ImageImporter {
  return 'importImage' in engine;
}
