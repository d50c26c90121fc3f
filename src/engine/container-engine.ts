/** Docker and Podman through their command lines, so that contexts and logins keep working. */
import { tmpdir } from 'node:os';
import { type AttachedEnd, followAttached, skipping } from './attached.ts';
import { ended } from './command.ts';
import { runArguments } from './container-arguments.ts';
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
import {
  type ContainerEngineName,
  EngineClient,
  hasLabels,
  isAbsent,
  lastWords,
  tidy,
} from './engine-client.ts';
import { readDockerFacts, readPodmanFacts } from './engine-facts.ts';
import { ContainerExists, EngineFailed, ImageMissing, ImagePull } from './errors.ts';
import { countOomKills, type Inspection, measure, statusOf } from './inspection.ts';
import { containerLimitations } from './limitations.ts';
import { createVolume, listVolumes, removeVolume } from './volumes.ts';

export type { ContainerEngineName } from './engine-client.ts';

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

/** What the clients say, with exit codes that a command may have too, where nothing can be run. */
const NO_EXEC =
  /^Error(:| response from daemon:).*(no such container|is not running|can only create exec sessions on running|state improper)/i;
const CONFLICT = /name .* is already in use/i;
const NO_IMAGE = /no such image|image not known|unable to find image/i;

export class ContainerEngine implements Engine, VolumeEngine, ImageImporter {
  readonly name: ContainerEngineName;
  readonly #environment: Readonly<Record<string, string | undefined>>;
  readonly #client: EngineClient;
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
    this.#client = new EngineClient(name, environment, folder);
  }

  async facts(signal?: AbortSignal): Promise<EngineFacts> {
    const ask = (words: readonly string[]) => this.#client.command(words, { signal, timeout: 20 });
    return this.name === 'docker' ? readDockerFacts(ask, this.#environment) : readPodmanFacts(ask);
  }

  limitations(container: ContainerSpec, facts: EngineFacts): Limitation[] {
    return containerLimitations(container, facts);
  }

  async hasImage(image: string, signal?: AbortSignal): Promise<boolean> {
    const result = await this.#client.command(['image', 'inspect', '--format', '{{.Id}}', image], {
      signal,
    });
    if (result.exitCode === 0) return true;
    if (NO_IMAGE.test(result.stderr) || isAbsent(result)) return false;
    throw this.#client.failure('image inspect', result);
  }

  async pull(image: string, options: Parameters<Engine['pull']>[1]): Promise<void> {
    const platform = options.platform === undefined ? [] : ['--platform', options.platform];
    const result = await this.#client.command(['pull', ...platform, image], {
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
    const child = this.#client.attach(['run', '--sig-proxy=false', ...words], environment);
    const end = await followAttached(this.name, child, output);
    if (!mayHaveFailed(end)) return;
    const said = end.said.toString();
    const refused = end.exitCode === CLIENT_FAILED && (CONFLICT.test(said) || NO_IMAGE.test(said));
    if (refused || !(await this.#hasRun(container.name))) throw this.#refusal(container, said);
    if (end.held.length > 0) output('stderr', end.held);
  }

  async startDetached(container: ContainerSpec): Promise<void> {
    const { words, environment } = this.#runArguments(container);
    const result = await this.#client.command(['run', '--detach', ...words], { environment });
    if (result.exitCode !== 0) throw this.#refusal(container, result.stderr);
  }

  async start(name: string, output: OutputSink): Promise<void> {
    const before = await this.#startOf(name);
    // `docker start` has no such option, and refuses it.
    const proxy = this.name === 'podman' ? ['--sig-proxy=false'] : [];
    const child = this.#client.attach(['start', '--attach', ...proxy, name]);
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
    const result = await this.#client.command(['container', 'inspect', ...names]);
    if (result.exitCode !== 0 && !isAbsent(result)) throw this.#client.failure('inspect', result);
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
    const result = await this.#client.expect([
      ...['ps', '--all', '--quiet', '--no-trunc'],
      ...this.#client.labelFilters(labels),
    ]);
    const found = await this.inspect(result.stdout.split('\n').filter((id) => id !== ''));
    return found.filter((status) => hasLabels(status.labels, labels));
  }

  async signal(name: string, signal: NodeJS.Signals): Promise<void> {
    const result = await this.#client.command(['kill', '--signal', signal, name]);
    this.#client.unlessGone('kill', result);
  }

  async stop(name: string, seconds: number): Promise<void> {
    const result = await this.#client.command(
      ['stop', '--time', String(Math.ceil(seconds)), name],
      {
        timeout: seconds + STOP_MARGIN,
      },
    );
    this.#client.unlessGone('stop', result);
  }

  async remove(name: string): Promise<void> {
    // Podman would first wait for the container to end by itself.
    const now = this.name === 'podman' ? ['--time', '0'] : [];
    const deadline = Date.now() + REMOVAL_LIMIT;
    for (;;) {
      const result = await this.#client.command(['rm', '--force', '--volumes', ...now, name]);
      if (result.exitCode === 0 || isAbsent(result)) return;
      const busy = /already in progress|is being removed|resource busy/i.test(result.stderr);
      if (!busy || Date.now() > deadline) throw this.#client.failure('rm', result);
      await new Promise((resolve) => setTimeout(resolve, REMOVAL_LOOK));
    }
  }

  async exec(name: string, argv: readonly string[], timeoutSeconds: number): Promise<number> {
    const result = await this.#client.command(['exec', name, ...argv], { timeout: timeoutSeconds });
    if (NO_EXEC.test(result.stderr)) throw this.#client.failure('exec', result);
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

  createVolume(volume: Parameters<VolumeEngine['createVolume']>[0]): Promise<void> {
    return createVolume(this.#client, volume);
  }

  removeVolume(name: string): Promise<void> {
    return removeVolume(this.#client, name);
  }

  listVolumes(labels: Readonly<Record<string, string>>): ReturnType<VolumeEngine['listVolumes']> {
    return listVolumes(this.#client, labels);
  }

  async importImage(reference: string, archive: Uint8Array): Promise<void> {
    await this.#client.expect(['import', '-', reference], { input: archive });
  }

  async #readLog(
    words: readonly string[],
    position: OutputPosition,
    output: OutputSink,
  ): Promise<void> {
    const child = this.#client.attach(['logs', ...words]);
    const sink = skipping(position, output);
    child.stdout?.on('data', (chunk: Buffer) => sink('stdout', chunk));
    child.stderr?.on('data', (chunk: Buffer) => sink('stderr', chunk));
    await ended(this.name, child);
  }

  /** A client may be killed or cut off while its container goes on. */
  async #untilEnded(name: string): Promise<void> {
    const [status] = await this.inspect([name]);
    if (status?.state !== 'running') return;
    const child = this.#client.attach(['wait', name]);
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
}

/** Whether it may have been the client that ended so, and not the container. */
function mayHaveFailed(end: AttachedEnd): boolean {
  return end.held.length > 0 || CLIENT_CODES.includes(end.exitCode);
}
