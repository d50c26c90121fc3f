/** The library: containers launched, watched and taken down from a program. */
import type { LogChunk } from '../backends/backend.ts';
import { formatProblem, UsageError } from '../errors.ts';
import { openRuns, type RunsContext } from '../runs/context.ts';
import { createRun } from '../runs/create.ts';
import { type DestroyOptions, destroyRun } from '../runs/destroy.ts';
import { findRun } from '../runs/find.ts';
import { type RunLogQuery, readRunLog } from '../runs/log.ts';
import { requestStop, type StopOptions } from '../runs/stop.ts';
import { adoptOrphans, startSupervisor } from '../runs/supervision.ts';
import { describeRun, listRun, type RunDescription, type RunListing } from '../runs/view.ts';
import { type WaitOptions, waitForRun } from '../runs/wait.ts';
import { slipwayHome } from '../spec/config.ts';
import type { RunQuery } from '../store/store.ts';
import { type LaunchOptions, planRun } from './launch.ts';
import {
  type AwsLauncherOptions,
  jobOf,
  refuseAwsOptions,
  type StartContainerInput,
} from './start-container-input.ts';

export interface ContainerLauncherOptions extends AwsLauncherOptions {
  /** The folder of records, logs and files. Default: `SLIPWAY_HOME`, or the user's data folder. */
  home?: string | undefined;
}

export interface StartedContainer {
  /** What the other methods take. */
  id: string;
  /** False where a run with this id was there before: it is left as it is. */
  created: boolean;
  /** Limits that the engine does not honour, and the like. */
  warnings: readonly string[];
}

/**
 * Launches containers and keeps a record of them. A container is driven by a process of its own, so
 * it goes on when the program that started it ends.
 */
export class ContainerLauncher {
  readonly #options: ContainerLauncherOptions;
  #runs: Promise<RunsContext> | undefined;

  constructor(options: ContainerLauncherOptions = {}) {
    this.#options = options;
  }

  /**
   * Starts a container and comes back as soon as it is recorded.
   * @throws SpecError with all that is wrong with the input, each with its path.
   * @throws NotOnThisBackend for an option that only makes sense on AWS.
   * @throws NoEngine where it needs an image and there is neither Docker nor Podman.
   */
  async startContainer(
    input: StartContainerInput,
    options: LaunchOptions & { signal?: AbortSignal | undefined } = {},
  ): Promise<StartedContainer> {
    if (typeof input !== 'object' || input === null) {
      throw new UsageError('startContainer needs an object with the keys of a job.');
    }
    refuseAwsOptions(this.#options, input);
    const { readJob } = await import('../spec/job-file.ts');
    const { job, warnings } = await readJob({ value: jobOf(input) });
    const runs = await this.#open();
    options.signal?.throwIfAborted();
    const plan = await planRun(runs, job, { id: input.id, ...options });
    options.signal?.throwIfAborted();
    const { run, created } = await createRun(runs, plan);
    if (created) startSupervisor(runs, run.id);
    return {
      id: run.id,
      created,
      warnings: [...warnings.map((warning) => formatProblem(warning)), ...plan.warnings],
    };
  }

  /** @throws RunNotFound */
  async getContainerStatus(id: string): Promise<RunDescription> {
    const { store } = await this.#open();
    return describeRun(await findRun(store, id));
  }

  /**
   * Waits for the end; a container that failed is no error here: look at its state and reason.
   * @throws WaitTimedOut after `timeout` seconds, or the signal's reason; the container goes on.
   * @throws RunNotFound
   */
  async waitForContainer(id: string, options: WaitOptions = {}): Promise<RunDescription> {
    const runs = await this.#open();
    const { id: whole } = await findRun(runs.store, id);
    return describeRun(await waitForRun(runs, whole, options));
  }

  /**
   * What the containers wrote, as bytes, oldest first; with `follow` until the end of the run.
   * @throws RunNotFound
   */
  async *logs(id: string, query: RunLogQuery = {}): AsyncGenerator<LogChunk> {
    const runs = await this.#open();
    yield* readRunLog(runs, await findRun(runs.store, id), query);
  }

  /**
   * Stops a container and waits for its end: SIGTERM, and SIGKILL after its stop timeout.
   * @throws RunNotFound
   */
  async stop(id: string, options: StopOptions & WaitOptions = {}): Promise<RunDescription> {
    const runs = await this.#open();
    const { id: whole } = await findRun(runs.store, id);
    await requestStop(runs, whole, options);
    return describeRun(await waitForRun(runs, whole, options));
  }

  /**
   * Stops a container if need be and removes all that it put up. Its record and log stay, unless
   * `purge` is asked for. Destroying it again is success.
   * @throws LeftoverError with what could not be removed.
   * @throws RunNotFound
   */
  async destroy(id: string, options: DestroyOptions = {}): Promise<void> {
    const runs = await this.#open();
    const { id: whole } = await findRun(runs.store, id);
    await destroyRun(runs, whole, options);
  }

  /** All runs, newest first, one at a time. */
  async *list(query: RunQuery = {}): AsyncGenerator<RunListing> {
    const { store } = await this.#open();
    for await (const run of store.list(query)) yield listRun(run);
  }

  /** Closes the records; what runs goes on. */
  async close(): Promise<void> {
    const runs = await this.#runs;
    this.#runs = undefined;
    await runs?.store.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #open(): Promise<RunsContext> {
    this.#runs ??= this.#openOnce();
    return this.#runs;
  }

  async #openOnce(): Promise<RunsContext> {
    const runs = await openRuns(this.#options.home ?? slipwayHome(process.env));
    await adoptOrphans(runs);
    return runs;
  }
}
