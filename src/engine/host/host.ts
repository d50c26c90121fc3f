import { randomUUID } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type {
  ContainerSpec,
  ContainerStatus,
  Engine,
  EngineFacts,
  Limitation,
  OutputPosition,
  OutputSink,
} from '../engine.ts';
import { ContainerExists, EngineFailed } from '../errors.ts';
import { checkCommand } from './command.ts';
import { REMOVING, removeContainer, removeFolder, signalCommand, stopContainer } from './end.ts';
import { execute, executeAttached } from './execute.ts';
import { hostFacts } from './facts.ts';
import { followOutput, isOver, outputSizes, Wake } from './follow.ts';
import { CREATING, createFolder, launch } from './launch.ts';
import { hostLimitations } from './limitations.ts';
import { processStartOf } from './process-start.ts';
import { missing, readContainer, readLatestStart, type StoredContainer } from './state.ts';
import { readStatus } from './status.ts';
import { isCurrentUser } from './user.ts';

export interface HostEngineOptions {
  /** Where each container has a folder of its name. */
  folder: string;
  /** What runs the wrapper; `/bin/sh` unless given. */
  shell?: readonly string[];
}

const BEGINNING: OutputPosition = { stdout: 0, stderr: 0 };

/**
 * Runs commands as processes of this machine, with no images and no isolation: what a container has
 * beyond that is told by `limitations`. A process goes on without whoever started it.
 */
export function createHostEngine(options: HostEngineOptions): Engine {
  return new HostEngine(resolve(options.folder), options.shell ?? ['/bin/sh']);
}

class HostEngine implements Engine {
  readonly name = 'host';
  readonly #folder: string;
  readonly #shell: readonly string[];
  /** By container id, of those that this process started: for restarts and for `exec`. */
  readonly #secrets = new Map<string, Readonly<Record<string, string>>>();

  constructor(folder: string, shell: readonly string[]) {
    this.#folder = folder;
    this.#shell = shell;
  }

  async facts(): Promise<EngineFacts> {
    return hostFacts();
  }

  limitations(container: ContainerSpec, facts: EngineFacts): Limitation[] {
    return hostLimitations(container, facts);
  }

  async hasImage(): Promise<boolean> {
    return true;
  }

  async pull(): Promise<void> {}

  /**
   * One that was created and never started, because its starter was killed between the two, is
   * started: its secrets are given here and nowhere else.
   *
   * @throws ContainerExists where it was started before.
   */
  async run(container: ContainerSpec, output: OutputSink): Promise<void> {
    const folder = this.#folderOf(container.name);
    const stored = storedFrom(container);
    await checkCommand(stored.spec, stored.spec.workingDirectory);
    const existing = await readContainer(folder);
    if (existing === undefined) await createFolder(folder, stored);
    else if ((await readLatestStart(folder)) !== undefined)
      throw new ContainerExists(container.name);
    const subject = existing ?? stored;
    this.#secrets.set(subject.id, container.secrets);
    const isOurs = await this.#begin(folder, subject, 1, BEGINNING, output);
    if (!isOurs) throw new ContainerExists(container.name);
  }

  async start(name: string, output: OutputSink): Promise<void> {
    const folder = this.#folderOf(name);
    const stored = await this.#stored(name);
    const latest = await readLatestStart(folder);
    const position = latest === undefined ? BEGINNING : await outputSizes(folder);
    if (latest !== undefined && !(await isOver(folder, latest))) {
      return this.follow(name, position, output);
    }
    await checkCommand(stored.spec, stored.spec.workingDirectory);
    const number = (latest?.number ?? 0) + 1;
    const isOurs = await this.#begin(folder, stored, number, position, output);
    // Another's start was still on its way and came first; it is the same start.
    if (!isOurs) await this.follow(name, position, output);
  }

  /** Whether the start was this one's; follows it to its end if so. */
  async #begin(
    folder: string,
    stored: StoredContainer,
    number: number,
    position: OutputPosition,
    output: OutputSink,
  ): Promise<boolean> {
    const secrets = this.#secretsOf(stored);
    const wake = new Wake(folder);
    try {
      const child = await launch({ folder, stored, secrets, number, shell: this.#shell });
      const start = await readLatestStart(folder);
      if (child === undefined) return false;
      child.once('exit', () => wake.notify());
      if (start !== undefined) await followOutput(folder, start, position, output, wake);
      return true;
    } finally {
      wake.close();
    }
  }

  #secretsOf(stored: StoredContainer): Readonly<Record<string, string>> {
    const secrets = this.#secrets.get(stored.id);
    if (secrets !== undefined || stored.secretNames.length === 0) return secrets ?? {};
    throw new EngineFailed(
      `${stored.spec.name} cannot be started again: its secrets (${stored.secretNames.join(', ')}) were known only to the process that started it.`,
      { hint: 'Run the job again.' },
    );
  }

  async follow(name: string, position: OutputPosition, output: OutputSink): Promise<void> {
    const folder = this.#folderOf(name);
    await this.#stored(name);
    const start = await readLatestStart(folder);
    if (start === undefined) return;
    const wake = new Wake(folder);
    try {
      await followOutput(folder, start, position, output, wake);
    } finally {
      wake.close();
    }
  }

  async inspect(names: readonly string[]): Promise<ContainerStatus[]> {
    const statuses = await Promise.all(names.map((name) => readStatus(this.#folderOf(name))));
    return statuses.filter((status) => status !== undefined);
  }

  async list(labels: Readonly<Record<string, string>>): Promise<ContainerStatus[]> {
    await this.#sweep();
    const statuses = await this.inspect(await this.#names());
    return statuses.filter((status) =>
      Object.entries(labels).every(([key, value]) => status.labels[key] === value),
    );
  }

  async signal(name: string, signal: NodeJS.Signals): Promise<void> {
    await signalCommand(this.#folderOf(name), signal);
  }

  async stop(name: string, seconds: number): Promise<void> {
    await stopContainer(this.#folderOf(name), seconds);
  }

  async remove(name: string): Promise<void> {
    const folder = this.#folderOf(name);
    const stored = await readContainer(folder);
    if (stored === undefined) return;
    await removeContainer(folder, stored);
    this.#secrets.delete(stored.id);
  }

  async exec(name: string, argv: readonly string[], timeoutSeconds: number): Promise<number> {
    return execute(await this.#execution(name, argv), timeoutSeconds);
  }

  async execAttached(
    name: string,
    argv: readonly string[],
    options: { terminal: boolean; user?: string; workingDirectory?: string },
  ): Promise<number> {
    if (options.user !== undefined && !isCurrentUser(options.user)) {
      throw new EngineFailed(`The host engine cannot run a command as ${options.user}.`, {
        hint: 'It runs commands as the user who starts it.',
      });
    }
    return executeAttached(await this.#execution(name, argv), options.workingDirectory);
  }

  async #execution(name: string, argv: readonly string[]) {
    const stored = await this.#stored(name);
    return { folder: this.#folderOf(name), stored, secrets: this.#secrets.get(stored.id), argv };
  }

  #folderOf(name: string): string {
    // As Docker has it; a leading dot is for folders that are no containers.
    if (/^[A-Za-z0-9][A-Za-z0-9_.-]*$/.test(name)) return join(this.#folder, name);
    throw new EngineFailed(`${JSON.stringify(name)} is no name for a container.`, {
      hint: 'It may have letters, digits, "_", "." and "-", and begins with a letter or a digit.',
    });
  }

  async #stored(name: string): Promise<StoredContainer> {
    const stored = await readContainer(this.#folderOf(name));
    if (stored !== undefined) return stored;
    throw new EngineFailed(`There is no container ${name}.`);
  }

  async #names(): Promise<string[]> {
    return ((await readdir(this.#folder).catch(missing)) ?? []).filter(
      (name) => !name.startsWith('.'),
    );
  }

  /** Removes what a process left that was killed while it created or removed a container. */
  async #sweep(): Promise<void> {
    for (const name of (await readdir(this.#folder).catch(missing)) ?? []) {
      const creator = Number(name.split('-')[1]);
      const isLeft = name.startsWith(CREATING) && (await processStartOf(creator)) === undefined;
      if (isLeft || name.startsWith(REMOVING)) await removeFolder(join(this.#folder, name));
    }
  }
}

function storedFrom({ secrets, ...container }: ContainerSpec): StoredContainer {
  const directory = container.workingDirectory;
  const spec =
    directory === undefined ? container : { ...container, workingDirectory: resolve(directory) };
  return { id: randomUUID(), spec, secretNames: Object.keys(secrets) };
}
