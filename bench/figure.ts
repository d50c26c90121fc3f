/** One measured figure with its peer and its limit, and a table of them. Pure. */
import { type Round, type Spread, spread } from './measure.ts';

export interface Figure {
  what: string;
  ours: string;
  peer: string;
  /** What the limit is about: a difference, a ratio, or the time itself. */
  measured: string;
  limit: string;
  holds: boolean;
}

/** What ours takes beyond the peer, round by round. */
export function difference(what: string, peer: string, rounds: Round[], most: number): Figure {
  const over = spread(rounds.map((round) => round.ours - round.peer));
  return {
    ...sides(what, peer, rounds),
    measured: `${seconds(over)} over`,
    limit: `≤ ${most} s over`,
    holds: over.median <= most,
  };
}

/** How many times as long as the peer ours takes, round by round. */
export function ratio(what: string, peer: string, rounds: Round[], most: number): Figure {
  const times = spread(rounds.map((round) => round.ours / round.peer));
  return {
    ...sides(what, peer, rounds),
    measured: `× ${numbers(times, 2)}`,
    limit: `≤ × ${most}`,
    holds: times.median <= most,
  };
}

/** What ours takes, whatever the peer does; the peer shows how fast the machine is. */
export function duration(what: string, peer: string, rounds: Round[], most: number): Figure {
  const own = spread(rounds.map((round) => round.ours));
  return {
    ...sides(what, peer, rounds),
    measured: seconds(own),
    limit: `≤ ${most} s`,
    holds: own.median <= most,
  };
}

/** Mebibytes, the largest of all runs. */
export function peak(what: string, mebibytes: number, most: number): Figure {
  const shown = `${mebibytes.toFixed(0)} MiB`;
  return {
    what,
    ours: shown,
    peer: '',
    measured: shown,
    limit: `≤ ${most} MiB`,
    holds: mebibytes <= most,
  };
}

/** Mebibytes that a task takes beyond one that is `times` smaller. */
export function growth(
  what: string,
  small: number,
  large: number,
  times: number,
  most: number,
): Figure {
  const more = large - small;
  return {
    what,
    ours: `${large.toFixed(0)} MiB`,
    peer: `${small.toFixed(0)} MiB, itself with 1/${times} of them`,
    measured: `${more.toFixed(0)} MiB more`,
    limit: `≤ ${most} MiB more`,
    holds: more <= most,
  };
}

export function table(figures: readonly Figure[]): string {
  const rows = figures.map(({ what, ours, peer, measured, limit, holds }) =>
    row([what, ours, peer, measured, limit, holds ? 'yes' : '**no**']),
  );
  return [
    row(['figure', 'Slipway', 'peer', 'measured', 'limit', 'holds']),
    row(Array.from({ length: 6 }, () => '---')),
    ...rows,
  ].join('\n');
}

function sides(what: string, peer: string, rounds: readonly Round[]) {
  return {
    what,
    ours: seconds(spread(rounds.map((round) => round.ours))),
    peer: `${seconds(spread(rounds.map((round) => round.peer)))}, \`${peer}\``,
  };
}

function row(cells: readonly string[]): string {
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
}

function seconds(value: Spread): string {
  return `${value.median.toFixed(3)} s (${value.least.toFixed(3)}–${value.most.toFixed(3)})`;
}

function numbers(value: Spread, digits: number): string {
  const [median, least, most] = [value.median, value.least, value.most].map((number) =>
    number.toFixed(digits),
  );
  return `${median} (${least}–${most})`;
}
