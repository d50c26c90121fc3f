/**
 * Health checks as ECS documents them, run through the engine's exec: the command lines of Docker
 * and Podman cannot pass a check's argv, and Podman's own checks need systemd.
 */
import type { Engine } from '../../engine/engine.ts';
import { delay } from '../../waiting.ts';
import type { PlannedHealthCheck } from './planned.ts';

export type Health = 'HEALTHY' | 'UNHEALTHY';

/** Seconds before the first early probe; doubled for each further one. */
const FIRST_PROBE = 0.1;

/**
 * Checks a running container until `ended` and reports each change. Before the first success there
 * are probes between the intervals too: they can only turn it healthy sooner, never count against it.
 */
export async function watchHealth(
  engine: Engine,
  name: string,
  check: PlannedHealthCheck,
  ended: AbortSignal,
  report: (health: Health) => void,
): Promise<void> {
  const began = Date.now();
  let failures = 0;
  let health: Health | undefined;
  let probe = FIRST_PROBE;
  let lastCounted = began;
  for (;;) {
    const untilCounted = check.interval - secondsSince(lastCounted);
    const pause = health === undefined ? Math.min(probe, untilCounted) : untilCounted;
    if (!(await delay(Math.max(pause, 0), ended))) return;
    probe *= 2;
    const counts = secondsSince(lastCounted) >= check.interval;
    if (counts) lastCounted = Date.now();
    const passed = await passes(engine, name, check);
    if (ended.aborted) return;
    if (passed) failures = 0;
    else if (counts && secondsSince(began) >= check.startPeriod) failures += 1;
    const next = passed ? 'HEALTHY' : failures >= check.retries ? 'UNHEALTHY' : health;
    if (next !== undefined && next !== health) report(next);
    health = next;
  }
}

/** A check that cannot be run is a failed check: the container may be just ending. */
async function passes(engine: Engine, name: string, check: PlannedHealthCheck): Promise<boolean> {
  return engine.exec(name, check.argv, check.timeout).then(
    (exitCode) => exitCode === 0,
    () => false,
  );
}

function secondsSince(time: number): number {
  return (Date.now() - time) / 1000;
}
