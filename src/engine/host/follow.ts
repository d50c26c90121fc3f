import { type FSWatcher, watch } from 'node:fs';
import { type FileHandle, open, stat, writeFile } from 'node:fs/promises';
import type { OutputPosition, OutputSink, OutputStream } from '../engine.ts';
import { type Identity, isAlive } from './identity.ts';
import { memoryOf } from './processes.ts';
import { files, missing, readCommand, readExit, type Start } from './state.ts';

/** Milliseconds between looks where no event came: short at first, for most commands are short. */
const FIRST_LOOK = 5;
const LAST_LOOK = 250;

const CHUNK = 256 * 1024;

/** Told of changes in a folder, so that a wait ends as soon as there is something to see. */
export class Wake {
  #watcher: FSWatcher | undefined;
  #pending = false;
  #resolve: (() => void) | undefined;

  constructor(folder: string) {
    try {
      this.#watcher = watch(folder, () => this.notify());
      this.#watcher.on('error', () => this.close());
    } catch {
      // The system allows so many watches to a user; without one the looks alone have to do.
      this.#watcher = undefined;
    }
  }

  /** Ends the wait that is on, or the next one. */
  notify(): void {
    this.#pending = true;
    this.#resolve?.();
  }

  /** Settles at the next event, and after `milliseconds` at the latest. */
  async wait(milliseconds: number): Promise<void> {
    if (!this.#pending) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, milliseconds);
        this.#resolve = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
    this.#resolve = undefined;
    this.#pending = false;
  }

  close(): void {
    this.#watcher?.close();
    this.#watcher = undefined;
  }
}

/** Whether a start is over: its exit is written down, or nobody is left who could. */
export async function isOver(folder: string, start: Start): Promise<boolean> {
  if ((await readExit(folder, start.number)) !== undefined) return true;
  return !(await hasLife(folder, start));
}

/** Whether the wrapper or, where it was killed, the command still runs. */
export async function hasLife(folder: string, start: Start): Promise<boolean> {
  if (start.wrapper !== undefined && (await isAlive(start.wrapper))) return true;
  const command = await readCommand(folder, start.number);
  return command !== undefined && (await isAlive(command));
}

/** Waits for a start's end. False where it has not come within `milliseconds`. */
export async function waitForEnd(
  folder: string,
  start: Start,
  milliseconds: number,
): Promise<boolean> {
  const deadline = Date.now() + milliseconds;
  const wake = new Wake(folder);
  try {
    for (let look = FIRST_LOOK; ; look = Math.min(look * 2, LAST_LOOK)) {
      if (await isOver(folder, start)) return true;
      const left = deadline - Date.now();
      if (left <= 0) return false;
      await wake.wait(Math.min(look, left));
    }
  } finally {
    wake.close();
  }
}

/** How much output there is already. */
export async function outputSizes(folder: string): Promise<OutputPosition> {
  const [stdout, stderr] = await Promise.all([
    stat(files.output(folder, 'stdout')),
    stat(files.output(folder, 'stderr')),
  ]);
  return { stdout: stdout.size, stderr: stderr.size };
}

/** Hands on the output from `position` until the start is over and all of it has been read. */
export async function followOutput(
  folder: string,
  start: Start,
  position: OutputPosition,
  output: OutputSink,
  wake: Wake,
): Promise<void> {
  const memory = new MemorySampler(folder, start.number);
  const tails = await Promise.all([
    Tail.open(folder, 'stdout', position.stdout),
    Tail.open(folder, 'stderr', position.stderr),
  ]);
  let lifeSeen = 0;
  try {
    for (let look = FIRST_LOOK; ; look = Math.min(look * 1.5, LAST_LOOK)) {
      let over = (await readExit(folder, start.number)) !== undefined;
      // Not at each line of output, because macOS has to run `ps` for it.
      if (!over && Date.now() - lifeSeen >= LAST_LOOK) {
        over = !(await hasLife(folder, start));
        lifeSeen = Date.now();
      }
      await drain(tails, output);
      if (over) break;
      await memory.sample();
      await wake.wait(look);
    }
    await memory.keep();
  } finally {
    await Promise.all(tails.map((tail) => tail.close()));
  }
}

/** All that is there now, the streams by turns; what is written meanwhile is for the next time. */
async function drain(tails: readonly Tail[], output: OutputSink): Promise<void> {
  await Promise.all(tails.map((tail) => tail.measure()));
  for (let more = true; more; ) {
    more = false;
    for (const tail of tails) {
      const bytes = await tail.read();
      if (bytes === undefined) continue;
      output(tail.stream, bytes);
      more = true;
    }
  }
}

/** One growing file. */
class Tail {
  readonly stream: OutputStream;
  readonly #file: FileHandle;
  #position: number;
  #size = 0;

  private constructor(stream: OutputStream, file: FileHandle, position: number) {
    this.stream = stream;
    this.#file = file;
    this.#position = position;
  }

  static async open(folder: string, stream: OutputStream, position: number): Promise<Tail> {
    return new Tail(stream, await open(files.output(folder, stream)), position);
  }

  async measure(): Promise<void> {
    this.#size = (await this.#file.stat()).size;
  }

  async read(): Promise<Uint8Array | undefined> {
    const length = Math.min(CHUNK, this.#size - this.#position);
    if (length <= 0) return undefined;
    const { buffer, bytesRead } = await this.#file.read({
      buffer: Buffer.allocUnsafe(length),
      position: this.#position,
    });
    if (bytesRead === 0) return undefined;
    this.#position += bytesRead;
    return buffer.subarray(0, bytesRead);
  }

  close(): Promise<void> {
    return this.#file.close();
  }
}

/** The most memory that was seen, kept in a file because it cannot be asked for afterwards. */
class MemorySampler {
  readonly #folder: string;
  readonly #number: number;
  #command: Identity | undefined;
  #peak = 0;

  constructor(folder: string, number: number) {
    this.#folder = folder;
    this.#number = number;
  }

  async sample(): Promise<void> {
    this.#command ??= await readCommand(this.#folder, this.#number);
    if (this.#command === undefined) return;
    this.#peak = Math.max(this.#peak, memoryOf(this.#command.pid) ?? 0);
  }

  async keep(): Promise<void> {
    if (this.#peak === 0) return;
    // The container may have been removed, which ended it.
    await writeFile(files.peakMemory(this.#folder), `${this.#peak}\n`).catch(missing);
  }
}
