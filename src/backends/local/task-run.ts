/**
 * Runs the containers of one task in the order that they depend on each other, and says how the task
 * ended. It can be begun anew by another process at any moment: what ran is found, not run again.
 */
import type { ContainerStatus } from '../../engine/engine.ts';
import { FailureClass } from '../../spec/failure-class.ts';
import { formatMemory } from '../../spec/units.ts';
import { delay } from '../../waiting.ts';
import type { ContainerOutcome, StopCause, TaskControls, TaskOutcome } from '../backend.ts';
import {
  type ContainerEnd,
  ContainerRun,
  type ContainerSurroundings,
  ENDED_BEFORE,
} from './container-run.ts';
import { describeExit } from './failures.ts';
import type { DependencyCondition, PlannedContainer, TaskPlan } from './planned.ts';

/** Seconds after which a stop is asked for again, for a container that was only just being created. */
const STOP_AGAIN = 0.25;

/** What decided how the task ends: the first of these is the reason, the rest is its consequence. */
type Decision =
  | { by: 'container'; container: PlannedContainer; end: ContainerEnd }
  | { by: 'stop'; cause: StopCause };

type ContainersOutcome = Omit<TaskOutcome, 'outputs'>;

export class TaskRun {
  readonly #main: string;
  readonly #surroundings: ContainerSurroundings;
  readonly #controls: TaskControls;
  readonly #runs: readonly ContainerRun[];
  readonly #byName: ReadonlyMap<string, ContainerRun>;
  /** Aborted as soon as how the task ends is decided. */
  readonly #deciding = new AbortController();
  readonly #stops = new Map<string, Promise<void>>();
  #decision: Decision | undefined;

  constructor(
    plan: TaskPlan,
    main: string,
    surroundings: ContainerSurroundings,
    controls: TaskControls,
  ) {
    this.#main = main;
    this.#surroundings = surroundings;
    this.#controls = controls;
    this.#runs = plan.containers.map((container) => new ContainerRun(container, surroundings));
    this.#byName = new Map(this.#runs.map((run) => [run.planned.name, run]));
  }

  /** @param found what the engine already knows of the task's containers. */
  async run(found: readonly ContainerStatus[]): Promise<ContainersOutcome> {
    const statuses = new Map(found.map((status) => [status.name, status]));
    const stopped = () => this.#decide({ by: 'stop', cause: stopCause(this.#controls.stop) });
    if (this.#controls.stop.aborted) stopped();
    else this.#controls.stop.addEventListener('abort', stopped, { once: true });
    const killed = () => void this.#kill();
    if (this.#controls.kill.aborted) killed();
    else this.#controls.kill.addEventListener('abort', killed, { once: true });
    this.#decideByWhatWasFound(statuses);
    try {
      const ends = await Promise.all(
        this.#runs.map((run) => this.#drive(run, statuses.get(run.planned.spec.name))),
      );
      await Promise.all(this.#stops.values());
      return this.#outcome(ends);
    } finally {
      this.#controls.stop.removeEventListener('abort', stopped);
      this.#controls.kill.removeEventListener('abort', killed);
    }
  }

  /** After an adoption: the essential container that ended first has decided before we came. */
  #decideByWhatWasFound(statuses: ReadonlyMap<string, ContainerStatus>): void {
    const ended = this.#runs
      .filter(({ planned }) => planned.essential && planned.restartPolicy === undefined)
      .flatMap(({ planned }) => {
        const status = statuses.get(planned.spec.name);
        return status?.state === 'exited' ? [{ container: planned, status }] : [];
      })
      .sort((one, other) => endTime(one.status) - endTime(other.status));
    const first = ended[0];
    if (first === undefined) return;
    this.#decide({
      by: 'container',
      container: first.container,
      end: { kind: 'exited', status: first.status, restarts: 0 },
    });
  }

  async #drive(run: ContainerRun, found: ContainerStatus | undefined): Promise<ContainerEnd> {
    if (found === undefined) {
      const obstacle = await this.#waitForDependencies(run.planned);
      if (obstacle !== undefined) run.skip(obstacle, FailureClass.UserCode);
      else if (this.#deciding.signal.aborted) run.skip(ENDED_BEFORE);
      else await run.follow(undefined, this.#deciding.signal);
    } else {
      await run.follow(found, this.#deciding.signal);
    }
    const end = await run.ended;
    if (run.planned.essential) {
      this.#decide({ by: 'container', container: run.planned, end });
    } else if (end.kind === 'not-started' && !this.#deciding.signal.aborted) {
      this.#surroundings.observe({
        type: 'warning',
        message: `${run.planned.name} was not started: ${end.reason}`,
      });
    }
    return end;
  }

  /** Undefined when the container may start (or the task is over); else why it never can. */
  async #waitForDependencies(container: PlannedContainer): Promise<string | undefined> {
    const obstacles = await Promise.all(
      container.dependsOn.map(({ container: name, condition }) => this.#waitFor(name, condition)),
    );
    return obstacles.find((obstacle) => obstacle !== undefined);
  }

  async #waitFor(name: string, condition: DependencyCondition): Promise<string | undefined> {
    const run = this.#byName.get(name);
    if (run === undefined) return undefined;
    const over = new AbortController();
    const { startTimeout } = run.planned;
    const tooLate =
      startTimeout === undefined || condition === 'START'
        ? []
        : [
            delay(startTimeout, over.signal).then((whole) =>
              whole
                ? `${name} did not become ${condition} within its startTimeout of ${startTimeout}s.`
                : undefined,
            ),
          ];
    try {
      return await Promise.race([this.#meets(run, condition), this.#isDecided(), ...tooLate]);
    } finally {
      over.abort();
    }
  }

  async #meets(run: ContainerRun, condition: DependencyCondition): Promise<string | undefined> {
    const { name } = run.planned;
    const ended = run.ended.then((end): string | undefined => {
      if (end.kind === 'not-started')
        return `It waits for ${name}, which was not started: ${end.reason}`;
      if (condition === 'START' || condition === 'COMPLETE') return undefined;
      const { exitCode } = end.status;
      if (condition === 'SUCCESS' && exitCode === 0) return undefined;
      return `It waits for ${name} to be ${condition}, but ${name} ${describeExit(exitCode ?? 137)}.`;
    });
    if (condition === 'START') return Promise.race([run.started.then(() => undefined), ended]);
    if (condition === 'HEALTHY') {
      const verdict = run.health.then((health) =>
        health === 'HEALTHY'
          ? undefined
          : `It waits for ${name} to be HEALTHY, but its health check failed ${run.planned.healthCheck?.retries} times in a row.`,
      );
      return Promise.race([verdict, ended]);
    }
    return ended;
  }

  async #isDecided(): Promise<undefined> {
    const { signal } = this.#deciding;
    if (signal.aborted) return undefined;
    return new Promise((resolve) => {
      signal.addEventListener('abort', () => resolve(undefined), { once: true });
    });
  }

  /** The first decision stands; whatever still runs is stopped because of it. */
  #decide(decision: Decision): void {
    if (this.#decision !== undefined) return;
    this.#decision = decision;
    this.#deciding.abort();
    const others = this.#runs.filter((run) => run.isRunning);
    if (decision.by === 'container' && others.length > 0) {
      const names = others.map(({ planned }) => planned.name).join(', ');
      const message = `${decision.container.name} has ended; stopping ${names}`;
      this.#surroundings.observe({ type: 'progress', message });
    }
    for (const run of this.#runs) this.#stop(run);
  }

  /** Dependents first, as ECS stops a task. */
  #stop(run: ContainerRun): Promise<void> {
    const { name } = run.planned;
    const known = this.#stops.get(name);
    if (known !== undefined) return known;
    const dependents = this.#runs.filter(({ planned }) =>
      planned.dependsOn.some((dependency) => dependency.container === name),
    );
    const stop = Promise.all(dependents.map((dependent) => this.#stop(dependent))).then(() =>
      this.#stopUntilEnded(run),
    );
    // Awaited at the end of the run; a failure before that is not an unhandled one.
    stop.catch(() => undefined);
    this.#stops.set(name, stop);
    return stop;
  }

  async #stopUntilEnded(run: ContainerRun): Promise<void> {
    const ended = new AbortController();
    void run.ended.then(() => ended.abort());
    // A start that is under way when the stop is asked for begins after it: hence the repetition.
    // One turn of the loop lets an end that is known already be seen.
    while (await delay(0, ended.signal)) {
      await this.#surroundings.engine.stop(run.planned.spec.name, run.planned.stopTimeout);
      if (!(await delay(STOP_AGAIN, ended.signal))) return;
    }
  }

  async #kill(): Promise<void> {
    const names = this.#runs.map((run) => run.planned.spec.name);
    await Promise.all(
      // What cannot be killed here is still being stopped, which reports the engine's failure.
      names.map((name) => this.#surroundings.engine.signal(name, 'SIGKILL').catch(() => undefined)),
    );
  }

  #outcome(ends: readonly ContainerEnd[]): ContainersOutcome {
    const containers = this.#runs.map((run, index) =>
      outcomeOf(run.planned, ends[index] as ContainerEnd),
    );
    return { ...this.#verdict(ends), containers };
  }

  #verdict(ends: readonly ContainerEnd[]): Omit<ContainersOutcome, 'containers'> {
    const main = ends[this.#runs.findIndex(({ planned }) => planned.name === this.#main)];
    const decision = this.#decision;
    if (decision?.by === 'stop') {
      const { result, failure, message } = decision.cause;
      return { result, failure, reason: message, exitCode: exitCodeOf(main) };
    }
    // With no essential container there is none to decide, and validation has refused that.
    if (decision === undefined) return verdictOf(this.#main, main, true);
    const { container, end } = decision;
    if (container.name === this.#main || exitCodeOf(end) !== 0) {
      return verdictOf(container.name, end, this.#runs.length === 1);
    }
    return {
      result: 'failed',
      failure: FailureClass.UserCode,
      exitCode: exitCodeOf(main),
      reason: `${container.name} is essential and exited with 0, which ended the task before ${this.#main} had.`,
    };
  }
}

function verdictOf(
  name: string,
  end: ContainerEnd | undefined,
  alone: boolean,
): Omit<ContainersOutcome, 'containers'> {
  const subject = alone ? 'The command' : name;
  if (end === undefined || end.kind === 'not-started') {
    const reason = end?.reason ?? 'It was not started.';
    return {
      result: 'failed',
      failure: end?.failure ?? FailureClass.Configuration,
      reason: alone ? reason : `${name}: ${reason}`,
    };
  }
  const { exitCode, outOfMemory, error } = end.status;
  if (outOfMemory) {
    return {
      result: 'failed',
      failure: FailureClass.OutOfMemory,
      exitCode,
      reason: memoryReason(subject, end.status),
    };
  }
  if (exitCode === undefined) {
    const why = error ?? 'The engine does not tell why.';
    return { result: 'failed', failure: FailureClass.Lost, reason: `${subject} vanished. ${why}` };
  }
  if (exitCode === 0) return { result: 'succeeded', exitCode, reason: `${subject} exited with 0.` };
  const words = error === undefined || error === '' ? '' : ` ${error}`;
  return {
    result: 'failed',
    failure: FailureClass.UserCode,
    exitCode,
    reason: `${subject} ${describeExit(exitCode)}.${words}`,
  };
}

function memoryReason(subject: string, { peakMemory }: ContainerStatus): string {
  const reached =
    peakMemory === undefined ? '' : ` when it had reached ${formatMemory(peakMemory)}`;
  return `${subject} ran out of memory and was killed${reached}.`;
}

function outcomeOf(container: PlannedContainer, end: ContainerEnd): ContainerOutcome {
  if (end.kind === 'not-started') return { name: container.name, reason: end.reason };
  const { status } = end;
  return {
    name: container.name,
    startedAt: status.startedAt?.toISOString(),
    endedAt: status.endedAt?.toISOString(),
    exitCode: status.exitCode,
    outOfMemory: status.outOfMemory,
    reason: status.error === '' ? undefined : status.error,
    restarts: end.restarts,
    peakMemory: status.peakMemory,
    cpuTime: status.cpuTime,
  };
}

function exitCodeOf(end: ContainerEnd | undefined): number | undefined {
  return end?.kind === 'exited' ? end.status.exitCode : undefined;
}

function endTime(status: ContainerStatus): number {
  return status.endedAt?.getTime() ?? 0;
}

function stopCause(signal: AbortSignal): StopCause {
  const { reason } = signal;
  const isCause = typeof reason === 'object' && reason !== null && 'result' in reason;
  return isCause ? (reason as StopCause) : { result: 'stopped', message: 'It was stopped.' };
}
