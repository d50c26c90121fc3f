/**
 * An engine without containers, for tests of what is above it: each container does what its script
 * says, and the engine remembers all that was asked of it.
 */
import type {
  ContainerSpec,
  ContainerStatus,
  Engine,
  EngineFacts,
  Limitation,
  OutputPosition,
  OutputSink,
} from '../../src/engine/engine.ts';
import { ContainerExists, ImageMissing } from '../../src/engine/errors.ts';

/** What a container does once it is started. */
export interface Script {
  /** Milliseconds until it ends by itself; until it is stopped where absent. */
  runs?: number;
  exitCode?: number;
  writes?: string;
  ignoresTerm?: boolean;
  outOfMemory?: boolean;
  /** What its health check gives, one after the other; the last one for ever. */
  health?: readonly number[];
  /** Whether its image has to be pulled first. */
  imageMissing?: boolean;
}

interface FakeContainer {
  spec: ContainerSpec;
  status: ContainerStatus;
  output: string;
  checks: number;
  over: Promise<void>;
  end: (exitCode: number) => void;
}

export class FakeEngine implements Engine {
  readonly name = 'docker';
  readonly calls: string[] = [];
  readonly containers = new Map<string, FakeContainer>();
  readonly #scripts: Readonly<Record<string, Script>>;
  readonly #pulled = new Set<string>();

  /** @param scripts by the last part of a container's name. */
  constructor(scripts: Readonly<Record<string, Script>>) {
    this.#scripts = scripts;
  }

  async facts(): Promise<EngineFacts> {
    return {
      name: 'docker',
      version: 'fake',
      cpus: 4,
      memory: 8192,
      architecture: 'x86_64',
      gpus: 0,
      rootless: false,
      local: true,
    };
  }
  limitations(): Limitation[] {
    return [];
  }
  async hasImage(): Promise<boolean> {
    return true;
  }
  async pull(image: string): Promise<void> {
    this.calls.push(`pull ${image}`);
    this.#pulled.add(image);
  }

  async run(spec: ContainerSpec, output: OutputSink): Promise<void> {
    if (this.containers.has(spec.name)) throw new ContainerExists(spec.name);
    if (this.#script(spec.name).imageMissing && !this.#pulled.has(spec.image ?? '')) {
      throw new ImageMissing(spec.image ?? '');
    }
    this.create(spec);
    await this.start(spec.name, output);
  }

  /** As a holder leaves it that is killed between creating and starting. */
  create(spec: ContainerSpec): void {
    const status: ContainerStatus = {
      name: spec.name,
      labels: spec.labels,
      state: 'created',
      outOfMemory: false,
    };
    const container = { spec, status, output: '', checks: 0 } as unknown as FakeContainer;
    this.containers.set(spec.name, container);
  }

  /** As a holder leaves it that is killed while the container runs. */
  launch(name: string): void {
    const container = this.#get(name);
    const script = this.#script(name);
    this.calls.push(`start ${short(name)}`);
    container.output += script.writes ?? '';
    container.status = {
      ...container.status,
      state: 'running',
      startedAt: new Date(),
      address: '10.0.0.2',
    };
    container.over = new Promise((resolve) => {
      const timer =
        script.runs === undefined
          ? undefined
          : setTimeout(() => container.end(script.exitCode ?? 0), script.runs);
      container.end = (exitCode) => {
        clearTimeout(timer);
        if (container.status.state !== 'running') return;
        container.status = {
          ...container.status,
          state: 'exited',
          endedAt: new Date(),
          exitCode,
          outOfMemory: script.outOfMemory ?? false,
        };
        resolve();
      };
    });
  }

  async start(name: string, output: OutputSink): Promise<void> {
    this.launch(name);
    return this.follow(name, { stdout: 0, stderr: 0 }, output);
  }

  async follow(name: string, position: OutputPosition, output: OutputSink): Promise<void> {
    const container = this.#get(name);
    const bytes = Buffer.from(container.output).subarray(position.stdout);
    if (bytes.length > 0) output('stdout', bytes);
    await container.over;
  }

  async inspect(names: readonly string[]): Promise<ContainerStatus[]> {
    return names.flatMap((name) => this.containers.get(name)?.status ?? []);
  }
  async list(labels: Readonly<Record<string, string>>): Promise<ContainerStatus[]> {
    return [...this.containers.values()]
      .map(({ status }) => status)
      .filter((status) =>
        Object.entries(labels).every(([key, value]) => status.labels[key] === value),
      );
  }
  async signal(name: string, signal: NodeJS.Signals): Promise<void> {
    this.calls.push(`${signal} ${short(name)}`);
    if (signal === 'SIGKILL') this.containers.get(name)?.end(137);
  }
  async stop(name: string, _seconds: number): Promise<void> {
    const container = this.containers.get(name);
    if (container?.status.state !== 'running') return;
    this.calls.push(`stop ${short(name)}`);
    if (this.#script(name).ignoresTerm) await container.over;
    else container.end(143);
  }
  async remove(name: string): Promise<void> {
    this.containers.get(name)?.end?.(137);
    this.containers.delete(name);
  }
  async exec(name: string): Promise<number> {
    const container = this.#get(name);
    const health = this.#script(name).health ?? [0];
    const verdict = health[Math.min(container.checks, health.length - 1)] ?? 0;
    container.checks += 1;
    return verdict;
  }
  async execAttached(): Promise<number> {
    return 0;
  }

  #get(name: string): FakeContainer {
    const container = this.containers.get(name);
    if (container === undefined) throw new Error(`There is no container ${name}.`);
    return container;
  }
  #script(name: string): Script {
    return this.#scripts[short(name)] ?? { runs: 0 };
  }
}

function short(name: string): string {
  return name.split('-').at(-1) ?? name;
}
