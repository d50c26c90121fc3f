/**
 * From a job to the task definition that runs it: the shorthands are laid over what `taskDefinition`
 * says. Pure.
 */
import type { Task } from '../backends/backend.ts';
import type { Job } from '../spec/job.ts';
import type { JobSecret } from '../spec/shorthands.ts';
import type {
  ContainerDefinition,
  KeyValuePair,
  MountPoint,
  Secret,
  TaskDefinition,
  Volume,
} from '../spec/task-definition/task-definition.ts';

/** What of a task follows from its job alone. */
export type CompiledJob = Pick<
  Task,
  'definition' | 'main' | 'inputs' | 'outputs' | 'environmentFiles' | 'ports'
>;

/** The name of a job's container where nobody has named it. */
const MAIN = 'main';

/** What a command that is one string is read by; it takes the place of the image's entry point. */
const SHELL = ['/bin/sh', '-c'];

/** How many of ECS's cpu units make a vCPU. */
const UNITS_PER_CPU = 1024;

/**
 * Compiles a job whose `taskDefinition` has been read and checked.
 * @param given the job's task definition, whole or partial.
 */
export function compileJob(job: Job, given: TaskDefinition | undefined): CompiledJob {
  const containers = given?.containerDefinitions ?? [];
  const main = containers.find(({ essential }) => essential ?? true) ?? containers[0] ?? {};
  const name = main.name ?? MAIN;
  const volumes = (job.volumes ?? []).map((volume, index) => ({
    ...volume,
    // A folder of this machine has no name of its own, and a volume of ECS needs one.
    name: volume.name ?? `volume-${index}`,
  }));
  const mountPoints = volumes.map(
    (volume): MountPoint => ({
      sourceVolume: volume.name,
      containerPath: volume.path,
      readOnly: volume.readOnly,
    }),
  );
  const compiled = (containers.length === 0 ? [main] : containers).map((container) => {
    const own =
      container === main
        ? withShorthands({ ...container, name }, job, containers.length)
        : container;
    return withSecrets(withMounts(own, mountPoints), job.secrets ?? {}, container === main);
  });
  return {
    definition: {
      ...given,
      family: given?.family ?? familyOf(job.name),
      ...(job.cpu !== undefined && { cpu: String(Math.round(job.cpu * UNITS_PER_CPU)) }),
      ...(job.memory !== undefined && { memory: String(job.memory) }),
      ...(job.architecture !== undefined && {
        runtimePlatform: {
          ...given?.runtimePlatform,
          cpuArchitecture: job.architecture === 'arm64' ? 'ARM64' : 'X86_64',
        },
      }),
      containerDefinitions: compiled,
      ...(volumes.length > 0 && { volumes: mergeVolumes(given?.volumes ?? [], volumes) }),
    },
    main: name,
    inputs: job.inputs ?? {},
    outputs: Object.fromEntries(
      Object.entries(job.outputs ?? {}).map(([output, place]) => [
        output,
        // A destination that ends so is a folder to put it into.
        place.endsWith('/') ? `${place}${output}` : place,
      ]),
    ),
    environmentFiles: job.envFile ?? [],
    ports: (job.ports ?? []).map((port) => ({
      ...port,
      hostAddress: port.hostAddress ?? '127.0.0.1',
    })),
  };
}

function withShorthands(
  container: ContainerDefinition,
  job: Job,
  containers: number,
): ContainerDefinition {
  const { image, entryPoint, workingDirectory, user, privileged, gpu } = job;
  return {
    ...container,
    ...(image !== undefined && { image }),
    ...(workingDirectory !== undefined && { workingDirectory }),
    ...(user !== undefined && { user }),
    ...(privileged !== undefined && { privileged }),
    ...(job.stopTimeout !== undefined && { stopTimeout: job.stopTimeout }),
    ...(entryPoint !== undefined && { entryPoint }),
    ...commandOf(job),
    ...(job.env !== undefined && { environment: mergeEnvironment(container.environment, job.env) }),
    // A limit of the container's own would keep the memory that the job asks for from it.
    ...(job.memory !== undefined &&
      container.memory !== undefined &&
      containers === 1 && { memory: job.memory }),
    ...(gpu !== undefined && {
      resourceRequirements: [
        ...(container.resourceRequirements ?? []).filter(({ type }) => type !== 'GPU'),
        ...(gpu === 0 ? [] : [{ type: 'GPU' as const, value: String(gpu) }]),
      ],
    }),
  };
}

function commandOf({ command, entryPoint }: Job): Partial<ContainerDefinition> {
  if (command === undefined) return {};
  if (typeof command !== 'string') return { command };
  if (entryPoint !== undefined) return { command: [...SHELL, command] };
  return { entryPoint: SHELL, command: [command] };
}

function mergeEnvironment(
  given: readonly KeyValuePair[] | undefined,
  env: Readonly<Record<string, string>>,
): KeyValuePair[] {
  return [
    ...(given ?? []).filter(({ name }) => !Object.hasOwn(env, name ?? '')),
    ...Object.entries(env).map(([name, value]) => ({ name, value })),
  ];
}

/** A secret of the job takes the place of one with its name in any container, and is the main one's. */
function withSecrets(
  container: ContainerDefinition,
  secrets: Readonly<Record<string, JobSecret>>,
  isMain: boolean,
): ContainerDefinition {
  const own = container.secrets ?? [];
  const replaced = own.map((secret): Secret => {
    const source = Object.hasOwn(secrets, secret.name ?? '')
      ? secrets[secret.name ?? '']
      : undefined;
    return source === undefined ? secret : { name: secret.name, valueFrom: valueFromOf(source) };
  });
  const added = Object.entries(secrets)
    .filter(([name]) => isMain && !own.some((secret) => secret.name === name))
    .map(([name, source]): Secret => ({ name, valueFrom: valueFromOf(source) }));
  if (replaced.length + added.length === 0) return container;
  return { ...container, secrets: [...replaced, ...added] };
}

function valueFromOf(source: JobSecret): string {
  if ('env' in source) return `env:${source.env}`;
  return 'file' in source ? `file:${source.file}` : source.valueFrom;
}

function withMounts(
  container: ContainerDefinition,
  mountPoints: readonly MountPoint[],
): ContainerDefinition {
  if (mountPoints.length === 0) return container;
  const paths = new Set(mountPoints.map(({ containerPath }) => containerPath));
  return {
    ...container,
    mountPoints: [
      ...(container.mountPoints ?? []).filter(({ containerPath }) => !paths.has(containerPath)),
      ...mountPoints,
    ],
  };
}

function mergeVolumes(
  given: readonly Volume[],
  volumes: readonly { name: string; hostPath?: string | undefined }[],
): Volume[] {
  const names = new Set(volumes.map(({ name }) => name));
  return [
    ...given.filter(({ name }) => !names.has(name ?? '')),
    ...volumes.map(({ name, hostPath }) =>
      hostPath === undefined ? { name } : { name, host: { sourcePath: hostPath } },
    ),
  ];
}

/** ECS's families have letters, digits, - and _ only. */
function familyOf(name: string | undefined): string {
  return name === undefined ? 'slipway-job' : name.replaceAll(/[^A-Za-z0-9_-]/g, '-');
}
