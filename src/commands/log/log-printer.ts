/** Prints what containers wrote: as they wrote it, or a line at a time with its container's name. */
import type { LogChunk } from '../../backends/backend.ts';
import type { Colors, StreamName } from '../output.ts';
import { pad } from '../text/width.ts';
import { type LineRenderer, LineSplitter } from './line-splitter.ts';

/** Bytes that are written at once: many small chunks would cost a system call each. */
const BATCH = 64 * 1024;

const NEWLINE = Buffer.from('\n');

export interface LogFormat {
  /** The containers whose names are put before their lines; none where there is but one. */
  names: readonly string[];
  timestamps: boolean;
  /** A line of JSON for each line. */
  json: boolean;
  colors: Readonly<Record<StreamName, Colors>>;
}

/** Takes bytes for a stream; settles when it has them. */
export type WriteBytes = (stream: StreamName, bytes: Uint8Array) => Promise<void>;

export class LogPrinter {
  readonly #format: LogFormat;
  readonly #write: WriteBytes;
  readonly #splitters = new Map<string, { stream: StreamName; splitter: LineSplitter }>();
  #stream: StreamName = 'stdout';
  #parts: Uint8Array[] = [];
  #size = 0;
  #written: Promise<void> = Promise.resolve();
  #idle: NodeJS.Immediate | undefined;

  constructor(format: LogFormat, write: WriteBytes) {
    this.#format = format;
    this.#write = write;
  }

  /** Settles when all of it is written; `isWanted` is asked whether anybody still reads it. */
  async print(
    chunks: AsyncIterable<LogChunk>,
    isWanted: () => boolean = () => true,
  ): Promise<void> {
    for await (const { container, stream, time, bytes } of chunks) {
      const shown = this.#isRaw() ? bytes : this.#splitterOf(container, stream).add(bytes, time);
      const full = this.#add(this.#format.json ? 'stdout' : stream, shown);
      if (full !== undefined) await full;
      if (!isWanted()) return;
    }
    for (const { stream, splitter } of this.#splitters.values()) {
      await this.#add(stream, splitter.end());
    }
    await this.#flush();
  }

  #isRaw(): boolean {
    const { names, timestamps, json } = this.#format;
    return names.length === 0 && !timestamps && !json;
  }

  /** A promise where the next chunk must wait for the writing of this one. */
  #add(stream: StreamName, bytes: Uint8Array): Promise<void> | undefined {
    if (bytes.length === 0) return undefined;
    const turn = stream === this.#stream ? undefined : this.#flush();
    this.#stream = stream;
    this.#parts.push(bytes);
    this.#size += bytes.length;
    if (this.#size >= BATCH) return this.#flush();
    this.#idle ??= setImmediate(() => void this.#flush());
    return turn;
  }

  #flush(): Promise<void> {
    clearImmediate(this.#idle);
    this.#idle = undefined;
    if (this.#size === 0) return this.#written;
    const stream = this.#stream;
    const bytes = this.#parts.length === 1 ? this.#parts[0] : Buffer.concat(this.#parts);
    this.#parts = [];
    this.#size = 0;
    this.#written = this.#written.then(() => this.#write(stream, bytes ?? NEWLINE));
    return this.#written;
  }

  #splitterOf(container: string, stream: StreamName): LineSplitter {
    const key = `${stream} ${container}`;
    const known = this.#splitters.get(key);
    if (known !== undefined) return known.splitter;
    const splitter = new LineSplitter(
      this.#format.json
        ? jsonLine(container, stream)
        : markedLine(container, this.#format, this.#format.colors[stream]),
    );
    this.#splitters.set(key, { stream: this.#format.json ? 'stdout' : stream, splitter });
    return splitter;
  }
}

function jsonLine(container: string, stream: StreamName): LineRenderer {
  return (line, time) =>
    Buffer.from(
      `${JSON.stringify({ time: new Date(time).toISOString(), container, stream, text: line.toString() })}\n`,
    );
}

/** One colour a container, so that an eye can follow it. */
const CONTAINER_COLORS = ['cyan', 'yellow', 'magenta', 'green', 'blue'] as const;

function markedLine(container: string, format: LogFormat, colors: Colors): LineRenderer {
  const { names, timestamps } = format;
  const width = Math.max(0, ...names.map((name) => name.length));
  const color = CONTAINER_COLORS[names.indexOf(container) % CONTAINER_COLORS.length] ?? 'cyan';
  const name = names.length === 0 ? '' : colors[color](`${pad(container, width)} │ `);
  return (line, time) => {
    const at = timestamps ? `${colors.dim(new Date(time).toISOString())} ` : '';
    return Buffer.concat([Buffer.from(name + at), line, NEWLINE]);
  };
}
