/** From a job to a run that is recorded and can be driven. */
import { existsSync } from 'node:fs';
import type { PullPolicy } from '../backends/backend.ts';
import { detectEngine } from '../engine/detect.ts';
import type { EngineName } from '../engine/engine.ts';
import { type Problem, SpecError } from '../errors.ts';
import type { RunsContext } from '../runs/context.ts';
import type { NewRun } from '../runs/create.ts';
import type { RunRequest } from '../runs/run.ts';
import type { Config } from '../spec/config.ts';
import type { LoadedJob } from '../spec/job-file.ts';
import { parseTaskDefinition } from '../spec/task-definition/parse.ts';
import { validateTaskDefinition } from '../spec/task-definition/validate.ts';
import { type CompiledJob, compileJob } from './compile.ts';
import { NoEngine } from './errors.ts';

export interface LaunchOptions {
  id?: string | undefined;
  /** Found by looking where absent: Docker, then Podman, then the host for what needs no image. */
  engine?: EngineName | undefined;
  /** Default `missing`. */
  pull?: PullPolicy | undefined;
  /** Whether outputs of a failed job are kept beside where they were meant to be. Default false. */
  keepFailed?: boolean | undefined;
  /** Whether containers and files stay until `destroy`. Default false. */
  keep?: boolean | undefined;
}

/** A job that can run here, as it will be recorded. */
export interface PlannedRun extends Omit<NewRun, 'warnings' | 'lease'> {
  warnings: readonly string[];
  /** Where the spec itself has something remarkable, with its path. */
  problems: readonly Problem[];
}

const NO_SIZES = { cpu: undefined, memory: undefined, stopTimeout: undefined };

/** The job with what it does not say taken from the configuration. */
export function withDefaults(job: LoadedJob, config: Config): LoadedJob {
  const { engine, timeout, retries } = config;
  // A task definition has its own sizes, and none where it wants none.
  const { cpu, memory, stopTimeout } = job.taskDefinition === undefined ? config : NO_SIZES;
  const defaults = { engine, cpu, memory, timeout, stopTimeout, retries: { attempts: retries } };
  const missing = Object.entries(defaults).filter(
    ([key, value]) => value !== undefined && job[key as keyof LoadedJob] === undefined,
  );
  return { ...job, ...Object.fromEntries(missing), tags: { ...config.tags, ...job.tags } };
}

/** The variables that tell the docker and podman commands which engine to talk to, and how. */
const ENGINE_VARIABLES = [
  'DOCKER_HOST',
  'DOCKER_CONTEXT',
  'DOCKER_CONFIG',
  'DOCKER_CERT_PATH',
  'DOCKER_TLS',
  'DOCKER_TLS_VERIFY',
  'CONTAINER_HOST',
  'CONTAINER_CONNECTION',
  'CONTAINER_SSHKEY',
  'CONTAINERS_CONF',
  'CONTAINERS_STORAGE_CONF',
  'XDG_RUNTIME_DIR',
];

/**
 * Plans a job for this machine: nothing is created.
 * @throws SpecError with all that keeps it from running here.
 * @throws NoEngine where it needs an image and there is no engine.
 */
export async function planRun(
  runs: RunsContext,
  job: LoadedJob,
  options: LaunchOptions = {},
): Promise<PlannedRun> {
  const read = parsedDefinition(job.taskDefinition);
  const compiled = compileJob(job, read.definition);
  const problems = [
    ...read.problems,
    ...validateTaskDefinition(compiled.definition, { launch: 'local' }),
    ...missingFolders(job),
    ...sharedDestinations(compiled.outputs),
  ];
  refuse(problems);
  const needsImage = compiled.definition.containerDefinitions?.some(
    ({ image }) => image !== undefined,
  );
  const engine = options.engine ?? job.engine ?? (await findEngine(needsImage ?? false));
  if (engine !== 'host') refuse(missingImages(compiled, engine));
  const request: RunRequest = {
    ...compiled,
    pull: options.pull ?? 'missing',
    keepFailed: options.keepFailed ?? false,
    engine,
    engineEnvironment: Object.fromEntries(
      ENGINE_VARIABLES.flatMap((name) => {
        const value = process.env[name];
        return value === undefined ? [] : [[name, value]];
      }),
    ),
    timeout: job.timeout,
    retries: job.retries ?? { attempts: 0 },
    keep: options.keep ?? false,
  };
  const backend = await runs.backend(request);
  const here = await backend.check({ ...request, run: options.id ?? 'new', attempt: 1 });
  refuse(here);
  return {
    id: options.id,
    name: job.name ?? read.definition?.family ?? nameOf(compiled),
    tags: job.tags ?? {},
    request,
    problems: [...problems, ...here],
    warnings: [...new Set(here.map(({ message }) => message))],
  };
}

/**
 * Folders that a person names by hand and that are not here: a typing error, more often than not.
 * Those of a task definition are made where they are missing, as ECS has it.
 */
function missingFolders({ volumes = [] }: LoadedJob): Problem[] {
  return volumes.flatMap(({ hostPath }, index): Problem[] => {
    if (hostPath === undefined || existsSync(hostPath)) return [];
    const message = `there is no ${hostPath} on this machine`;
    return [{ severity: 'error', path: ['volumes', index], message, hint: 'make it first' }];
  });
}

/** Of two outputs with one place, one would be lost. */
function sharedDestinations(outputs: CompiledJob['outputs']): Problem[] {
  const taken = new Map<string, string>();
  return Object.entries(outputs).flatMap(([name, place]): Problem[] => {
    const before = taken.get(place);
    taken.set(place, name);
    if (before === undefined) return [];
    const message = `goes to ${place}, where the output ${before} goes`;
    return [{ severity: 'error', path: ['outputs', name], message }];
  });
}

function missingImages({ definition }: CompiledJob, engine: EngineName): Problem[] {
  return (definition.containerDefinitions ?? []).flatMap(({ image, name = '' }): Problem[] => {
    if (image !== undefined) return [];
    const message = `${engine} needs an image, and the container ${name} has none`;
    return [{ severity: 'error', path: ['image'], message, hint: 'or take --engine host' }];
  });
}

/** After what it runs, where nobody has named it: `busybox`, `sh`. */
function nameOf({ definition, main }: CompiledJob): string {
  const container = definition.containerDefinitions?.find(({ name }) => name === main);
  const words = [...(container?.entryPoint ?? []), ...(container?.command ?? [])];
  const last = (path: string | undefined) => path?.split('/').at(-1);
  return last(container?.image)?.replace(/[:@].*$/, '') || last(words[0]) || main;
}

function parsedDefinition(value: LoadedJob['taskDefinition']) {
  if (value === undefined) return { definition: undefined, problems: [] };
  const { definition, problems } = parseTaskDefinition(value, { partial: true });
  const placed = problems.map((problem) => ({
    ...problem,
    path: ['taskDefinition', ...problem.path],
  }));
  refuse(placed);
  return { definition, problems: placed };
}

function refuse(problems: readonly Problem[]): void {
  if (problems.some(({ severity }) => severity === 'error')) {
    throw new SpecError('The job', problems);
  }
}

async function findEngine(needsImage: boolean): Promise<EngineName> {
  const engine = await detectEngine();
  if (engine !== undefined) return needsImage ? engine : 'host';
  if (needsImage) throw new NoEngine();
  return 'host';
}
