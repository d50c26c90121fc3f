/**
 * What commands print: data on stdout, everything of Slipway's own on stderr. A reader that goes
 * away (`| head`) is no error; a full disk is.
 */
import { fstatSync } from 'node:fs';
import { isatty } from 'node:tty';
import picocolors from 'picocolors';

export type StreamName = 'stdout' | 'stderr';
export type Colors = ReturnType<typeof picocolors.createColors>;

const DESCRIPTORS: Readonly<Record<StreamName, number>> = { stdout: 1, stderr: 2 };

/** What ends a terminal or a reader: the run, or the command, goes on without it. */
const GONE = ['EPIPE', 'EIO', 'ERR_STREAM_DESTROYED'];

let settings = { color: true, quiet: false };
const closed = new Set<StreamName>();
const listening = new Set<StreamName>();
let cut = false;

/** Sets what the global options say; there is one output a process. */
export function setOutput(wanted: { color: boolean; quiet: boolean }): void {
  settings = wanted;
}

/** Whether Slipway's own lines are wanted. */
export function isQuiet(): boolean {
  return settings.quiet;
}

/** Asked of the descriptor: touching `process.stdout` makes a pipe non-blocking for all who share it. */
export function isTerminal(name: StreamName): boolean {
  return isatty(DESCRIPTORS[name]);
}

/**
 * Whether there can be a status line: stderr is a terminal, and stdout does not go to a program that
 * may itself write there.
 */
export function isLive(): boolean {
  return isTerminal('stderr') && !settings.quiet && !isPipe(DESCRIPTORS.stdout);
}

function isPipe(descriptor: number): boolean {
  try {
    return fstatSync(descriptor).isFIFO();
  } catch {
    // A descriptor that was closed before we began: nobody reads it.
    return false;
  }
}

/** Columns of the terminal; undefined where there is none, and nothing need be shortened. */
export function widthOf(name: StreamName): number | undefined {
  return isTerminal(name) ? process[name].columns || 80 : undefined;
}

/**
 * The colours that a stream shows: none with `--no-color` or NO_COLOR, all with FORCE_COLOR, and else
 * those of a terminal that is not "dumb" (no-color.org, force-color.org).
 */
export function colorsOf(name: StreamName): Colors {
  return picocolors.createColors(showsColors(name));
}

function showsColors(name: StreamName): boolean {
  const { NO_COLOR, FORCE_COLOR, TERM } = process.env;
  if (!settings.color || (NO_COLOR !== undefined && NO_COLOR !== '')) return false;
  if (FORCE_COLOR !== undefined && FORCE_COLOR !== '') return FORCE_COLOR !== '0';
  return isTerminal(name) && TERM !== 'dumb';
}

/** A line of data. */
export function printLine(text = ''): void {
  write('stdout', `${text}\n`);
}

/** One JSON document. */
export function printJson(value: unknown): void {
  printLine(JSON.stringify(value, null, 2));
}

/** A line of Slipway's own, which `--quiet` leaves out. */
export function note(text: string): void {
  if (!settings.quiet) writeError(`${text}\n`);
}

/** To stderr, quiet or not. */
export function writeError(text: string): void {
  write('stderr', text);
}

/** Whether a stream's reader has gone, so that writing more is in vain. */
export function isClosed(name: StreamName): boolean {
  return closed.has(name);
}

/** Whether output was lost for another reason than that nobody wanted it: a full disk. */
export function isCut(): boolean {
  return cut;
}

function write(name: StreamName, text: string): void {
  void writeBytes(name, text);
}

/** Settles when the stream has taken the bytes, so that a slow reader costs no memory. */
export async function writeBytes(name: StreamName, bytes: Uint8Array | string): Promise<void> {
  if (closed.has(name)) return;
  listen(name);
  await new Promise<void>((resolve) => {
    process[name].write(bytes, () => resolve());
  });
}

function listen(name: StreamName): void {
  if (listening.has(name)) return;
  listening.add(name);
  process[name].on('error', (error: NodeJS.ErrnoException) => {
    closed.add(name);
    if (GONE.includes(error.code ?? '')) return;
    cut = true;
    process.exitCode = 1;
    if (name === 'stdout') writeError(`slipway: The output cannot be written: ${error.message}\n`);
  });
}
