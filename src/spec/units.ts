/**
 * Amounts as people write them. In code memory is MiB, cpu is vCPU, and time is seconds; a person
 * writes a string with a unit, or a bare number: GiB for memory, vCPU for cpu, seconds for time.
 */

const MIB_PER_UNIT: Readonly<Record<string, number>> = {
  b: 1 / 1024 ** 2,
  k: 1 / 1024,
  m: 1,
  g: 1024,
  t: 1024 ** 2,
};

const SECONDS_PER_UNIT: Readonly<Record<string, number>> = {
  ms: 0.001,
  s: 1,
  m: 60,
  h: 3600,
  d: 86_400,
};

const MEMORY = /^(\d+(?:\.\d+)?)\s*(?:([kmgt])(?:i?b)?|(b))?$/i;
const DURATION_PART = /(\d+(?:\.\d+)?)\s*(ms|s|m|h|d)/gi;
const DURATION = /^(?:\d+(?:\.\d+)?\s*(?:ms|s|m|h|d)\s*)+$/i;

/**
 * Memory in MiB. Accepts `"16 GiB"`, `"512MiB"`, `"512m"` (all powers of 1024, as the engines read
 * them), or a number of GiB. Undefined where it is none of these or not above zero.
 */
export function parseMemory(value: string | number): number | undefined {
  if (typeof value === 'number') return positive(Math.round(value * 1024));
  const match = MEMORY.exec(value.trim());
  if (match === null) return undefined;
  const unit = (match[2] ?? match[3] ?? 'g').toLowerCase();
  return positive(Math.round(Number(match[1]) * (MIB_PER_UNIT[unit] ?? Number.NaN)));
}

/**
 * A duration in seconds. Accepts `"90s"`, `"1h 30m"`, `"500 ms"`, or a number of seconds (also as a
 * string). Undefined where it is none of these or negative.
 */
export function parseDuration(value: string | number): number | undefined {
  if (typeof value === 'number') return Number.isFinite(value) && value >= 0 ? value : undefined;
  const text = value.trim();
  if (/^\d+(?:\.\d+)?$/.test(text)) return Number(text);
  if (!DURATION.test(text)) return undefined;
  let seconds = 0;
  for (const [, amount, unit] of text.matchAll(DURATION_PART)) {
    seconds += Number(amount) * (SECONDS_PER_UNIT[(unit ?? '').toLowerCase()] ?? Number.NaN);
  }
  return seconds;
}

/** cpu in vCPU. Accepts a number, `"0.5"`, `"2 vCPU"`, or ECS's units as `"1024 units"`. */
export function parseCpu(value: string | number): number | undefined {
  if (typeof value === 'number') return positive(value);
  const match = /^(\d+(?:\.\d+)?)\s*(vcpus?|units)?$/i.exec(value.trim());
  if (match === null) return undefined;
  const units = match[2]?.toLowerCase() === 'units';
  return positive(units ? Number(match[1]) / 1024 : Number(match[1]));
}

/** `1.5 GiB`, `512 MiB`: the shortest form that loses nothing a person would miss. */
export function formatMemory(mebibytes: number): string {
  return mebibytes >= 1024
    ? `${Number((mebibytes / 1024).toFixed(2))} GiB`
    : `${Math.round(mebibytes)} MiB`;
}

/** `0.4s`, `12s`, `3m 20s`, `2h 5m`: two units at the most. */
export function formatDuration(seconds: number): string {
  if (seconds < 10) return `${Number(seconds.toFixed(1))}s`;
  const whole = Math.round(seconds);
  const parts: [number, string][] = [
    [Math.floor(whole / 86_400), 'd'],
    [Math.floor((whole % 86_400) / 3600), 'h'],
    [Math.floor((whole % 3600) / 60), 'm'],
    [whole % 60, 's'],
  ];
  const first = parts.findIndex(([amount]) => amount > 0);
  return parts
    .slice(first, first + 2)
    .filter(([amount]) => amount > 0)
    .map(([amount, unit]) => `${amount}${unit}`)
    .join(' ');
}

function positive(value: number): number | undefined {
  return Number.isFinite(value) && value > 0 ? value : undefined;
}
