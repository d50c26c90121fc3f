/**
 * A job: what a person asks Slipway to run. Importing this loads zod, so commands import it where
 * they need it; the types are free.
 */
import type { z } from 'zod';
import type { Problem } from '../errors.ts';
import { jobSchema, portObject, retriesObject, secretObject, volumeObject } from './job-schema.ts';
import { isPlainObject, plainDataProblems } from './plain.ts';
import { issueMessage, schemaProblems, unknownKey } from './schema-problems.ts';
import { parseTaskDefinition } from './task-definition/parse.ts';
import type { TaskDefinition } from './task-definition/task-definition.ts';

export type { JobPort, JobSecret, JobVolume } from './shorthands.ts';

/** A job as it is written: amounts with units, short forms. */
export type JobInput = z.input<typeof jobSchema>;

/**
 * A job normalised: cpu in vCPU, memory in MiB, times in seconds, no short forms. It is not an
 * input: parsing it again would read its memory as GiB.
 */
export type Job = Omit<z.output<typeof jobSchema>, 'taskDefinition'> & {
  /** The path of a file where it is a string. */
  taskDefinition?: string | TaskDefinition | undefined;
};

/** The keys of a job, in the order in which they are documented. */
export const JOB_KEYS = Object.keys(jobSchema.shape) as (keyof Job)[];

const NESTED_KEYS: Readonly<Record<string, readonly string[]>> = {
  volumes: Object.keys(volumeObject.shape),
  ports: Object.keys(portObject.shape),
  secrets: Object.keys(secretObject.shape),
  retries: Object.keys(retriesObject.shape),
};

/** What people who come from elsewhere write, where it is too far from our key to be recognised. */
const OTHER_NAMES = new Map<string, keyof Job>([
  ['dockerImage', 'image'],
  ['commands', 'command'],
  ['args', 'command'],
  ['script', 'command'],
  ['environment', 'env'],
  ['environmentVariables', 'env'],
  ['environmentFiles', 'envFile'],
  ['vcpu', 'cpu'],
  ['vcpus', 'cpu'],
  ['mem', 'memory'],
  ['cwd', 'workingDirectory'],
  ['workdir', 'workingDirectory'],
  ['arch', 'architecture'],
  ['platform', 'architecture'],
  ['portMappings', 'ports'],
  ['mounts', 'volumes'],
  ['labels', 'tags'],
  ['backend', 'on'],
  ['ecsTaskDefinition', 'taskDefinition'],
  ['containerDefinitions', 'taskDefinition'],
]);

const ON_AWS = new Set(['instanceType', 'instanceTypes', 'spot', 'region', 'subnets', 'cluster']);

/**
 * Reads a job, whatever `value` is, and says all that is wrong with it at once. It never throws.
 * @returns the job where no problem is an error.
 */
export function parseJob(value: unknown): { job: Job | undefined; problems: Problem[] } {
  const unsafe = plainDataProblems(value);
  if (unsafe.length > 0) return { job: undefined, problems: unsafe };
  if (!isPlainObject(value)) {
    return { job: undefined, problems: [error([], 'must be an object with the keys of a job')] };
  }
  const problems = unknownKeys(value);
  const job: Record<string, unknown> = {};
  // Each key by itself, so that what is wrong with one does not hide what is wrong across several.
  for (const [key, schema] of Object.entries(jobSchema.shape)) {
    if (value[key] === undefined) continue;
    const parsed = schema.safeParse(value[key], { error: issueMessage });
    if (parsed.success) job[key] = parsed.data;
    else {
      problems.push(...schemaProblems(parsed.error.issues, [key], (path) => keysAt(path)));
    }
  }
  problems.push(...readDefinition(job), ...acrossKeys(job as Job, value));
  const valid = problems.every((problem) => problem.severity !== 'error');
  return { job: valid ? (job as Job) : undefined, problems };
}

/** Puts what ECS's shape makes of the task definition in its place, unless it is a file's path. */
function readDefinition(job: Record<string, unknown>): Problem[] {
  const given = job.taskDefinition;
  if (given === undefined || typeof given === 'string') return [];
  const { definition, problems } = parseTaskDefinition(given, { partial: true });
  job.taskDefinition = definition;
  return problems.map((problem) => ({ ...problem, path: ['taskDefinition', ...problem.path] }));
}

function keysAt(path: readonly (string | number)[]): readonly string[] {
  return NESTED_KEYS[String(path[0])] ?? [];
}

function unknownKeys(value: Record<string, unknown>): Problem[] {
  return Object.keys(value)
    .filter((key) => !Object.hasOwn(jobSchema.shape, key))
    .map((key) => {
      if (ON_AWS.has(key)) return error([key], 'comes with AWS and is not in this version');
      const other = OTHER_NAMES.get(camelCase(key));
      if (other === undefined) return unknownKey([key], JOB_KEYS);
      return { ...error([key], 'there is no such key'), hint: `did you mean "${other}"?` };
    });
}

/** @param written what was there before parsing: a key that is wrong is there all the same. */
function acrossKeys(job: Job, written: Record<string, unknown>): Problem[] {
  const runs = ['image', 'command', 'taskDefinition'].some((key) => written[key] !== undefined);
  return [
    ...(runs ? [] : [error([], 'needs an "image", a "command" or a "taskDefinition"')]),
    ...repeatedNames(job),
    ...repeatedPaths(job),
  ];
}

/** Inputs, outputs and volumes share the names that `{name}` in a command may be. */
function repeatedNames(job: Job): Problem[] {
  const named: [string, (string | number)[]][] = [
    ...Object.keys(job.inputs ?? {}).map((name): [string, string[]] => [name, ['inputs', name]]),
    ...Object.keys(job.outputs ?? {}).map((name): [string, string[]] => [name, ['outputs', name]]),
    ...(job.volumes ?? []).flatMap(({ name }, index): [string, (string | number)[]][] =>
      name === undefined ? [] : [[name, ['volumes', index]]],
    ),
  ];
  const taken = new Map<string, string>();
  return named.flatMap(([name, path]) => {
    // Some file systems hold composed and decomposed letters for the same.
    const key = name.normalize();
    const before = taken.get(key);
    if (before !== undefined) {
      return [error(path, `the name "${name}" is one of the ${before} already`)];
    }
    taken.set(key, String(path[0]));
    return [];
  });
}

function repeatedPaths(job: Job): Problem[] {
  const taken = new Map<string, string>([
    ...(job.inputs === undefined ? [] : [['/input', 'the inputs are'] as const]),
    ...(job.outputs === undefined ? [] : [['/output', 'the outputs are'] as const]),
  ]);
  return (job.volumes ?? []).flatMap(({ path }, index) => {
    const place = path.replace(/\/+$/, '');
    const before = taken.get(place);
    if (before !== undefined) return [error(['volumes', index], `${before} at ${place} already`)];
    taken.set(place, `volumes[${index}] is`);
    return [];
  });
}

function camelCase(key: string): string {
  return key.replaceAll(/[_-](\w)/g, (_, letter: string) => letter.toUpperCase());
}

function error(path: readonly (string | number)[], message: string): Problem {
  return { severity: 'error', path, message };
}
