/**
 * A container's output as it came: frames of (stream, time, bytes) appended to one file. A frame is
 * one byte for the stream, six for the time in milliseconds since 1970, four for the length, all
 * big-endian, and then the bytes exactly as the container wrote them. A torn frame at the end is
 * what a killed writer leaves; readers stop before it and the next writer cuts it off.
 */
import { closeSync, ftruncateSync, openSync, writevSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import type { OutputPosition, OutputStream } from '../../engine/engine.ts';

const HEADER = 11;
const STREAMS: readonly OutputStream[] = ['stdout', 'stderr'];
/** What is read at once; a frame larger than this is read whole all the same. */
const READ_SIZE = 256 * 1024;

export interface LogFrame {
  stream: OutputStream;
  /** When the bytes arrived, in milliseconds since 1970. */
  time: number;
  bytes: Buffer;
}

/** Appends frames. Writing is synchronous, so that a slow disk holds the container back, not memory. */
export class LogWriter {
  readonly #descriptor: number;
  /** The bytes of each stream that the file holds. */
  readonly position: Record<OutputStream, number>;

  private constructor(descriptor: number, position: Record<OutputStream, number>) {
    this.#descriptor = descriptor;
    this.position = position;
  }

  /** Opens the file, made if need be, after its last whole frame. */
  static async open(file: string): Promise<LogWriter> {
    const { position, end } = await measure(file);
    const descriptor = openSync(file, 'a', 0o600);
    ftruncateSync(descriptor, end);
    return new LogWriter(descriptor, position);
  }

  write(stream: OutputStream, bytes: Uint8Array, time = Date.now()): void {
    if (bytes.length === 0) return;
    const header = Buffer.allocUnsafe(HEADER);
    header.writeUInt8(STREAMS.indexOf(stream), 0);
    header.writeUIntBE(time, 1, 6);
    header.writeUInt32BE(bytes.length, 7);
    writeWhole(this.#descriptor, [header, bytes]);
    this.position[stream] += bytes.length;
  }

  close(): void {
    closeSync(this.#descriptor);
  }
}

/** The frames from `offset`, and where the next read goes on; a file that is not there is empty. */
export async function* readFrames(
  file: string,
  offset = 0,
): AsyncGenerator<LogFrame & { end: number }> {
  const handle = await open(file, 'r').catch(absent);
  if (handle === undefined) return;
  try {
    yield* framesOf(handle, offset);
  } finally {
    await handle.close();
  }
}

async function* framesOf(
  handle: FileHandle,
  offset: number,
): AsyncGenerator<LogFrame & { end: number }> {
  let position = offset;
  let size = READ_SIZE;
  for (;;) {
    const { buffer, bytesRead } = await handle.read(Buffer.allocUnsafe(size), 0, size, position);
    const wasShort = bytesRead < size;
    size = READ_SIZE;
    let at = 0;
    while (bytesRead - at >= HEADER) {
      const length = buffer.readUInt32BE(at + 7);
      if (bytesRead - at - HEADER < length) {
        size = Math.max(READ_SIZE, HEADER + length);
        break;
      }
      const bytes = buffer.subarray(at + HEADER, at + HEADER + length);
      const stream = STREAMS[buffer.readUInt8(at)] ?? 'stdout';
      const time = buffer.readUIntBE(at + 1, 6);
      at += HEADER + length;
      yield { stream, time, bytes, end: position + at };
    }
    position += at;
    // Nothing whole was left, and a larger read would not find more of it.
    if (at === 0 && wasShort) return;
  }
}

async function measure(file: string) {
  const position: Record<OutputStream, number> & OutputPosition = { stdout: 0, stderr: 0 };
  let end = 0;
  for await (const frame of readFrames(file)) {
    position[frame.stream] += frame.bytes.length;
    end = frame.end;
  }
  return { position, end };
}

function writeWhole(descriptor: number, parts: Uint8Array[]): void {
  const total = parts.reduce((sum, part) => sum + part.length, 0);
  let written = writevSync(descriptor, parts);
  while (written < total) {
    written += writevSync(descriptor, [Buffer.concat(parts).subarray(written)]);
  }
}

function absent(error: NodeJS.ErrnoException): undefined {
  if (error.code === 'ENOENT') return undefined;
  throw error;
}
