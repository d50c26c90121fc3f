/** From what a person gives, a file, flags or an object in code, to a job that can be planned. */
import { dirname } from 'node:path';
import { type Problem, SpecError } from '../errors.ts';
import { locate, readDocument, STANDARD_INPUT } from './document.ts';
import { applyFlags, type JobFlagValues } from './flags.ts';
import { type Job, parseJob } from './job.ts';
import { resolvePath } from './paths.ts';
import { isPlainObject } from './plain.ts';
import type { TaskDefinition } from './task-definition/task-definition.ts';

/** A job whose paths are absolute and whose task definition is loaded. */
export type LoadedJob = Omit<Job, 'taskDefinition'> & {
  taskDefinition?: TaskDefinition | undefined;
};

export interface JobSource {
  /** A job or a task definition in YAML or JSON; `-` is standard input. */
  file?: string | undefined;
  /** A job in code, instead of a file. */
  value?: unknown;
  flags?: JobFlagValues | undefined;
  /** The words after `--`. */
  words?: readonly string[] | undefined;
  /** What the relative paths of flags and of code are relative to; default the current folder. */
  folder?: string | undefined;
  /** Where `--env NAME` takes its value from; default the process's own. */
  env?: Readonly<Record<string, string | undefined>> | undefined;
}

/** Keys that only a task definition has, or has it as AWS CloudFormation spells it. */
const DEFINITION_KEYS = [
  'containerDefinitions',
  'ContainerDefinitions',
  'family',
  'Family',
  'requiresCompatibilities',
  'taskDefinitionArn',
];

const RUNNING_KEYS = ['image', 'command', 'taskDefinition'];

/**
 * Whether a file holds a job or an ECS task definition: bare, as a list of containers, or in the
 * wrapper that `aws ecs describe-task-definition` prints.
 */
export function kindOf(value: unknown): 'job' | 'task-definition' {
  if (Array.isArray(value)) return 'task-definition';
  if (!isPlainObject(value)) return 'job';
  if (RUNNING_KEYS.every((key) => value[key] === undefined)) {
    return DEFINITION_KEYS.some((key) => Object.hasOwn(value, key)) ? 'task-definition' : 'job';
  }
  const wrapped = value.taskDefinition;
  const others = Object.keys(value).filter((key) => key !== 'taskDefinition');
  return isPlainObject(wrapped) &&
    Object.hasOwn(wrapped, 'containerDefinitions') &&
    others.every((key) => key === 'tags' && Array.isArray(value[key]))
    ? 'task-definition'
    : 'job';
}

/**
 * Reads a job from a file, flags and code; flags go before the file.
 * @returns the job, and the remarks that don't keep it from running.
 * @throws SpecError with all problems, each with its file, line and column or its flag.
 * @throws DocumentUnreadable where a file is missing.
 */
export async function readJob(source: JobSource): Promise<{ job: LoadedJob; warnings: Problem[] }> {
  const folder = source.folder ?? process.cwd();
  const path = source.file === undefined ? undefined : fileHere(source.file, folder);
  const document =
    path === undefined
      ? undefined
      : await readDocument(path, { textIn: TEXT_IN, name: source.file });
  const what = document?.file ?? 'The job';
  refuse(what, document?.problems ?? []);
  const given = document === undefined ? (source.value ?? {}) : document.value;
  const isDefinition = kindOf(given) === 'task-definition';
  const flagged = applyFlags(isDefinition ? { taskDefinition: given } : given, source.flags ?? {}, {
    folder,
    env: source.env ?? process.env,
    words: source.words,
  });
  const { job, problems } = parseJob(flagged.value);
  const placed = problems.map((problem) => {
    const flag = flagged.flagAt(problem.path);
    if (flag !== undefined) return { ...problem, path: [flag] };
    if (document === undefined) return problem;
    const path = isDefinition ? problem.path.slice(1) : problem.path;
    return locate([{ ...problem, path }], document)[0] ?? problem;
  });
  const all = [...flagged.problems, ...placed];
  refuse(what, all);
  if (job === undefined) throw new SpecError(what, all);
  const loaded = await loadTaskDefinition(resolveJobPaths(job, folderOf(path, folder)));
  return { job: loaded.job, warnings: [...all, ...loaded.warnings] };
}

/** The job with absolute paths: relative ones are so to `folder`, `~/` is the user's home. Pure. */
export function resolveJobPaths(job: Job, folder: string): Job {
  const here = (path: string) => resolvePath(path, folder);
  const resolved: Job = { ...job };
  if (job.inputs !== undefined) resolved.inputs = mapValues(job.inputs, here);
  if (job.outputs !== undefined) resolved.outputs = mapValues(job.outputs, here);
  if (job.envFile !== undefined) resolved.envFile = job.envFile.map(here);
  if (job.secrets !== undefined) {
    resolved.secrets = mapValues(job.secrets, (secret) =>
      'file' in secret ? { file: here(secret.file) } : secret,
    );
  }
  if (job.volumes !== undefined) {
    resolved.volumes = job.volumes.map((volume) =>
      volume.hostPath === undefined ? volume : { ...volume, hostPath: here(volume.hostPath) },
    );
  }
  if (typeof job.taskDefinition === 'string') resolved.taskDefinition = here(job.taskDefinition);
  return resolved;
}

/** Maps of strings, in which 1.10 is not 1.1. */
const TEXT_IN: readonly string[] = ['env', 'tags'];

async function loadTaskDefinition(job: Job): Promise<{ job: LoadedJob; warnings: Problem[] }> {
  const { taskDefinition: file, ...rest } = job;
  if (file === undefined) return { job: rest, warnings: [] };
  if (typeof file !== 'string') return { job: { ...rest, taskDefinition: file }, warnings: [] };
  const document = await readDocument(file);
  refuse(file, document.problems);
  const parsed = parseJob({ taskDefinition: document.value });
  const problems = locate(
    parsed.problems.map((problem) => ({ ...problem, path: problem.path.slice(1) })),
    document,
  );
  refuse(file, problems);
  const definition = parsed.job?.taskDefinition;
  if (definition === undefined || typeof definition === 'string') {
    const message = 'must be an ECS task definition';
    throw new SpecError(file, locate([{ severity: 'error', path: [], message }], document));
  }
  return { job: { ...rest, taskDefinition: definition }, warnings: problems };
}

function refuse(what: string, problems: readonly Problem[]): void {
  if (problems.some(({ severity }) => severity === 'error')) throw new SpecError(what, problems);
}

function fileHere(file: string, folder: string): string {
  return file === STANDARD_INPUT ? file : resolvePath(file, folder);
}

/** Paths in a file are relative to its folder; there is none for standard input. */
function folderOf(path: string | undefined, folder: string): string {
  return path === undefined || path === STANDARD_INPUT ? folder : dirname(path);
}

function mapValues<T, R>(
  map: Readonly<Record<string, T>>,
  change: (value: T) => R,
): Record<string, R> {
  return Object.fromEntries(Object.entries(map).map(([key, value]) => [key, change(value)]));
}
