import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach } from 'vitest';
import type {
  ContainerSpec,
  ContainerStatus,
  Engine,
  OutputStream,
} from '../../../src/engine/engine.ts';
import { createHostEngine } from '../../../src/engine/host/host.ts';
import { processStartOf } from '../../../src/engine/host/process-start.ts';

/** Shells that run the wrapper; `/bin/sh` is one of them wherever this runs. */
export const SHELLS: readonly (readonly string[])[] = [
  ['/bin/sh'],
  ['/bin/dash'],
  ['/bin/bash', '--posix'],
  ['/bin/busybox', 'sh'],
].filter((shell) => {
  const isHere = existsSync(shell[0] ?? '');
  if (!isHere) console.warn(`The wrapper is not tested with ${shell.join(' ')}: it is not here.`);
  return isHere;
});

const engines: { engine: Engine; folder: string }[] = [];

afterEach(async () => {
  for (const { engine, folder } of engines.splice(0)) {
    for (const { name } of await engine.list({})) await engine.remove(name);
    await rm(folder, { recursive: true, force: true });
  }
});

/** A host engine in a fresh folder, whose containers are removed after the test. */
export async function freshEngine(shell?: readonly string[]) {
  const folder = await mkdtemp(join(tmpdir(), 'slipway host-'));
  const engine = createHostEngine({ folder, ...(shell && { shell }) });
  engines.push({ engine, folder });
  return { engine, folder };
}

/** A container with nothing but a name and a command. */
export function container(
  name: string,
  command: readonly string[],
  rest: Partial<ContainerSpec> = {},
): ContainerSpec {
  return {
    name,
    labels: {},
    command,
    environment: {},
    secrets: {},
    mounts: [],
    network: { mode: 'bridge' },
    ports: [],
    ...rest,
  };
}

/** A container whose command is a script of `sh`. */
export function script(name: string, text: string, rest: Partial<ContainerSpec> = {}) {
  return container(name, ['/bin/sh', '-c', text], rest);
}

/** A sink that keeps what it is given, and settles waits for what it should get. */
export class Collected {
  readonly #chunks: Record<OutputStream, Buffer[]> = { stdout: [], stderr: [] };
  readonly #waits: { text: string; resolve: () => void }[] = [];

  readonly sink = (stream: OutputStream, bytes: Uint8Array): void => {
    this.#chunks[stream].push(Buffer.from(bytes));
    for (const wait of this.#waits) if (this.stdout.includes(wait.text)) wait.resolve();
  };

  bytes(stream: OutputStream): Buffer {
    return Buffer.concat(this.#chunks[stream]);
  }

  get stdout(): string {
    return this.bytes('stdout').toString();
  }

  get stderr(): string {
    return this.bytes('stderr').toString();
  }

  /** Settles once stdout has had `text`; the test's own time limit ends it otherwise. */
  seen(text: string): Promise<void> {
    return new Promise((resolve) => {
      if (this.stdout.includes(text)) resolve();
      else this.#waits.push({ text, resolve });
    });
  }
}

/** Runs to the end and gives the output with the status. */
export async function runToEnd(engine: Engine, spec: ContainerSpec) {
  const output = new Collected();
  await engine.run(spec, output.sink);
  return { output, status: await statusOf(engine, spec.name) };
}

/** The status of one container that exists. */
export async function statusOf(engine: Engine, name: string): Promise<ContainerStatus> {
  const [status] = await engine.inspect([name]);
  if (status === undefined) throw new Error(`There is no container ${name}.`);
  return status;
}

/** Whether a process runs, and is more than a zombie. */
export async function isRunning(pid: number): Promise<boolean> {
  return (await processStartOf(pid)) !== undefined;
}
