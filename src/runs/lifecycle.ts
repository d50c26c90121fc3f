/**
 * Takes a run from where it is to its end: attempts, retries, timeout, stop requests, clean-up. The
 * process that calls this holds the run's lease, and every change it records says so.
 */
import type {
  Backend,
  StopCause,
  Task,
  TaskEvent,
  TaskObserver,
  TaskOutcome,
} from '../backends/backend.ts';
import { FailureClass } from '../spec/failure-class.ts';
import { formatDuration } from '../spec/units.ts';
import { type RunChange, RunState } from '../store/store.ts';
import { delay } from '../waiting.ts';
import { changeRun } from './change.ts';
import type { RunsContext } from './context.ts';
import { LeaseLost } from './errors.ts';
import { retryDelay } from './retries.ts';
import { type Attempt, currentAttempt, type Run, type RunDocument, taskOf } from './run.ts';

/** Milliseconds between looks for a stop request that another process has recorded. */
const STOP_LOOK = 250;

const RESULT_STATES: Readonly<Record<TaskOutcome['result'], RunState>> = {
  succeeded: RunState.Succeeded,
  failed: RunState.Failed,
  stopped: RunState.Stopped,
};

export class RunDriver {
  readonly #runs: RunsContext;
  readonly #observe: TaskObserver;
  readonly #token: string;
  /** Aborted, with a `StopCause`, when somebody wants the run to stop. */
  readonly #stop = new AbortController();
  readonly #kill = new AbortController();
  /** The same for the attempt alone: its timeout ends it too, and a retry begins with a new one. */
  #ending = new AbortController();
  #run: Run;
  /** Aborted to give up the timeout of the attempt. */
  #timeout: AbortController | undefined;
  /** The last change; the next one waits for it, so that they are recorded in order. */
  #saved: Promise<unknown> = Promise.resolve();

  /** @param run a run whose lease this process holds. */
  constructor(runs: RunsContext, run: Run, observe: TaskObserver = () => undefined) {
    this.#runs = runs;
    this.#run = run;
    this.#observe = observe;
    this.#token = run.lease?.token ?? '';
  }

  /** Stops it gently; the containers get SIGTERM and their stop timeout. */
  stop(message: string): void {
    if (this.#stop.signal.aborted) return;
    const cause: StopCause = { result: 'stopped', message };
    this.#stop.abort(cause);
    this.#end(cause);
  }

  /** Kills what a gentle stop has left. */
  kill(message: string): void {
    this.stop(message);
    this.#kill.abort();
  }

  /**
   * Runs to the end and gives the final record.
   * @throws LeaseLost where another process has taken the run over.
   */
  async drive(): Promise<Run> {
    const watch = setInterval(() => void this.#lookForStop(), STOP_LOOK);
    try {
      const backend = await this.#runs.backend(this.#run.document.request);
      this.#applyStopRequest(this.#run);
      for (;;) {
        const outcome = await this.#attempt(backend);
        const pause = this.#retryAfter(outcome);
        await this.#cleanUp(backend, outcome, pause !== undefined);
        if (pause === undefined) return await this.#finish(outcome);
        await this.#pauseBeforeRetry(pause, outcome);
        if (this.#stop.signal.aborted) {
          return await this.#finish(stoppedBetweenAttempts(this.#stop.signal));
        }
      }
    } finally {
      clearInterval(watch);
      this.#giveUpTimeout();
    }
  }

  async #attempt(backend: Backend): Promise<TaskOutcome> {
    const { attempt, adopted } = await this.#beginAttempt(backend);
    // An outcome that was recorded and not cleaned up after: its holder died in between.
    if (attempt.result !== undefined) return outcomeOf(attempt, this.#run.document);
    this.#ending = new AbortController();
    this.#giveUpTimeout();
    if (this.#stop.signal.aborted) this.#end(this.#stop.signal.reason as StopCause);
    if (attempt.ending !== undefined) this.#end(attempt.ending);
    const task = taskOf(this.#run, attempt.number);
    if (attempt.startedAt !== undefined) this.#startTimer(new Date(attempt.startedAt));
    const controls = { stop: this.#ending.signal, kill: this.#kill.signal, adopted };
    const outcome = await backend.run(task, (event) => this.#heed(event, task), controls);
    this.#giveUpTimeout();
    await this.#save((run) => ({
      document: withAttempt(
        { ...run.document, outputs: { ...run.document.outputs, ...outcome.outputs } },
        attempt.number,
        {
          endedAt: new Date().toISOString(),
          result: outcome.result,
          exitCode: outcome.exitCode,
          failure: outcome.failure,
          reason: outcome.reason,
          containers: outcome.containers,
        },
      ),
    }));
    return outcome;
  }

  /** The attempt to go on with: one that another process left, or the next. */
  async #beginAttempt(backend: Backend): Promise<{ attempt: Attempt; adopted: boolean }> {
    const last = this.#run.document.attempts.at(-1);
    if (last !== undefined) {
      const retried = last.endedAt !== undefined && this.#retryAfter(last, last.number);
      if (retried === false || retried === undefined) return { attempt: last, adopted: true };
      await backend.remove(taskOf(this.#run, last.number));
    }
    const attempt: Attempt = { number: (last?.number ?? 0) + 1, containers: [] };
    await this.#save((run) => ({
      state: RunState.Provisioning,
      document: { ...run.document, attempts: [...run.document.attempts, attempt] },
    }));
    return { attempt, adopted: false };
  }

  #retryAfter(
    outcome: Pick<TaskOutcome, 'failure'> & { result?: TaskOutcome['result'] | undefined },
    attempt = currentAttempt(this.#run).number,
  ): number | undefined {
    if (outcome.result !== 'failed' || outcome.failure === undefined) return undefined;
    if (this.#stop.signal.aborted) return undefined;
    return retryDelay(this.#run.document.request.retries, attempt, outcome.failure);
  }

  async #pauseBeforeRetry(seconds: number, outcome: TaskOutcome): Promise<void> {
    this.#observe({
      type: 'progress',
      message: `${outcome.reason} Trying again in ${formatDuration(seconds)}.`,
    });
    await delay(seconds, this.#stop.signal);
  }

  #heed(event: TaskEvent, task: Task): void {
    this.#observe(event);
    if (event.type === 'state') this.#heedState(event.state, event.at, task.attempt);
    if (event.type === 'container') {
      const { container: name, status } = event;
      const known = {
        name,
        startedAt: status.startedAt?.toISOString(),
        endedAt: status.endedAt?.toISOString(),
        exitCode: status.exitCode,
      };
      void this.#save((run) => ({
        document: withAttempt(run.document, task.attempt, {
          containers: [...currentAttempt(run).containers.filter((one) => one.name !== name), known],
        }),
      }));
    }
    if (event.type === 'ports') {
      void this.#save((run) => ({ document: { ...run.document, ports: event.ports } }));
    }
    if (event.type === 'warning') {
      void this.#save((run) =>
        run.document.warnings.includes(event.message)
          ? undefined
          : { document: { ...run.document, warnings: [...run.document.warnings, event.message] } },
      );
    }
  }

  #heedState(state: RunState, at: Date, attempt: number): void {
    if (state === RunState.Starting) this.#startTimer(at);
    void this.#save((run) => ({
      state,
      startedAt: state === RunState.Running ? (run.startedAt ?? at.toISOString()) : run.startedAt,
      document:
        state === RunState.Starting
          ? withAttempt(run.document, attempt, { startedAt: at.toISOString() })
          : run.document,
    }));
  }

  #startTimer(startedAt: Date): void {
    const { timeout } = this.#run.document.request;
    if (timeout === undefined || this.#timeout !== undefined) return;
    this.#timeout = new AbortController();
    const left = (startedAt.getTime() - Date.now()) / 1000 + timeout;
    void delay(Math.max(left, 0), this.#timeout.signal).then((whole) => {
      if (whole) void this.#timeOut(timeout);
    });
  }

  #giveUpTimeout(): void {
    this.#timeout?.abort();
    this.#timeout = undefined;
  }

  async #timeOut(timeout: number): Promise<void> {
    const ending: StopCause = {
      result: 'failed',
      failure: FailureClass.Timeout,
      message: `It ran longer than its timeout of ${formatDuration(timeout)} and was stopped.`,
    };
    await this.#save((run) => ({
      document: withAttempt(run.document, currentAttempt(run).number, { ending }),
    }));
    this.#end(ending);
  }

  #end(cause: StopCause): void {
    if (!this.#ending.signal.aborted) this.#ending.abort(cause);
  }

  async #lookForStop(): Promise<void> {
    // A store that cannot be read now is read again in a moment; the run itself records failures.
    const record = await this.#runs.store.get(this.#run.id).catch(() => undefined);
    if (record !== undefined) this.#applyStopRequest(record as Run);
  }

  #applyStopRequest(run: Run): void {
    const { stop } = run.document;
    if (stop === undefined) return;
    this.stop(stop.message);
    if (stop.kill) this.#kill.abort();
  }

  async #cleanUp(backend: Backend, outcome: TaskOutcome, retried: boolean): Promise<void> {
    if (this.#run.document.request.keep && !retried) return;
    // The work was done and only could not be put in its place: it is not thrown away.
    const keepOutput = outcome.failure === FailureClass.Staging && outcome.exitCode === 0;
    const { number } = currentAttempt(this.#run);
    const leftovers = await backend.remove(taskOf(this.#run, number), { keepOutput });
    await this.#save((run) => ({
      document: {
        ...run.document,
        leftovers,
        removedAt: leftovers.length === 0 && !keepOutput ? new Date().toISOString() : undefined,
      },
    }));
  }

  async #finish(outcome: TaskOutcome): Promise<Run> {
    const main = outcome.containers.find(({ name }) => name === this.#run.document.request.main);
    await this.#save((run) => ({
      state: RESULT_STATES[outcome.result],
      startedAt: run.startedAt ?? main?.startedAt,
      endedAt: new Date().toISOString(),
      exitCode: outcome.exitCode,
      failure: outcome.failure,
      reason: outcome.reason,
      lease: undefined,
    }));
    return this.#run;
  }

  /** Changes the record if this process still holds its lease. */
  #save(change: (run: Run) => RunChange | undefined): Promise<void> {
    const saving = this.#saved.then(async () => {
      this.#run = await changeRun(this.#runs.store, this.#run.id, (run) => {
        if (run.lease?.token !== this.#token) {
          throw new LeaseLost(`Another process has taken over run ${run.id}.`);
        }
        return change(run);
      });
    });
    this.#saved = saving;
    // Whoever awaits the next change sees the failure; this one's may have no reader.
    saving.catch(() => undefined);
    return saving;
  }
}

function withAttempt(document: RunDocument, number: number, change: Partial<Attempt>): RunDocument {
  return {
    ...document,
    attempts: document.attempts.map((attempt) =>
      attempt.number === number ? { ...attempt, ...change } : attempt,
    ),
  };
}

function outcomeOf(attempt: Attempt, document: RunDocument): TaskOutcome {
  return {
    result: attempt.result ?? 'failed',
    exitCode: attempt.exitCode,
    failure: attempt.failure,
    reason: attempt.reason ?? '',
    containers: attempt.containers,
    outputs: document.outputs,
  };
}

function stoppedBetweenAttempts(signal: AbortSignal): TaskOutcome {
  const { message } = signal.reason as StopCause;
  return { result: 'stopped', reason: message, containers: [], outputs: {} };
}
