/** What the suites of the engine port work with: an engine, containers of a test's own, their removal. */
import { randomBytes } from 'node:crypto';
import { type ContainerSpec, type Engine, hasVolumes } from '../../src/engine/engine.ts';
import { Collected } from '../engine/host/support.ts';

export interface EngineUnderTest {
  engine: Engine;
  /** As `createEngine` takes it, so that another process can use the same engine. */
  folder: string;
  /** Holds sh and the usual commands; absent where there are no images. */
  image?: string | undefined;
}

/** Containers of one test, all with one label, so that nothing of another's is touched. */
export class Bench {
  readonly engine: Engine;
  readonly folder: string;
  readonly id = `slipway-test-${process.pid}-${randomBytes(4).toString('hex')}`;
  readonly labels = { 'slipway.test': this.id };
  readonly #image: string | undefined;

  constructor({ engine, folder, image }: EngineUnderTest) {
    this.engine = engine;
    this.folder = folder;
    this.#image = image;
  }

  name(part: string): string {
    return `${this.id}-${part}`;
  }

  /** A container whose command is a script of `sh`. */
  script(part: string, text: string, change: Partial<ContainerSpec> = {}): ContainerSpec {
    return this.container(part, ['sh', '-c', text], change);
  }

  container(
    part: string,
    command: readonly string[],
    change: Partial<ContainerSpec> = {},
  ): ContainerSpec {
    return {
      name: this.name(part),
      labels: this.labels,
      ...(this.#image !== undefined && { image: this.#image }),
      command,
      environment: {},
      secrets: {},
      mounts: [],
      network: { mode: 'bridge' },
      ports: [],
      ...change,
    };
  }

  /** Runs to the end and gives the output with the status. */
  async toEnd(spec: ContainerSpec) {
    const output = new Collected();
    await this.engine.run(spec, output.sink);
    return { output, status: await this.status(spec.name) };
  }

  /** Runs until stdout has had `text`; `ended` settles at the container's end. */
  async until(text: string, spec: ContainerSpec) {
    const output = new Collected();
    const ended = this.engine.run(spec, output.sink);
    const early = ended.then(() => {
      if (!output.stdout.includes(text)) throw new Error(`It ended without "${text}".`);
    });
    await Promise.race([output.seen(text), early]);
    return { output, ended };
  }

  async status(name: string) {
    const [status] = await this.engine.inspect([name]);
    if (status === undefined) throw new Error(`There is no container ${name}.`);
    return status;
  }

  /** The whole output from a position, by an engine that has not started it. */
  async log(name: string, position = { stdout: 0, stderr: 0 }): Promise<Collected> {
    const output = new Collected();
    await this.engine.follow(name, position, output.sink);
    return output;
  }

  async clean(): Promise<void> {
    const left = await this.engine.list(this.labels);
    // The newest first: Podman does not remove a container whose network another one uses.
    left.sort((one, other) => (other.startedAt?.getTime() ?? 0) - (one.startedAt?.getTime() ?? 0));
    for (const { name } of left) await this.engine.remove(name);
    if (!hasVolumes(this.engine)) return;
    for (const { name } of await this.engine.listVolumes(this.labels)) {
      await this.engine.removeVolume(name);
    }
  }
}
