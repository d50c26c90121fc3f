/** Docker and Podman through their command lines, so that contexts and logins keep working. */
import { tmpdir } from 'node:os';
import { type AttachedEnd, followAttached, skipping } from './attached.ts';
import {
  type CommandOptions,
  type CommandResult,
  ended,
  runCommand,
  spawnApart,
} from './command.ts';
import { quoteField, runArguments } from './container-arguments.ts';
import type {
  ContainerSpec,
  ContainerStatus,
  Engine,
  EngineFacts,
  ImageImporter,
  Limitation,
  OutputPosition,
  OutputSink,
  VolumeEngine,
} from './engine.ts';
import { readDockerFacts, readPodmanFacts } from './engine-facts.ts';
import { ContainerExists, EngineFailed, ImageMissing, ImagePull } from './errors.ts';
import { countOomKills, type Inspection, measure, statusOf } from './inspection.ts';
import { containerLimitations } from './limitations.ts';

export type ContainerEngineName = 'docker' | 'podman';

/** Seconds that pulling an image may take. */
const PULL_TIMEOUT = 3600;

/** Seconds beyond a container's own stop timeout that a stop may take. */
const STOP_MARGIN = 60;

/** Milliseconds between looks at a container that another process is removing just now, and the limit. */
const REMOVAL_LOOK = 100;
const REMOVAL_LIMIT = 30_000;

/** What the clients exit with when they have failed themselves, and what SIGKILL gives. */
const CLIENT_FAILED = 125;
/** Where the program of a container is not there or cannot be executed, it is the client's as well. */
const CLIENT_CODES: readonly (number | undefined)[] = [CLIENT_FAILED, 126, 127];
const KILLED = 137;

const ABSENT =
  /no such (container|object|volume|image)|no container with (name|id)|no such volume/i;
const NOT_RUNNING =
  /is not running|not in a running state|can only (kill|stop)|already stopped|is not paused/i;
/** What the clients say, with exit codes that a command may have too, where nothing can be run. */
const NO_EXEC =
  /^Error(:| response from daemon:).*(no such container|is not running|can only create exec sessions on running|state improper)/i;
const CONFLICT = /name .* is already in use/i;
const NO_IMAGE = /no such image|image not known|unable to find image/i;

export class ContainerEngine implements Engine, VolumeEngine, ImageImporter {
  readonly name: ContainerEngineName;
  readonly #environment: Readonly<Record<string, string | undefined>>;
  readonly #folder: string;
  /** The kernel's count when a container was started, by name. */
  readonly #oomKills = new Map<string, number | undefined>();

  /**
   * @param environment of the command line: it says which engine, context and login to use.
   * @param folder where the command line runs. Podman's monitor leaves an empty file `oom` there
   *   when memory runs out (4.3 does), which must not be the user's own folder.
   */
  constructor(
    name: ContainerEngineName,
    environment: Readonly<Record<string, string | undefined>> = process.env,
    folder: string = tmpdir(),
  ) {
    this.name = name;
    this.#environment = environment;
    this.#folder = folder;
  }

  async facts(signal?: AbortSignal): Promise<EngineFacts> {
    const ask = (words: readonly string[]) => this.#command(words, { signal, timeout: 20 });
    return this.name === 'docker' ? readDockerFacts(ask, this.#environment) : readPodmanFacts(ask);
  }

  limitations(container: ContainerSpec, facts: EngineFacts): Limitation[] {
    return containerLimitations(container, facts);
  }

  async hasImage(image: string, signal?: AbortSignal): Promise<boolean> {
    const result = await this.#command(['image', 'inspect', '--format', '{{.Id}}', image], {
      signal,
    });
    if (result.exitCode === 0) return true;
    if (NO_IMAGE.test(result.stderr) || ABSENT.test(result.stderr)) return false;
    throw this.#failure('image inspect', result);
  }

  async pull(image: string, options: Parameters<Engine['pull']>[1]): Promise<void> {
    const platform = options.platform === undefined ? [] : ['--platform', options.platform];
    const result = await this.#command(['pull', ...platform, image], {
      signal: options.signal,
      timeout: PULL_TIMEOUT,
      onLine: options.onProgress,
    });
    if (result.exitCode === 0) return;
    throw new ImagePull(
      `The image ${image} could not be pulled: ${lastWords(result).split('\n').at(-1)}`,
      {
        hint: `Check the name, and the login: ${this.name} login`,
      },
    );
  }

  async run(container: ContainerSpec, output: OutputSink): Promise<void> {
    const { words, environment } = this.#runArguments(container);
    this.#oomKills.set(container.name, await countOomKills());
    const child = this.#attach(['run', '--sig-proxy=false', ...words], environment);
    const end = await followAttached(this.name, child, output);
    if (!mayHaveFailed(end)) return;
    const said = end.said.toString();
    const refused = end.exitCode === CLIENT_FAILED && (CONFLICT.test(said) || NO_IMAGE.test(said));
    if (refused || !(await this.#hasRun(container.name))) throw this.#refusal(container, said);
    if (end.held.length > 0) output('stderr', end.held);
  }

  async startDetached(container: ContainerSpec): Promise<void> {
    const { words, environment } = this.#runArguments(container);
    const result = await this.#command(['run', '--detach', ...words], { environment });
    if (result.exitCode !== 0) throw this.#refusal(container, result.stderr);
  }

  async start(name: string, output: OutputSink): Promise<void> {
    const before = await this.#startOf(name);
    // `docker start` has no such option, and refuses it.
    const proxy = this.name === 'podman' ? ['--sig-proxy=false'] : [];
    const child = this.#attach(['start', '--attach', ...proxy, name]);
    const end = await followAttached(this.name, child, output);
    if (!mayHaveFailed(end)) return;
    // It may have run before: only a new start tells that this one was not refused.
    if ((await this.#startOf(name)) === before) {
      const words = tidy(end.said.toString()) || `exit code ${end.exitCode}`;
      throw new EngineFailed(`${this.name} could not start ${name}: ${words}`);
    }
    if (end.held.length > 0) output('stderr', end.held);
  }

  async follow(name: string, position: OutputPosition, output: OutputSink): Promise<void> {
    const read = { ...position };
    const sink: OutputSink = (stream, bytes) => {
      read[stream] += bytes.length;
      output(stream, bytes);
    };
    await this.#readLog(['--follow', name], position, sink);
    await this.#untilEnded(name);
    // Podman's follower (4.3) stops where the container ends, however much is unread, and one that
    // was cut off has not read the rest either.
    await this.#readLog([name], read, sink);
  }

  async inspect(names: readonly string[]): Promise<ContainerStatus[]> {
    if (names.length === 0) return [];
    const result = await this.#command(['container', 'inspect', ...names]);
    if (result.exitCode !== 0 && !ABSENT.test(result.stderr))
      throw this.#failure('inspect', result);
    const inspections = JSON.parse(result.stdout || '[]') as Inspection[];
    return Promise.all(
      inspections.map(async (inspection) => {
        const { pid, memoryLimited, ...status } = statusOf(inspection);
        const outOfMemory =
          status.outOfMemory || (memoryLimited && (await this.#wasKilledForMemory(status)));
        return { ...status, outOfMemory, ...(await measure(pid)) };
      }),
    );
  }

  async list(labels: Readonly<Record<string, string>>): Promise<ContainerStatus[]> {
    const result = await this.#expect([
      ...['ps', '--all', '--quiet', '--no-trunc'],
      ...this.#labelFilters(labels),
    ]);
    const found = await this.inspect(result.stdout.split('\n').filter((id) => id !== ''));
    return found.filter((status) => hasLabels(status.labels, labels));
  }

  async signal(name: string, signal: NodeJS.Signals): Promise<void> {
    const result = await this.#command(['kill', '--signal', signal, name]);
    this.#unlessGone('kill', result);
  }

  async stop(name: string, seconds: number): Promise<void> {
    const result = await this.#command(['stop', '--time', String(Math.ceil(seconds)), name], {
      timeout: seconds + STOP_MARGIN,
    });
    this.#unlessGone('stop', result);
  }

  async remove(name: string): Promise<void> {
    // Podman would first wait for the container to end by itself.
    const now = this.name === 'podman' ? ['--time', '0'] : [];
    const deadline = Date.now() + REMOVAL_LIMIT;
    for (;;) {
      const result = await this.#command(['rm', '--force', '--volumes', ...now, name]);
      if (result.exitCode === 0 || ABSENT.test(result.stderr)) return;
      const busy = /already in progress|is being removed|resource busy/i.test(result.stderr);
      if (!busy || Date.now() > deadline) throw this.#failure('rm', result);
      await new Promise((resolve) => setTimeout(resolve, REMOVAL_LOOK));
    }
  }

  async exec(name: string, argv: readonly string[], timeoutSeconds: number): Promise<number> {
    const result = await this.#command(['exec', name, ...argv], { timeout: timeoutSeconds });
    if (NO_EXEC.test(result.stderr)) throw this.#failure('exec', result);
    return result.exitCode ?? KILLED;
  }

  async execAttached(
    name: string,
    argv: readonly string[],
    options: Parameters<Engine['execAttached']>[2],
  ): Promise<number> {
    const { spawn } = await import('node:child_process');
    const words = [
      'exec',
      '--interactive',
      ...(options.terminal ? ['--tty'] : []),
      ...(options.user === undefined ? [] : ['--user', options.user]),
      ...(options.workingDirectory === undefined ? [] : ['--workdir', options.workingDirectory]),
      name,
      ...argv,
    ];
    // In the terminal's own process group: its keys are for the command in the container.
    const child = spawn(this.name, words, {
      env: this.#environment as NodeJS.ProcessEnv,
      stdio: 'inherit',
    });
    return (await ended(this.name, child)) ?? 137;
  }

  async importImage(reference: string, archive: Uint8Array): Promise<void> {
    await this.#expect(['import', '-', reference], { input: archive });
  }

  async createVolume(volume: Parameters<VolumeEngine['createVolume']>[0]): Promise<void> {
    const result = await this.#command([
      ...['volume', 'create'],
      ...Object.entries(volume.labels).flatMap(([key, value]) => ['--label', `${key}=${value}`]),
      ...(volume.driver === undefined ? [] : ['--driver', volume.driver]),
      ...Object.entries(volume.driverOptions ?? {}).flatMap(([key, value]) => [
        '--opt',
        `${key}=${value}`,
      ]),
      volume.name,
    ]);
    if (result.exitCode === 0 || /already exists/i.test(result.stderr)) return;
    throw this.#failure('volume create', result);
  }

  async removeVolume(name: string): Promise<void> {
    const result = await this.#command(['volume', 'rm', name]);
    if (result.exitCode !== 0 && !ABSENT.test(result.stderr))
      throw this.#failure('volume rm', result);
  }

  async listVolumes(labels: Readonly<Record<string, string>>) {
    const listed = await this.#expect([
      ...['volume', 'ls', '--quiet'],
      ...this.#labelFilters(labels),
    ]);
    const names = listed.stdout.split('\n').filter((name) => name !== '');
    if (names.length === 0) return [];
    const result = await this.#command(['volume', 'inspect', ...names]);
    if (result.exitCode !== 0 && !ABSENT.test(result.stderr)) {
      throw this.#failure('volume inspect', result);
    }
    const volumes = JSON.parse(result.stdout || '[]') as {
      Name: string;
      Labels: Record<string, string> | null;
    }[];
    return volumes
      .map((volume) => ({ name: volume.Name, labels: volume.Labels ?? {} }))
      .filter((volume) => hasLabels(volume.labels, labels));
  }

  /**
   * What narrows a list; the labels themselves decide, because Podman 4.3 lists volumes that have any
   * of the labels. Podman reads a filter as a line of CSV, Docker as it is.
   */
  #labelFilters(labels: Readonly<Record<string, string>>): string[] {
    return Object.entries(labels).flatMap(([key, value]) => {
      const filter = `label=${key}=${value}`;
      return ['--filter', this.name === 'podman' ? quoteField(filter) : filter];
    });
  }

  async #readLog(
    words: readonly string[],
    position: OutputPosition,
    output: OutputSink,
  ): Promise<void> {
    const child = this.#attach(['logs', ...words]);
    const sink = skipping(position, output);
    child.stdout?.on('data', (chunk: Buffer) => sink('stdout', chunk));
    child.stderr?.on('data', (chunk: Buffer) => sink('stderr', chunk));
    await ended(this.name, child);
  }

  /** A client may be killed or cut off while its container goes on. */
  async #untilEnded(name: string): Promise<void> {
    const [status] = await this.inspect([name]);
    if (status?.state !== 'running') return;
    const child = this.#attach(['wait', name]);
    child.stdout?.resume();
    await ended(this.name, child);
  }

  /**
   * Podman with runc on cgroups v1 does not tell: there, a SIGKILL that came while the kernel's count
   * of processes killed for memory rose is taken for one.
   */
  async #wasKilledForMemory(status: ContainerStatus): Promise<boolean> {
    const before = this.#oomKills.get(status.name);
    if (before === undefined || status.exitCode !== KILLED) return false;
    return ((await countOomKills()) ?? before) > before;
  }

  async #hasRun(name: string): Promise<boolean> {
    const [status] = await this.inspect([name]);
    return status !== undefined && status.state !== 'created' && status.startedAt !== undefined;
  }

  async #startOf(name: string): Promise<number | undefined> {
    const [status] = await this.inspect([name]);
    return status?.startedAt?.getTime();
  }

  #attach(words: readonly string[], environment: Readonly<Record<string, string>> = {}) {
    return spawnApart(this.name, words, {
      env: { ...this.#environment, ...environment } as NodeJS.ProcessEnv,
      cwd: this.#folder,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  }

  #runArguments(container: ContainerSpec) {
    return runArguments(this.name, container, {
      gpuDevices: this.name === 'docker' ? 'gpus' : 'devices',
    });
  }

  #refusal(container: ContainerSpec, words: string): EngineFailed {
    if (CONFLICT.test(words)) return new ContainerExists(container.name);
    if (NO_IMAGE.test(words)) return new ImageMissing(container.image ?? '');
    return new EngineFailed(`${this.name} could not start the container: ${tidy(words)}`);
  }

  #unlessGone(command: string, result: CommandResult): void {
    if (result.exitCode === 0) return;
    if (ABSENT.test(result.stderr) || NOT_RUNNING.test(result.stderr)) return;
    throw this.#failure(command, result);
  }

  async #expect(words: readonly string[], options: Partial<CommandOptions> = {}) {
    const result = await this.#command(words, options);
    if (result.exitCode !== 0) throw this.#failure(words.slice(0, 2).join(' '), result);
    return result;
  }

  #failure(command: string, result: CommandResult): EngineFailed {
    return new EngineFailed(`${this.name} ${command} failed: ${lastWords(result)}`);
  }

  #command(
    words: readonly string[],
    options: Partial<CommandOptions> = {},
  ): Promise<CommandResult> {
    return runCommand(this.name, words, {
      ...options,
      folder: this.#folder,
      environment: { ...this.#environment, ...options.environment },
    });
  }
}

/** Whether it may have been the client that ended so, and not the container. */
function mayHaveFailed(end: AttachedEnd): boolean {
  return end.held.length > 0 || CLIENT_CODES.includes(end.exitCode);
}

function hasLabels(
  own: Readonly<Record<string, string>>,
  wanted: Readonly<Record<string, string>>,
): boolean {
  return Object.entries(wanted).every(([key, value]) => own[key] === value);
}

function lastWords(result: CommandResult): string {
  return tidy(result.stderr) || tidy(result.stdout) || `exit code ${result.exitCode}`;
}

/** The engine's words without what only its own users need. */
function tidy(words: string): string {
  return words
    .replaceAll(/^(docker: )?(Error response from daemon: |Error: )/gm, '')
    .replaceAll(/\n*Run 'docker run --help' for more information\s*/g, '')
    .replaceAll(/\s+See 'docker run --help'\.\s*/g, '')
    .trim();
}
