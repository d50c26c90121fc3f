/** Reads what a task's containers wrote, while they still write it or after. */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { delay } from '../../waiting.ts';
import type { LogChunk, LogQuery } from '../backend.ts';
import { type LogFrame, readFrames } from './log-file.ts';

/** Seconds between looks at a file that has not grown: short after it has, longer when it rests. */
const SHORTEST_LOOK = 0.02;
const LONGEST_LOOK = 0.25;

const SUFFIX = '.log';

/** The chunks of all containers, or of those named, oldest first; those of one in its own order. */
export async function* readLogs(folder: string, query: LogQuery): AsyncGenerator<LogChunk> {
  const offsets = new Map<string, number>();
  for (let pause = SHORTEST_LOOK; ; ) {
    // Both asked before the files are read: what is written until then is read below.
    const more = query.follow?.grown?.();
    const last = query.follow === undefined || (await query.follow.ended());
    let grown = false;
    for await (const chunk of readOnce(folder, query, offsets)) {
      grown = true;
      if (chunk.time >= (query.since ?? 0)) yield chunk;
    }
    if (last || query.follow?.signal?.aborted) return;
    pause = grown ? SHORTEST_LOOK : Math.min(pause * 2, LONGEST_LOOK);
    await rest(pause, more, query.follow?.signal);
  }
}

/** Waits until a file may have grown: `seconds`, or less where somebody tells. */
async function rest(
  seconds: number,
  more: Promise<void> | undefined,
  signal: AbortSignal | undefined,
): Promise<void> {
  const woken = new AbortController();
  const wake = () => woken.abort();
  signal?.addEventListener('abort', wake, { once: true });
  if (signal?.aborted) wake();
  void more?.then(wake);
  await delay(seconds, woken.signal);
  signal?.removeEventListener('abort', wake);
}

/** All whole frames from where the last reading stopped. */
async function* readOnce(
  folder: string,
  query: LogQuery,
  offsets: Map<string, number>,
): AsyncGenerator<LogChunk> {
  const containers = (await containersIn(folder)).filter(
    (name) => query.containers?.includes(name) ?? true,
  );
  const sources = containers.map((container) => ({
    container,
    frames: readFrames(join(folder, `${container}${SUFFIX}`), offsets.get(container) ?? 0),
  }));
  if (sources.length === 1 && sources[0] !== undefined) {
    const { container, frames } = sources[0];
    for await (const frame of frames) {
      offsets.set(container, frame.end);
      yield chunkOf(container, frame);
    }
    return;
  }
  yield* merge(sources, offsets);
}

type Source = { container: string; frames: AsyncGenerator<LogFrame & { end: number }> };

/** Few files, so the earliest head is found by looking at all of them. */
async function* merge(
  sources: readonly Source[],
  offsets: Map<string, number>,
): AsyncGenerator<LogChunk> {
  const heads = await Promise.all(
    sources.map(async (source) => ({ source, next: await source.frames.next() })),
  );
  try {
    for (;;) {
      let first: (typeof heads)[number] | undefined;
      for (const head of heads) {
        if (head.next.done) continue;
        if (first === undefined || head.next.value.time < first.next.value.time) first = head;
      }
      if (first === undefined || first.next.done) return;
      const frame = first.next.value;
      offsets.set(first.source.container, frame.end);
      yield chunkOf(first.source.container, frame);
      first.next = await first.source.frames.next();
    }
  } finally {
    await Promise.all(sources.map(({ frames }) => frames.return(undefined)));
  }
}

function chunkOf(container: string, frame: LogFrame): LogChunk {
  return { container, stream: frame.stream, time: frame.time, bytes: frame.bytes };
}

/** The containers that have written, or might have: those with a file. */
export async function containersIn(folder: string): Promise<string[]> {
  const files = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  return files
    .filter((file) => file.endsWith(SUFFIX))
    .map((file) => file.slice(0, -SUFFIX.length))
    .sort();
}
