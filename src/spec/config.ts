/**
 * Slipway's configuration. Later layers go before earlier ones, key by key: the user's file, the
 * project's file, the chosen profile of each, the environment, flags. 0, false and "" override too:
 * "" (or null in a file) takes a setting back to its default.
 */
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ErrorCode, ExitCode, formatProblem, type Problem, SlipwayError } from '../errors.ts';
import { CONFIG_KEYS, type Config } from './config-keys.ts';
import { locate, readDocument, type SpecDocument } from './document.ts';
import { configFolder, dataFolder } from './home.ts';
import { didYouMean, nearest } from './nearest.ts';
import { isPlainObject, plainDataProblems } from './plain.ts';

export { CONFIG_KEYS, type Config } from './config-keys.ts';
export { slipwayHome } from './home.ts';

/** A configuration that cannot be used as it is; holds every problem found. */
export class ConfigError extends SlipwayError {
  readonly code = ErrorCode.ConfigInvalid;
  override readonly exitCode = ExitCode.Usage;
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[]) {
    const lines = problems.map((problem) => `  ${formatProblem(problem)}`);
    super(['The configuration is not valid:', ...lines].join('\n'), {
      hint: 'Mend what each line names; until then no command in this folder reads its settings.',
    });
    this.problems = problems;
  }
}

export type ConfigSource = 'default' | 'user' | 'project' | 'profile' | 'environment' | 'flag';

/** A setting and where it came from. */
export interface ConfigEntry {
  key: keyof Config;
  value: Config[keyof Config];
  source: ConfigSource;
  /** `file:line`, a variable or a flag; absent for a default. */
  place?: string | undefined;
}

export interface ConfigOptions {
  /** Where the project's file is looked for, upwards; default the current folder. */
  cwd?: string | undefined;
  /** Default the process's own. */
  env?: Readonly<Record<string, string | undefined>> | undefined;
  /** What flags say, as texts, numbers or booleans; undefined says nothing. */
  flags?: Readonly<Partial<Record<keyof Config, unknown>>> | undefined;
  /** Goes before `SLIPWAY_PROFILE`; "" chooses none. */
  profile?: string | undefined;
}

export interface LoadedConfig {
  values: Config;
  /** One a setting, in the order of the documentation. */
  entries: ConfigEntry[];
  /** Variables that look like settings and are none. */
  warnings: Problem[];
}

interface Layer {
  source: ConfigSource;
  values: Readonly<Record<string, unknown>>;
  /** What relative paths are relative to. */
  folder: string;
  place: (key: string) => string;
  problem: (key: string, message: string) => Problem;
}

const PREFIX = 'SLIPWAY_';
const FILE_ENDINGS = ['yaml', 'yml', 'json'];
const KEYS = Object.keys(CONFIG_KEYS) as (keyof Config)[];

/**
 * Reads the configuration from all its layers.
 * @throws ConfigError with everything that is wrong in any of them.
 */
export async function loadConfig(options: ConfigOptions = {}): Promise<LoadedConfig> {
  const cwd = options.cwd ?? process.cwd();
  const env = options.env ?? process.env;
  const problems: Problem[] = [];
  const user = await configFile(configFolder(env), 'config', problems);
  const project = await configFile(projectFolder(cwd), 'slipway.config', problems);
  const files = [
    ...(user === undefined ? [] : [{ ...user, source: 'user' as const }]),
    ...(project === undefined ? [] : [{ ...project, source: 'project' as const }]),
  ];
  const profile = options.profile ?? env.SLIPWAY_PROFILE ?? '';
  const layers: Layer[] = [
    ...files.map((file) => fileLayer(file, [], file.source, problems)),
    ...profileLayers(files, profile, problems),
    environmentLayer(env, cwd),
    flagLayer(options.flags ?? {}, cwd),
  ];
  const defaults = { home: dataFolder(env) };
  const entries = KEYS.map((key) => settle(key, layers, defaults, problems));
  if (problems.length > 0) throw new ConfigError(problems);
  return {
    values: Object.fromEntries(entries.map(({ key, value }) => [key, value])) as unknown as Config,
    entries,
    warnings: strayVariables(env),
  };
}

/** The setting as the last layer has it; every layer is checked. */
function settle<K extends keyof Config>(
  key: K,
  layers: readonly Layer[],
  defaults: { home: string },
  problems: Problem[],
): ConfigEntry {
  const { read, fallback, expected } = CONFIG_KEYS[key];
  let entry: ConfigEntry = { key, value: fallback(defaults), source: 'default' };
  for (const { values, folder, source, place, problem } of layers) {
    const written = Object.hasOwn(values, key) ? values[key] : undefined;
    if (written === undefined) continue;
    const reset = written === '' || written === null;
    const reading = reset
      ? ({ valid: true, value: fallback(defaults) } as const)
      : read(written, folder);
    if (reading.valid) entry = { key, value: reading.value, source, place: place(key) };
    else problems.push(problem(key, expected));
  }
  return entry;
}

interface ConfigFile {
  document: SpecDocument;
  values: Record<string, unknown>;
  folder: string;
}

async function configFile(
  folder: string | undefined,
  name: string,
  problems: Problem[],
): Promise<ConfigFile | undefined> {
  if (folder === undefined) return undefined;
  const files = filesIn(folder, name);
  const [file, second] = files;
  if (file === undefined) return undefined;
  if (second !== undefined) {
    const message = `there is ${second} too, and one would hide the other`;
    problems.push({ severity: 'error', path: [], source: file, message });
  }
  const document = await readDocument(file, { textIn: ['tags'], emptyValue: {} });
  problems.push(...document.problems);
  if (document.problems.length > 0) return undefined;
  const unsafe = plainDataProblems(document.value);
  if (unsafe.length === 0 && isPlainObject(document.value)) {
    return { document, values: document.value, folder };
  }
  const notObject: Problem = { severity: 'error', path: [], message: 'must be an object' };
  problems.push(...locate(unsafe.length > 0 ? unsafe : [notObject], document));
  return undefined;
}

/** The nearest folder from `cwd` up that has a project's file. */
function projectFolder(cwd: string): string | undefined {
  for (let folder = cwd; ; folder = dirname(folder)) {
    if (filesIn(folder, 'slipway.config').length > 0) return folder;
    if (dirname(folder) === folder) return undefined;
  }
}

function filesIn(folder: string, name: string): string[] {
  return FILE_ENDINGS.map((ending) => join(folder, `${name}.${ending}`)).filter((file) =>
    existsSync(file),
  );
}

/** The settings at `path` of a file, whose other keys are problems. */
function fileLayer(
  { document, values, folder }: ConfigFile,
  path: readonly string[],
  source: ConfigSource,
  problems: Problem[],
): Layer {
  const layer: Layer = {
    source,
    values,
    folder,
    place: (key) => {
      const { line } = document.position([...path, key]) ?? {};
      return line === undefined ? document.file : `${document.file}:${line}`;
    },
    problem: (key, message) => {
      const problem: Problem = { severity: 'error', path: [...path, key], message };
      return locate([problem], document)[0] ?? problem;
    },
  };
  const known: string[] = path.length === 0 ? [...KEYS, 'profiles'] : KEYS;
  for (const key of Object.keys(values)) {
    if (known.includes(key)) continue;
    problems.push({
      ...layer.problem(key, 'there is no such setting'),
      hint: didYouMean(key, known),
    });
  }
  return layer;
}

/** The chosen profile of each file; the keys of all are checked, chosen or not. */
function profileLayers(
  files: readonly (ConfigFile & { source: ConfigSource })[],
  chosen: string,
  problems: Problem[],
): Layer[] {
  const layers: Layer[] = [];
  const names: string[] = [];
  for (const file of files) {
    const { profiles } = file.values;
    if (profiles === undefined || profiles === null) continue;
    if (!isPlainObject(profiles)) {
      const problem: Problem = {
        severity: 'error',
        path: ['profiles'],
        message: 'must be an object',
      };
      problems.push(...locate([problem], file.document));
      continue;
    }
    for (const [name, values] of Object.entries(profiles)) {
      const path = ['profiles', name];
      if (!isPlainObject(values)) {
        const problem: Problem = { severity: 'error', path, message: 'must be an object' };
        problems.push(...locate([problem], file.document));
        continue;
      }
      names.push(name);
      const layer = fileLayer({ ...file, values }, path, 'profile', problems);
      if (name === chosen) layers.push(layer);
    }
  }
  if (chosen !== '' && !names.includes(chosen)) {
    const hint =
      didYouMean(chosen, names) ?? (names.length > 0 ? `there are ${names.join(', ')}` : undefined);
    problems.push({
      severity: 'error',
      path: [],
      message: `there is no profile "${chosen}"`,
      hint,
    });
  }
  return layers;
}

function environmentLayer(env: Readonly<Record<string, string | undefined>>, cwd: string): Layer {
  const variable = (key: string) => CONFIG_KEYS[key as keyof Config].variable;
  return {
    source: 'environment',
    values: Object.fromEntries(KEYS.map((key) => [key, env[variable(key)]])),
    folder: cwd,
    place: variable,
    problem: (key, message) => ({ severity: 'error', path: [variable(key)], message }),
  };
}

function flagLayer(flags: Readonly<Record<string, unknown>>, cwd: string): Layer {
  const flag = (key: string) =>
    `--${key.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
  return {
    source: 'flag',
    values: flags,
    folder: cwd,
    place: flag,
    problem: (key, message) => ({ severity: 'error', path: [flag(key)], message }),
  };
}

/** Others may use the prefix for their own; only a slip of the finger is worth a remark. */
function strayVariables(env: Readonly<Record<string, string | undefined>>): Problem[] {
  const known = [...KEYS.map((key) => CONFIG_KEYS[key].variable), 'SLIPWAY_PROFILE'];
  const suffixes = known.map((variable) => variable.slice(PREFIX.length));
  return Object.keys(env)
    .filter((name) => name.startsWith(PREFIX) && !known.includes(name))
    .flatMap((name): Problem[] => {
      const suffix = nearest(name.slice(PREFIX.length), suffixes);
      if (suffix === undefined) return [];
      const hint = `did you mean ${PREFIX}${suffix}?`;
      return [{ severity: 'warning', path: [name], message: 'is no setting', hint }];
    });
}
