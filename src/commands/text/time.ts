/** Times as people read them. Pure. */
import { formatDuration } from '../../spec/units.ts';

/** `3m ago`: one unit, as nobody needs the seconds of yesterday. */
export function ago(time: string, now: number): string {
  const seconds = Math.max(0, Math.round((now - Date.parse(time)) / 1000));
  if (seconds < 1) return 'now';
  const [first = ''] = formatDuration(seconds).split(' ');
  return `${first} ago`;
}

/** How long something took, or has taken so far; undefined where it has not begun. */
export function duration(
  from: string | null | undefined,
  to: string | null | undefined,
  now: number,
): string | undefined {
  if (from === null || from === undefined) return undefined;
  const end = to === null || to === undefined ? now : Date.parse(to);
  const milliseconds = Math.max(0, end - Date.parse(from));
  return milliseconds < 100 ? `${milliseconds}ms` : formatDuration(milliseconds / 1000);
}

/** `2026-11-21 10:04:05` where the person is. */
export function localTime(time: string): string {
  const at = new Date(time);
  const two = (value: number) => String(value).padStart(2, '0');
  const day = [at.getFullYear(), two(at.getMonth() + 1), two(at.getDate())].join('-');
  return `${day} ${[at.getHours(), at.getMinutes(), at.getSeconds()].map(two).join(':')}`;
}
