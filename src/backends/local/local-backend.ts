/** Runs task definitions on this machine. */
import { chmod, mkdir, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import {
  type ContainerSpec,
  type Engine,
  type EngineFacts,
  hasVolumes,
} from '../../engine/engine.ts';
import { ImageMissing } from '../../engine/errors.ts';
import { type Problem, SlipwayError } from '../../errors.ts';
import { makeFolder } from '../../make-folder.ts';
import { RunState } from '../../store/store.ts';
import type {
  Backend,
  ExecBackend,
  Leftover,
  LogChunk,
  LogQuery,
  Task,
  TaskControls,
  TaskObserver,
  TaskOutcome,
} from '../backend.ts';
import { checkDefinition, isPlain, problemOf } from './check.ts';
import { readSecrets } from './environment.ts';
import { StagingError } from './errors.ts';
import { failureOf } from './failures.ts';
import { containerName, type TaskIdentity, taskFolders } from './folders.ts';
import { holdNetwork } from './holder.ts';
import { readLogs } from './logs.ts';
import { planTask } from './plan.ts';
import type { PlannedContainer, TaskPlan, TaskSurroundings } from './planned.ts';
import { keepFailedOutputs, publishOutputs } from './publish-outputs.ts';
import { isThere, stageInputs } from './stage-inputs.ts';
import { TaskRun } from './task-run.ts';

export interface LocalBackendOptions {
  engine: Engine;
  /** Slipway's folder on this machine. */
  home: string;
  /** The identity of the store in that folder; what its containers are told from others' by. */
  homeId: string;
  /** Where secrets of the form `env:NAME` are read. Default: this process's environment. */
  environment?: Readonly<Record<string, string | undefined>>;
}

export class LocalBackend implements Backend, ExecBackend {
  readonly #engine: Engine;
  readonly #home: string;
  readonly #homeId: string;
  readonly #environment: Readonly<Record<string, string | undefined>>;

  constructor(options: LocalBackendOptions) {
    this.#engine = options.engine;
    this.#home = options.home;
    this.#homeId = options.homeId;
    this.#environment = options.environment ?? process.env;
  }

  async check(task: Task): Promise<Problem[]> {
    const problems = checkDefinition(task, this.#engine.name);
    if (problems.some(({ severity }) => severity === 'error')) return problems;
    // The host's own facts cost nothing.
    if (this.#engine.name !== 'host' && isPlain(task)) return problems;
    const facts = await this.#factsOnce();
    const plan = planTask(task, this.#surroundings(task, facts.cpus, []));
    return [...problems, ...this.#limitations(task, plan, facts)];
  }

  async run(task: Task, observe: TaskObserver, controls: TaskControls): Promise<TaskOutcome> {
    try {
      return await this.#run(task, observe, controls);
    } catch (error) {
      if (!(error instanceof SlipwayError)) throw error;
      return failed(error);
    }
  }

  async remove(task: Task, { keepOutput = false } = {}): Promise<Leftover[]> {
    const leftovers: Leftover[] = [];
    const attempt = async (what: string, removal: () => Promise<void>) => {
      await removal().catch((error: Error) => leftovers.push({ what, why: error.message }));
    };
    // All names follow from the task, so that nothing has to be looked for.
    const { containers, volumes, holder } = planTask(task, this.#surroundings(task, 1, []));
    const engine = this.#engine;
    await Promise.all(
      containers.map(({ spec: { name } }) =>
        attempt(`container ${name}`, () => engine.remove(name)),
      ),
    );
    // After the others: Podman refuses to remove a container whose network is in use.
    if (holder !== undefined) {
      await attempt(`container ${holder.name}`, () => engine.remove(holder.name));
    }
    if (hasVolumes(engine)) {
      for (const { name, shared } of volumes) {
        if (!shared) await attempt(`volume ${name}`, () => engine.removeVolume(name));
      }
    }
    const folders = taskFolders(this.#home, task);
    const output = keepOutput ? [] : [folders.output, folders.publishing];
    for (const path of [folders.input, folders.volumes, ...output]) {
      await attempt(path, () => rm(path, { recursive: true, force: true }));
    }
    return leftovers;
  }

  logs(task: TaskIdentity, query: LogQuery): AsyncIterable<LogChunk> {
    return readLogs(taskFolders(this.#home, task).logs, query);
  }

  async signal(task: TaskIdentity, container: string, signal: NodeJS.Signals): Promise<void> {
    await this.#engine.signal(containerName(task, container), signal);
  }

  async exec(
    task: TaskIdentity,
    container: string,
    argv: readonly string[],
    options: Parameters<ExecBackend['exec']>[3],
  ): Promise<number> {
    return this.#engine.execAttached(containerName(task, container), argv, options);
  }

  async #run(task: Task, observe: TaskObserver, controls: TaskControls): Promise<TaskOutcome> {
    const folders = taskFolders(this.#home, task);
    observe({ type: 'state', state: RunState.Provisioning, at: new Date() });
    const { inputs, warnings } = await stageInputs(
      task.inputs,
      folders.input,
      this.#engine.name === 'host' ? 'symbolic' : 'hard',
    );
    for (const message of warnings) observe({ type: 'warning', message });
    const limited = task.definition.cpu !== undefined;
    const cpus = limited ? (await this.#factsOnce()).cpus : Number.POSITIVE_INFINITY;
    const plan = planTask(task, this.#surroundings(task, cpus, inputs));
    await this.#makeFolders(task, plan, folders);
    const names = plan.containers.map(({ spec }) => spec.name);
    const found = controls.adopted ? await this.#engine.inspect(names) : [];
    await this.#makeVolumes(plan);
    if (plan.holder !== undefined && found.every(({ state }) => state !== 'exited')) {
      const { architecture } = await this.#factsOnce();
      await holdNetwork(this.#engine, plan.holder, architecture);
      await this.#tellPorts(plan.holder.name, observe);
    }
    const { containers, ...verdict } = await new TaskRun(
      plan,
      task.main,
      {
        engine: this.#engine,
        observe: this.#withStates(task, observe),
        logFile: (container) => join(folders.logs, `${container}.log`),
        prepare: (container) => this.#prepare(plan, container),
        launch: (spec, run, signal) => this.#launch(task, spec, run, observe, signal),
      },
      (await isThere(folders.publishing)) ? { ...controls, stop: NEVER, kill: NEVER } : controls,
    ).run(found);
    return this.#collect(task, { ...verdict, containers, outputs: {} });
  }

  /** Brings the outputs out; only a task that succeeded replaces what is there. */
  async #collect(task: Task, outcome: TaskOutcome): Promise<TaskOutcome> {
    const folders = taskFolders(this.#home, task);
    try {
      if (outcome.result === 'succeeded') {
        return { ...outcome, outputs: await publishOutputs(task.outputs, folders) };
      }
      if (!task.keepFailed) return outcome;
      return { ...outcome, outputs: await keepFailedOutputs(task.outputs, folders) };
    } catch (error) {
      if (!(error instanceof StagingError)) throw error;
      return { ...failed(error), exitCode: outcome.exitCode, containers: outcome.containers };
    }
  }

  /** Of a network that several containers share: it is the holder's ports that are published. */
  async #tellPorts(holder: string, observe: TaskObserver): Promise<void> {
    const [status] = await this.#engine.inspect([holder]);
    const ports = status?.ports ?? [];
    if (ports.length > 0) observe({ type: 'ports', ports });
  }

  #surroundings(task: TaskIdentity, cpus: number, inputs: TaskSurroundings['inputs']) {
    return {
      homeId: this.#homeId,
      folders: taskFolders(this.#home, task),
      engine: this.#engine.name,
      cpus,
      inputs,
    };
  }

  #facts: Promise<EngineFacts> | undefined;

  #factsOnce(): Promise<EngineFacts> {
    this.#facts ??= this.#engine.facts();
    return this.#facts;
  }

  #limitations(task: Task, plan: TaskPlan, facts: EngineFacts): Problem[] {
    return plan.containers.flatMap(({ name, spec }) =>
      this.#engine.limitations(spec, facts).map((limitation) => problemOf(task, name, limitation)),
    );
  }

  async #makeFolders(task: Task, plan: TaskPlan, folders: ReturnType<typeof taskFolders>) {
    await mkdir(folders.logs, { recursive: true, mode: 0o700 });
    if (Object.keys(task.outputs).length > 0) await makeOpenFolder(folders.output);
    if (this.#engine.name === 'host') {
      for (const volume of task.definition.volumes ?? []) {
        if (volume.host?.sourcePath === undefined) {
          await makeOpenFolder(join(folders.volumes, volume.name ?? ''));
        }
      }
    }
    for (const folder of plan.hostFolders) {
      // As ECS has it: the engine makes a missing source path on the instance.
      if ((await stat(folder).catch(() => undefined)) === undefined) {
        await makeFolder(folder).catch((error: Error) => {
          throw new StagingError(`The volume's folder ${folder} cannot be made: ${error.message}`);
        });
      }
    }
  }

  async #makeVolumes(plan: TaskPlan): Promise<void> {
    const engine = this.#engine;
    if (!hasVolumes(engine)) return;
    await Promise.all(plan.volumes.map((volume) => engine.createVolume(volume)));
  }

  async #prepare(plan: TaskPlan, container: PlannedContainer): Promise<ContainerSpec> {
    const secrets = await readSecrets(container, this.#environment);
    if (container.links.length === 0) return { ...container.spec, secrets };
    const linked = new Map(plan.containers.map(({ name, spec }) => [name, spec.name] as const));
    const names = container.links.map((link) => linked.get(link.container) ?? '');
    const statuses = await this.#engine.inspect(names);
    const addresses = Object.fromEntries(
      container.links.flatMap((link) => {
        const status = statuses.find(({ name }) => name === linked.get(link.container));
        return status?.address === undefined ? [] : [[link.alias, status.address]];
      }),
    );
    return {
      ...container.spec,
      secrets,
      extraHosts: { ...container.spec.extraHosts, ...addresses },
    };
  }

  readonly #pulls = new Map<string, Promise<void>>();

  async #launch(
    task: Task,
    spec: ContainerSpec,
    run: () => Promise<void>,
    observe: TaskObserver,
    signal: AbortSignal,
  ): Promise<void> {
    if (task.pull === 'always') await this.#pull(spec, observe, signal);
    try {
      await run();
    } catch (error) {
      if (!(error instanceof ImageMissing) || task.pull !== 'missing') throw error;
      await this.#pull(spec, observe, signal);
      await run();
    }
  }

  #pull(spec: ContainerSpec, observe: TaskObserver, signal: AbortSignal): Promise<void> {
    const image = spec.image ?? '';
    const known = this.#pulls.get(image);
    if (known !== undefined) return known;
    observe({ type: 'progress', message: `pulling ${image}` });
    const pull = this.#engine.pull(image, {
      platform: spec.platform,
      signal,
      onProgress: (line) => observe({ type: 'progress', message: line }),
    });
    this.#pulls.set(image, pull);
    return pull;
  }

  /** The task is STARTING once one of its containers runs, and RUNNING with its main one. */
  #withStates(task: Task, observe: TaskObserver): TaskObserver {
    const known = new Set<string>();
    return (event) => {
      observe(event);
      if (event.type !== 'container' || known.has(event.container)) return;
      known.add(event.container);
      const { ports = [] } = event.status;
      if (ports.length > 0) observe({ type: 'ports', ports });
      const at = event.status.startedAt ?? new Date();
      if (known.size === 1) observe({ type: 'state', state: RunState.Starting, at });
      if (event.container === task.main) observe({ type: 'state', state: RunState.Running, at });
    };
  }
}

/** Where outputs are being brought out already, the task has succeeded and cannot be stopped. */
const NEVER = new AbortController().signal;

/** Any user of a container may write there; the folders above it let nobody else of this machine in. */
async function makeOpenFolder(folder: string): Promise<void> {
  await mkdir(dirname(folder), { recursive: true, mode: 0o700 });
  await mkdir(folder, { recursive: true });
  await chmod(folder, 0o777);
}

function failed(error: SlipwayError): TaskOutcome {
  const message = error.message.replace(/[^.!?]$/, '$&.');
  const hint = error.hint === undefined ? '' : ` ${error.hint}`;
  return {
    result: 'failed',
    failure: failureOf(error),
    reason: `${message}${hint}`,
    containers: [],
    outputs: {},
  };
}
