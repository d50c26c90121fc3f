/** The keys of a job as flags of the command line. */
import type { Problem } from '../errors.ts';
import type { JobInput } from './job.ts';
import { resolvePath } from './paths.ts';
import { isPlainObject } from './plain.ts';
import { parseSecret, parseVolume } from './shorthands.ts';

/** Given once; given once a name, as `NAME=value`; given once an item; or with no value. */
type FlagKind = 'value' | 'number' | 'boolean' | 'map' | 'list';

export interface JobFlag {
  key: keyof JobInput;
  /** Without dashes; its camelCase form is the name in `JobFlagValues`. */
  name: string;
  /** Absent where the flag takes no value. */
  value?: string;
  description: string;
  kind: FlagKind;
  /** Makes a value, or the part after `=`, independent of where it was typed. */
  resolve?: (value: string, folder: string) => unknown;
}

/** Every flag that stands for a key, in the order of the help. A flag goes before the file. */
export const JOB_FLAGS: readonly JobFlag[] = [
  flag('name', 'name', 'NAME', 'what the run is called'),
  flag('image', 'image', 'IMAGE', 'the container image'),
  flag('command', 'command', 'SCRIPT', 'a command for a shell; or write words after --'),
  flag('entryPoint', 'entry-point', 'PROGRAM', "instead of the image's entry point"),
  flag('workingDirectory', 'working-directory', 'PATH', "instead of the image's"),
  map('env', 'env', 'NAME[=VALUE]', 'an environment variable; without =, the value it has here'),
  list('envFile', 'env-file', 'FILE', 'a file of NAME=value lines', resolvePath),
  map(
    'secrets',
    'secret',
    'NAME=env:VARIABLE|file:PATH',
    'a variable read at the start',
    secretHere,
  ),
  flag('cpu', 'cpu', 'VCPU', 'such as 0.5 or 2'),
  flag('memory', 'memory', 'AMOUNT', 'such as 512MiB or 4GiB; a bare number is GiB'),
  { ...flag('gpu', 'gpu', 'COUNT', 'how many GPUs'), kind: 'number' },
  flag('architecture', 'architecture', 'NAME', 'x86_64 or arm64'),
  map('inputs', 'input', 'NAME=PATH', 'a file, folder or glob, at /input/NAME', resolvePath),
  map('outputs', 'output', 'NAME=PATH', 'where /output/NAME goes after success', resolvePath),
  list('volumes', 'volume', 'SOURCE:PATH[:ro]', 'a named volume, or a path of here', volumeHere),
  list('ports', 'port', '[[ADDRESS:]HOST:]CONTAINER[/udp]', 'a port to publish, on loopback'),
  flag('user', 'user', 'USER[:GROUP]', 'instead of the user that the image names'),
  {
    key: 'privileged',
    name: 'privileged',
    description: "give the container this machine's rights",
    kind: 'boolean',
  },
  flag('timeout', 'timeout', 'DURATION', 'such as 90s or 2h, after which the job is stopped'),
  { ...flag('retries', 'retries', 'COUNT', 'tries after the first one'), kind: 'number' },
  flag('stopTimeout', 'stop-timeout', 'DURATION', 'between SIGTERM and SIGKILL; default 30s'),
  map('tags', 'tag', 'NAME=VALUE', 'kept with the run'),
  flag('on', 'on', 'PLACE', 'where the job runs: local'),
  flag('engine', 'engine', 'ENGINE', 'docker, podman or host'),
  {
    ...flag('taskDefinition', 'task-definition', 'FILE', 'an ECS task definition under the flags'),
    resolve: resolvePath,
  },
];

/** What was given, by a flag's name in camelCase (`workingDirectory`), as commander gives it. */
export type JobFlagValues = Readonly<
  Record<string, string | boolean | readonly string[] | undefined>
>;

export interface FlagSurroundings {
  /** What relative paths are relative to. */
  folder: string;
  env: Readonly<Record<string, string | undefined>>;
  /** The words after `--`. */
  words?: readonly string[] | undefined;
}

export interface FlaggedJob {
  /** The job with the flags over it, not yet checked. */
  value: unknown;
  problems: Problem[];
  /** The flag that the value at `path` came from, where one did. */
  flagAt(path: readonly (string | number)[]): string | undefined;
}

/** The name under which commander and `JobFlagValues` have a flag: `workingDirectory`. */
export function flagAttribute({ name }: Pick<JobFlag, 'name'>): string {
  return name.replaceAll(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
}

/**
 * Lays flags over a job as it was written. A value replaces the one in the file, `NAME=value` does so
 * for its name, and items are added. What was written wrongly in the file stays, to be reported.
 */
export function applyFlags(
  written: unknown,
  flags: JobFlagValues,
  here: FlagSurroundings,
): FlaggedJob {
  if (!isPlainObject(written)) return { value: written, problems: [], flagAt: () => undefined };
  const value: Record<string, unknown> = { ...written };
  const origins = new Map<string, string>();
  const problems: Problem[] = [];
  for (const jobFlag of JOB_FLAGS) {
    const given = flags[flagAttribute(jobFlag)];
    if (given === undefined) continue;
    if (jobFlag.kind === 'map') layMap(value, jobFlag, texts(given), here, origins, problems);
    else if (jobFlag.kind === 'list') layList(value, jobFlag, texts(given), here, origins);
    else if (takesBack(jobFlag, given)) delete value[jobFlag.key];
    else {
      value[jobFlag.key] = single(jobFlag, given, here);
      origins.set(originKey([jobFlag.key]), `--${jobFlag.name}`);
    }
  }
  if (here.words !== undefined && here.words.length > 0) {
    if (flags.command !== undefined) problems.push(problem('--command', 'is given after -- too'));
    value.command = [...here.words];
    origins.set(originKey(['command']), 'the command after --');
  }
  return { value, problems, flagAt: (path) => flagAt(path, origins) };
}

/** What the configuration may give a job, and an empty flag takes back. */
const CONFIGURED = ['engine', 'cpu', 'memory', 'timeout', 'stopTimeout', 'retries'] as const;

/**
 * The settings that flags take back to their defaults, for the configuration: an empty value, and for
 * `--timeout` a 0, which means no limit there.
 */
export function takenBack(flags: JobFlagValues): Partial<Record<(typeof CONFIGURED)[number], ''>> {
  const taken = JOB_FLAGS.filter((jobFlag) => takesBack(jobFlag, flags[flagAttribute(jobFlag)]));
  return Object.fromEntries(taken.map(({ key }) => [key, '']));
}

function takesBack({ key }: JobFlag, given: JobFlagValues[string]): boolean {
  if (given === undefined || !CONFIGURED.some((configured) => configured === key)) return false;
  const text = texts(given).at(-1);
  return text === '' || (key === 'timeout' && text === '0');
}

function layMap(
  value: Record<string, unknown>,
  jobFlag: JobFlag,
  given: readonly string[],
  here: FlagSurroundings,
  origins: Map<string, string>,
  problems: Problem[],
): void {
  const before = value[jobFlag.key];
  if (before !== undefined && !isPlainObject(before)) return;
  const entries = Object.entries(before ?? {});
  for (const text of given) {
    const split = text.indexOf('=');
    const name = split === -1 ? text : text.slice(0, split);
    const item = split === -1 ? valueHere(jobFlag, name, here) : text.slice(split + 1);
    if (item === undefined) {
      const message =
        jobFlag.key === 'env'
          ? `${name} has no value, here neither`
          : `must be ${jobFlag.value ?? ''}, not "${text}"`;
      problems.push(problem(`--${jobFlag.name}`, message));
      continue;
    }
    entries.push([name, jobFlag.resolve?.(item, here.folder) ?? item]);
    origins.set(originKey([jobFlag.key, name]), `--${jobFlag.name} ${name}`);
  }
  value[jobFlag.key] = Object.fromEntries(entries);
}

function valueHere(jobFlag: JobFlag, name: string, here: FlagSurroundings): string | undefined {
  return jobFlag.key === 'env' && Object.hasOwn(here.env, name) ? here.env[name] : undefined;
}

function layList(
  value: Record<string, unknown>,
  jobFlag: JobFlag,
  given: readonly string[],
  here: FlagSurroundings,
  origins: Map<string, string>,
): void {
  const before = value[jobFlag.key] ?? [];
  const items: unknown[] = Array.isArray(before) ? before : [before];
  // Only a list of files may be written as one.
  if (items !== before && typeof before !== 'string') return;
  value[jobFlag.key] = [
    ...items,
    ...given.map((text) => jobFlag.resolve?.(text, here.folder) ?? text),
  ];
  for (const [index, text] of given.entries()) {
    origins.set(originKey([jobFlag.key, items.length + index]), `--${jobFlag.name} ${text}`);
  }
}

function single(
  jobFlag: JobFlag,
  given: string | boolean | readonly string[],
  here: FlagSurroundings,
): unknown {
  if (jobFlag.kind === 'boolean') return given;
  const text = texts(given).at(-1) ?? '';
  if (jobFlag.kind === 'number' && /^\d+$/.test(text)) return Number(text);
  return jobFlag.resolve?.(text, here.folder) ?? text;
}

function texts(given: string | boolean | readonly string[]): readonly string[] {
  return Array.isArray(given) ? given : [String(given)];
}

function secretHere(text: string, folder: string): unknown {
  const secret = parseSecret(text);
  if (secret === undefined || !('file' in secret)) return text;
  return { file: resolvePath(secret.file, folder) };
}

function volumeHere(text: string, folder: string): unknown {
  const volume = parseVolume(text);
  if (volume?.hostPath === undefined) return text;
  return { ...volume, hostPath: resolvePath(volume.hostPath, folder) };
}

function flagAt(
  path: readonly (string | number)[],
  origins: ReadonlyMap<string, string>,
): string | undefined {
  for (let length = path.length; length > 0; length -= 1) {
    const found = origins.get(originKey(path.slice(0, length)));
    if (found !== undefined) return found;
  }
  return undefined;
}

function originKey(path: readonly (string | number)[]): string {
  return JSON.stringify(path);
}

function problem(flagName: string, message: string): Problem {
  return { severity: 'error', path: [flagName], message };
}

function flag(key: keyof JobInput, name: string, value: string, description: string): JobFlag {
  return { key, name, value, description, kind: 'value' };
}

function map(
  key: keyof JobInput,
  name: string,
  value: string,
  description: string,
  resolve?: JobFlag['resolve'],
): JobFlag {
  return { key, name, value, description, kind: 'map', ...(resolve && { resolve }) };
}

function list(
  key: keyof JobInput,
  name: string,
  value: string,
  description: string,
  resolve?: JobFlag['resolve'],
): JobFlag {
  return { key, name, value, description, kind: 'list', ...(resolve && { resolve }) };
}
