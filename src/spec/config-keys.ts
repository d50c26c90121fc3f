/**
 * The settings of Slipway and how each is read. By hand and not by zod: every command reads the
 * configuration, and loading zod would cost each of them 50 ms.
 */

import { resolvePath } from './paths.ts';
import { isPlainObject } from './plain.ts';
import { parseCpu, parseDuration, parseMemory } from './units.ts';

export interface Config {
  /** The folder of records, logs and volumes. */
  home: string;
  /** Where jobs run that don't say it. */
  on: 'local';
  /** Found by looking where absent. */
  engine: 'docker' | 'podman' | 'host' | undefined;
  /** When images are pulled. */
  pull: 'missing' | 'always' | 'never';
  /** Whether outputs of failed jobs are kept. */
  keepFailed: boolean;
  /** In vCPU; as all below, for jobs that don't say it. */
  cpu: number | undefined;
  /** In MiB. */
  memory: number | undefined;
  /** In seconds; no limit where absent. */
  timeout: number | undefined;
  /** In seconds; the engine's or ECS's default where absent. */
  stopTimeout: number | undefined;
  /** Tries after the first one. */
  retries: number;
  tags: Readonly<Record<string, string>>;
  /** Seconds that a finished run is kept before `slipway gc` may remove it. */
  gcAge: number;
}

/** What was read, or that it was nothing of the kind. */
export type Reading<T> = { valid: true; value: T } | { valid: false };

export interface ConfigKey<T> {
  /** The variable of the environment that sets it. */
  variable: string;
  description: string;
  /** What it must be, for the message. */
  expected: string;
  /** What it is where nothing sets it, or something sets it to "" or null. */
  fallback: (defaults: { home: string }) => T;
  /** @param folder what a relative path is relative to. */
  read: (written: unknown, folder: string) => Reading<T>;
}

type ConfigKeys = { [K in keyof Config]: ConfigKey<Config[K]> };

const none = () => undefined;

export const CONFIG_KEYS: ConfigKeys = {
  home: {
    variable: 'SLIPWAY_HOME',
    description: 'the folder of records, logs and files',
    expected: 'must be a path',
    fallback: ({ home }) => home,
    read: (written, folder) =>
      typeof written === 'string' && !written.includes('\0')
        ? found(resolvePath(written, folder))
        : NOTHING,
  },
  on: {
    variable: 'SLIPWAY_ON',
    description: 'where jobs run',
    expected: 'must be local',
    fallback: () => 'local',
    read: (written) => oneOf(['local'], written),
  },
  engine: {
    variable: 'SLIPWAY_ENGINE',
    description: 'what runs containers; found by looking where unset',
    expected: 'must be docker, podman or host',
    fallback: none,
    read: (written) => oneOf(['docker', 'podman', 'host'] as const, written),
  },
  pull: {
    variable: 'SLIPWAY_PULL',
    description: 'when images are pulled: missing, always or never',
    expected: 'must be missing, always or never',
    fallback: () => 'missing',
    read: (written) => oneOf(['missing', 'always', 'never'], written),
  },
  keepFailed: {
    variable: 'SLIPWAY_KEEP_FAILED',
    description: 'whether outputs of failed jobs are kept',
    expected: 'must be true or false',
    fallback: () => false,
    read: readBoolean,
  },
  cpu: {
    variable: 'SLIPWAY_CPU',
    description: 'vCPU of jobs that name none',
    expected: 'must be a number of vCPU above 0, such as 0.5',
    fallback: none,
    read: (written) => amount(parseCpu, written),
  },
  memory: {
    variable: 'SLIPWAY_MEMORY',
    description: 'memory of jobs that name none',
    expected: 'must be an amount such as "512 MiB", or a number of GiB',
    fallback: none,
    read: (written) => amount(parseMemory, written),
  },
  timeout: {
    variable: 'SLIPWAY_TIMEOUT',
    description: 'how long a job may run that does not say it; 0 for no limit',
    expected: 'must be a duration such as "2h", or 0 for no limit',
    fallback: none,
    read: (written) => {
      const reading = amount(parseDuration, written);
      return reading.valid && reading.value === 0 ? found(undefined) : reading;
    },
  },
  stopTimeout: {
    variable: 'SLIPWAY_STOP_TIMEOUT',
    description: 'time between SIGTERM and SIGKILL',
    expected: 'must be a whole number of seconds, such as 30 or "2m"',
    fallback: none,
    read: (written) => {
      const reading = amount(parseDuration, written);
      return reading.valid && !Number.isInteger(reading.value) ? NOTHING : reading;
    },
  },
  retries: {
    variable: 'SLIPWAY_RETRIES',
    description: 'tries after the first one',
    expected: 'must be a whole number from 0 to 100',
    fallback: () => 0,
    read: readRetries,
  },
  tags: {
    variable: 'SLIPWAY_TAGS',
    description: 'tags of every run',
    expected: 'must be an object of strings, or "name=value,name=value"',
    fallback: () => ({}),
    read: readTags,
  },
  gcAge: {
    variable: 'SLIPWAY_GC_AGE',
    description: 'how long slipway gc keeps finished runs',
    expected: 'must be a duration such as "14d"',
    fallback: () => 30 * 86_400,
    read: (written) => amount(parseDuration, written),
  },
};

const NOTHING = { valid: false } as const;

function found<T>(value: T): Reading<T> {
  return { valid: true, value };
}

function oneOf<T extends string>(names: readonly T[], written: unknown): Reading<T> {
  const name = names.find((candidate) => candidate === written);
  return name === undefined ? NOTHING : found(name);
}

function amount(
  parse: (value: string | number) => number | undefined,
  written: unknown,
): Reading<number> {
  if (typeof written !== 'string' && typeof written !== 'number') return NOTHING;
  const value = parse(written);
  return value === undefined || !Number.isFinite(value) ? NOTHING : found(value);
}

function readBoolean(written: unknown): Reading<boolean> {
  const text = String(written).toLowerCase();
  if (['true', '1', 'yes', 'on'].includes(text)) return found(true);
  return ['false', '0', 'no', 'off'].includes(text) ? found(false) : NOTHING;
}

function readRetries(written: unknown): Reading<number> {
  const count =
    typeof written === 'string' ? (/^\d+$/.test(written) ? Number(written) : -1) : written;
  return typeof count === 'number' && Number.isInteger(count) && count >= 0 && count <= 100
    ? found(count)
    : NOTHING;
}

function readTags(written: unknown): Reading<Record<string, string>> {
  if (typeof written === 'string') {
    const pairs = written.split(',').map((pair) => /^\s*([^=]+)=(.*)$/s.exec(pair));
    return pairs.every((pair) => pair !== null)
      ? found(Object.fromEntries(pairs.map(([, name, value]) => [name, value])))
      : NOTHING;
  }
  if (!isPlainObject(written)) return NOTHING;
  const entries = Object.entries(written);
  return entries.every(([, value]) => ['string', 'number', 'boolean'].includes(typeof value))
    ? found(Object.fromEntries(entries.map(([name, value]) => [name, String(value)])))
    : NOTHING;
}
