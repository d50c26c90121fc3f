/** Settings as a person and as a program reads them. */
import type { Config, ConfigEntry } from '../../spec/config.ts';
import { formatDuration, formatMemory } from '../../spec/units.ts';

/** What a setting without a value is shown as. */
export const UNSET = '–';

/** Stable: programs read it. Memory is in MiB, times are in seconds; null is not set. */
export interface Setting {
  key: keyof Config;
  value: string | number | boolean | Readonly<Record<string, string>> | null;
  source: ConfigEntry['source'];
  /** The file with its line, the variable or the flag that it came from. */
  place: string | null;
}

export function settingOf({ key, value, source, place }: ConfigEntry): Setting {
  return { key, value: value ?? null, source, place: place ?? null };
}

/** The value with its unit. */
export function settingText({ key, value }: Setting): string {
  if (value === null) return UNSET;
  if (typeof value === 'object') {
    const tags = Object.entries(value).map(([name, tag]) => `${name}=${tag}`);
    return tags.length === 0 ? UNSET : tags.join(', ');
  }
  if (typeof value !== 'number') return String(value);
  switch (key) {
    case 'memory':
      return formatMemory(value);
    case 'cpu':
      return `${value} vCPU`;
    case 'timeout':
    case 'stopTimeout':
    case 'gcAge':
      return formatDuration(value);
    default:
      return String(value);
  }
}

/** `user: /home/…/config.yaml:3`, `SLIPWAY_ENGINE`, `default`. */
export function originText({ source, place }: Setting): string {
  if (place === null) return source;
  return source === 'environment' || source === 'flag' ? place : `${source}: ${place}`;
}
