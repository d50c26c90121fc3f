/** One container of a task, from its start (or from what another process left) to its end. */
import type { ContainerSpec, ContainerStatus, Engine } from '../../engine/engine.ts';
import { ContainerExists } from '../../engine/errors.ts';
import { SlipwayError } from '../../errors.ts';
import type { FailureClass } from '../../spec/failure-class.ts';
import { delay, settleable } from '../../waiting.ts';
import type { TaskObserver } from '../backend.ts';
import { failureOf } from './failures.ts';
import { type Health, watchHealth } from './health.ts';
import { LogWriter } from './log-file.ts';
import type { PlannedContainer } from './planned.ts';

/** How a container ended, or why it never began. */
export type ContainerEnd =
  | { kind: 'exited'; status: ContainerStatus; restarts: number }
  | { kind: 'not-started'; reason: string; failure?: FailureClass | undefined };

export interface ContainerSurroundings {
  engine: Engine;
  observe: TaskObserver;
  logFile: (container: string) => string;
  /** Makes the image be there and reads secrets: what has to wait until the container starts. */
  prepare: (container: PlannedContainer) => Promise<ContainerSpec>;
  /** Starts a container whose image may have to be pulled first; aborting gives up the pull. */
  launch: (spec: ContainerSpec, run: () => Promise<void>, signal: AbortSignal) => Promise<void>;
}

/**
 * Seconds that a container found created but not started is left alone: the process that created it
 * may be gone while its request to start is still on its way to the engine.
 */
const START_GRACE = 3;

/** Seconds between looks at a running container: often at first, for its start, then rarely. */
const FIRST_LOOK = 0.5;
/** The same for one that others wait for. */
const FIRST_AWAITED_LOOK = 0.1;
const LONGEST_LOOK = 5;

/** Why a container was never started, where the task was over first. */
export const ENDED_BEFORE = 'The task ended before it was started.';

export class ContainerRun {
  readonly planned: PlannedContainer;
  readonly #surroundings: ContainerSurroundings;
  readonly #started = settleable<void>();
  readonly #ended = settleable<ContainerEnd>();
  readonly #health = settleable<Health>();
  readonly #over = new AbortController();
  #peakMemory: number | undefined;
  #cpuTime: number | undefined;
  #reportedStart = false;

  constructor(planned: PlannedContainer, surroundings: ContainerSurroundings) {
    this.planned = planned;
    this.#surroundings = surroundings;
  }

  /** Whether it was seen to start and not to end. */
  get isRunning(): boolean {
    return this.#reportedStart && !this.#over.signal.aborted;
  }

  /** Settles when the container runs, or has run. */
  get started(): Promise<void> {
    return this.#started.promise;
  }
  get ended(): Promise<ContainerEnd> {
    return this.#ended.promise;
  }
  /** Settles with the first verdict of the health check. */
  get health(): Promise<Health> {
    return this.#health.promise;
  }

  /** It will not be started. */
  skip(reason: string, failure?: FailureClass): void {
    this.#end({ kind: 'not-started', reason, failure });
  }

  /**
   * Follows the container to its end.
   * @param found what the engine knew of it before.
   * @param over aborted when the task's end is decided: from then on nothing is pulled or restarted.
   */
  async follow(found: ContainerStatus | undefined, over: AbortSignal): Promise<void> {
    const { engine, logFile } = this.#surroundings;
    const log = await LogWriter.open(logFile(this.planned.name));
    try {
      let status = found;
      let restarts = 0;
      for (let restart = false; ; ) {
        const looking = new AbortController();
        const looks = this.#look(looking.signal);
        try {
          await this.#runOnce(status, restart, log, over);
        } finally {
          looking.abort();
        }
        await looks;
        status = (await engine.inspect([this.planned.spec.name]))[0];
        if (status === undefined)
          return this.skip('It was removed by somebody else while it ran.', 'LOST');
        this.#measure(status);
        // A client that was cut off from its container: the container goes on, and so do we.
        restart = false;
        if (status.state === 'running') continue;
        if (status.state === 'created') {
          return this.skip(status.error ?? 'The engine did not start it.', 'CONFIGURATION');
        }
        this.#markStarted(status);
        if (over.aborted || !this.#shouldRestart(status)) {
          const measured = this.#measured(status);
          this.#surroundings.observe({
            type: 'container',
            container: this.planned.name,
            status: measured,
          });
          return this.#end({ kind: 'exited', status: measured, restarts });
        }
        this.#surroundings.observe({
          type: 'progress',
          message: `${this.planned.name} exited with ${status.exitCode} and is started again`,
        });
        restart = true;
        restarts += 1;
      }
    } catch (error) {
      if (over.aborted && !this.#reportedStart) return this.skip(ENDED_BEFORE);
      if (!(error instanceof SlipwayError)) throw error;
      this.skip(error.message, failureOf(error));
    } finally {
      log.close();
    }
  }

  async #runOnce(
    found: ContainerStatus | undefined,
    restart: boolean,
    log: LogWriter,
    over: AbortSignal,
  ): Promise<void> {
    const { engine, observe } = this.#surroundings;
    const { name: container } = this.planned;
    const { name } = this.planned.spec;
    const sink: Parameters<Engine['run']>[1] = (stream, bytes) => {
      log.write(stream, bytes);
      observe({ type: 'output', container, stream, bytes });
    };
    if (restart) return engine.start(name, sink);
    // One that was created and not started may start this way, with its secrets: the host's does.
    if (found === undefined || found.state === 'created') {
      const spec = await this.#surroundings.prepare(this.planned);
      try {
        return await this.#surroundings.launch(spec, () => engine.run(spec, sink), over);
      } catch (error) {
        if (!(error instanceof ContainerExists)) throw error;
      }
    }
    if (await this.#isNotStarted(found)) return engine.start(name, sink);
    return engine.follow(name, log.position, sink);
  }

  async #isNotStarted(found: ContainerStatus | undefined): Promise<boolean> {
    const deadline = Date.now() + START_GRACE * 1000;
    let status = found;
    for (let pause = 0.1; status === undefined || status.state === 'created'; pause *= 2) {
      if (Date.now() > deadline) return true;
      await delay(pause, this.#over.signal);
      status = (await this.#surroundings.engine.inspect([this.planned.spec.name]))[0];
    }
    return false;
  }

  /** Looks at the container until it ends: for its start, its health and its measurements. */
  async #look(stop: AbortSignal): Promise<void> {
    const { engine } = this.#surroundings;
    let healthWatch: Promise<void> | undefined;
    for (
      let pause = this.planned.awaited ? FIRST_AWAITED_LOOK : FIRST_LOOK;
      await delay(pause, stop);
      pause = Math.min(pause * 1.6, LONGEST_LOOK)
    ) {
      const [status] = await engine.inspect([this.planned.spec.name]).catch(() => []);
      if (status === undefined) continue;
      this.#measure(status);
      if (status.state !== 'running') continue;
      this.#markStarted(status);
      if (this.planned.healthCheck !== undefined) {
        healthWatch ??= watchHealth(
          engine,
          this.planned.spec.name,
          this.planned.healthCheck,
          stop,
          (health) => this.#reportHealth(health),
        );
      }
    }
    await healthWatch;
  }

  #reportHealth(health: Health): void {
    this.#surroundings.observe({
      type: 'progress',
      message: `${this.planned.name} is ${health.toLowerCase()}`,
    });
    this.#health.resolve(health);
  }

  #markStarted(status: ContainerStatus): void {
    if (this.#reportedStart) return;
    this.#reportedStart = true;
    this.#surroundings.observe({ type: 'container', container: this.planned.name, status });
    this.#started.resolve();
  }

  #measure(status: ContainerStatus): void {
    this.#peakMemory = largest(this.#peakMemory, status.peakMemory);
    this.#cpuTime = largest(this.#cpuTime, status.cpuTime);
  }

  #measured(status: ContainerStatus): ContainerStatus {
    // Whoever was killed at its limit had reached it, whatever the last look saw.
    const limit = status.outOfMemory ? this.planned.spec.memory : undefined;
    return {
      ...status,
      peakMemory: largest(this.#peakMemory, limit),
      cpuTime: this.#cpuTime,
    };
  }

  /** "Ran for at least the period" and "exit code not ignored" are ECS's two conditions. */
  #shouldRestart(status: ContainerStatus): boolean {
    const policy = this.planned.restartPolicy;
    if (policy === undefined || status.exitCode === undefined) return false;
    if (policy.ignoredExitCodes.includes(status.exitCode)) return false;
    if (status.startedAt === undefined || status.endedAt === undefined) return false;
    const ran = (status.endedAt.getTime() - status.startedAt.getTime()) / 1000;
    return ran >= policy.attemptPeriod;
  }

  #end(end: ContainerEnd): void {
    this.#over.abort();
    this.#ended.resolve(end);
  }
}

function largest(one: number | undefined, other: number | undefined): number | undefined {
  if (one === undefined || other === undefined) return one ?? other;
  return Math.max(one, other);
}
