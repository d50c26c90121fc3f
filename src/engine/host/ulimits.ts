import type { ContainerSpec } from '../engine.ts';

/**
 * ECS's limit names, the options of the shell's `ulimit` (the first that the shell knows), and the
 * bytes in one of its units, as POSIX 2024 and dash(1) have them.
 */
const OPTIONS: Readonly<Record<string, { options: readonly string[]; unit: number }>> = {
  core: { options: ['c'], unit: 512 },
  cpu: { options: ['t'], unit: 1 },
  data: { options: ['d'], unit: 1024 },
  fsize: { options: ['f'], unit: 512 },
  memlock: { options: ['l'], unit: 1024 },
  nofile: { options: ['n'], unit: 1 },
  // bash calls it -u, dash and busybox -p.
  nproc: { options: ['u', 'p'], unit: 1 },
  rss: { options: ['m'], unit: 1024 },
  stack: { options: ['s'], unit: 1024 },
};

/** Whether a limit of this name can be set for a process by the shell. */
export function canLimit(name: string): boolean {
  return Object.hasOwn(OPTIONS, name);
}

/**
 * Shell text that sets the limits, or says on stderr which one could not be set and exits with 126.
 * The soft limit is tried first because a hard limit cannot go below it, and again afterwards
 * because it cannot go above the hard one.
 */
export function ulimitScript(ulimits: ContainerSpec['ulimits']): string {
  return (ulimits ?? [])
    .flatMap(({ name, soft, hard }) => {
      const known = canLimit(name) ? OPTIONS[name] : undefined;
      if (known === undefined) return [];
      const [softly, firmly] = [amount(soft, known.unit), amount(hard, known.unit)];
      const attempts = known.options.map(
        (option) =>
          `{ ulimit -S -${option} ${softly}; ulimit -H -${option} ${firmly} && ulimit -S -${option} ${softly}; } 2> /dev/null`,
      );
      const failed = `{ echo "slipway: the limit ${name}=${soft}:${hard} could not be set" >&2; exit 126; }`;
      return [`${attempts.join(' || ')} || ${failed}`];
    })
    .join('\n');
}

function amount(value: number, unit: number): string {
  return value < 0 ? 'unlimited' : String(Math.floor(value / unit));
}
