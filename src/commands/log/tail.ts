/** The last lines of a log that is read forwards only, in memory for no more than their places. */
import type { LogChunk } from '../../backends/backend.ts';

const NEWLINE = 0x0a;

/** Bytes of each stream of each container that come before what is wanted. */
export type Positions = Map<string, number>;

/** Where the last `count` lines of a log begin. */
export async function startOfLast(
  chunks: AsyncIterable<LogChunk>,
  count: number,
): Promise<Positions> {
  const positions: Positions = new Map();
  const inLine = new Map<string, boolean>();
  /** The newest lines, oldest first from `oldest` on, around the end of the list. */
  const newest: { key: string; offset: number }[] = [];
  let oldest = 0;
  const begin = (key: string, offset: number) => {
    if (newest.length < count) newest.push({ key, offset });
    else if (count > 0) {
      newest[oldest] = { key, offset };
      oldest = (oldest + 1) % count;
    }
  };
  for await (const chunk of chunks) {
    const key = keyOf(chunk);
    const bytes = Buffer.from(chunk.bytes.buffer, chunk.bytes.byteOffset, chunk.bytes.byteLength);
    const before = positions.get(key) ?? 0;
    let start = 0;
    if (!inLine.get(key)) begin(key, before);
    for (let end = bytes.indexOf(NEWLINE); end !== -1; end = bytes.indexOf(NEWLINE, start)) {
      start = end + 1;
      if (start < bytes.length) begin(key, before + start);
    }
    inLine.set(key, start < bytes.length);
    positions.set(key, before + bytes.length);
  }
  for (const { key, offset } of newest) {
    positions.set(key, Math.min(positions.get(key) ?? offset, offset));
  }
  return positions;
}

/** A log without the bytes before `positions`. */
export async function* skipTo(
  chunks: AsyncIterable<LogChunk>,
  positions: Positions,
): AsyncGenerator<LogChunk> {
  const left = new Map(positions);
  for await (const chunk of chunks) {
    const key = keyOf(chunk);
    const skip = left.get(key) ?? 0;
    left.set(key, Math.max(0, skip - chunk.bytes.length));
    if (skip < chunk.bytes.length) yield { ...chunk, bytes: chunk.bytes.subarray(skip) };
  }
}

function keyOf({ container, stream }: LogChunk): string {
  return `${stream} ${container}`;
}
