/** Follows an engine's attached client: its output to the sink, its own complaints kept apart. */
import type { ChildProcess } from 'node:child_process';
import { ended } from './command.ts';
import type { OutputPosition, OutputSink } from './engine.ts';

/** What the clients say when they, and not the container, have failed; a warning may come before. */
const CLIENT_WORDS =
  /^(docker: |Error: |Error response from daemon|Unable to find image|WARNING: |invalid argument )/;

/**
 * Milliseconds for which words that may be the client's are held back: a client that has failed ends
 * at once, so after that they were the container's.
 */
const HOLD = 1_000;

/** Bytes of stderr that are remembered: no complaint of a client is longer. */
const REMEMBERED = 16 * 1024;

export interface AttachedEnd {
  exitCode: number | undefined;
  /** What may be the client's own words; they were not given to the sink. */
  held: Buffer;
  /** The beginning of stderr, whoever wrote it, and whether it was given to the sink or not. */
  said: Buffer;
}

/** Settles when the client has ended and all of its output has been given on. */
export async function followAttached(
  command: string,
  child: ChildProcess,
  output: OutputSink,
): Promise<AttachedEnd> {
  let held: Buffer = Buffer.alloc(0);
  let said: Buffer = Buffer.alloc(0);
  let began = false;
  let timer: NodeJS.Timeout | undefined;
  const release = () => {
    clearTimeout(timer);
    const bytes = held;
    held = Buffer.alloc(0);
    if (bytes.length > 0) output('stderr', bytes);
  };
  child.stdout?.on('data', (chunk: Buffer) => output('stdout', chunk));
  child.stderr?.on('data', (chunk: Buffer) => {
    if (said.length < REMEMBERED) said = Buffer.concat([said, chunk]);
    if (!began && CLIENT_WORDS.test(chunk.subarray(0, 64).toString('latin1'))) {
      held = chunk;
      timer = setTimeout(release, HOLD);
    } else if (held.length > 0 && CLIENT_WORDS.test(held.subarray(0, 64).toString('latin1'))) {
      held = Buffer.concat([held, chunk]);
    } else {
      output('stderr', chunk);
    }
    began = true;
  });
  try {
    const exitCode = await ended(command, child);
    clearTimeout(timer);
    return { exitCode, held, said };
  } finally {
    clearTimeout(timer);
  }
}

/** A sink that passes over the bytes of each stream that are stored already. */
export function skipping(position: OutputPosition, output: OutputSink): OutputSink {
  const left = { ...position };
  return (stream, bytes) => {
    const skipped = Math.min(left[stream], bytes.length);
    left[stream] -= skipped;
    if (skipped < bytes.length) output(stream, bytes.subarray(skipped));
  };
}
