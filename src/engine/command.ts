/** Runs an engine's command line, with a deadline, apart from this process's terminal. */
import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { EngineFailed, EngineUnavailable } from './errors.ts';

export interface CommandResult {
  /** Undefined where a signal ended the command. */
  exitCode: number | undefined;
  stdout: string;
  stderr: string;
}

export interface CommandOptions {
  environment: Readonly<Record<string, string | undefined>>;
  /** Where it runs. Default: where this process does. */
  folder?: string | undefined;
  /** Seconds. Default 60. */
  timeout?: number | undefined;
  input?: Uint8Array | undefined;
  signal?: AbortSignal | undefined;
  /** Each line of both streams as it comes. */
  onLine?: ((line: string) => void) | undefined;
}

/** Seconds that a command of an engine may take; a busy engine can be slow, a dead one for ever. */
const DEFAULT_TIMEOUT = 60;

/** How much of a command's output is kept; no answer of an engine that we ask for is larger. */
const OUTPUT_LIMIT = 64 * 1024 * 1024;

/**
 * Runs a command to its end.
 * @throws EngineUnavailable where the command is not installed.
 * @throws EngineFailed where it takes longer than the timeout.
 */
export async function runCommand(
  command: string,
  words: readonly string[],
  options: CommandOptions,
): Promise<CommandResult> {
  options.signal?.throwIfAborted();
  const timeout = options.timeout ?? DEFAULT_TIMEOUT;
  const child = spawnApart(command, words, {
    env: options.environment as NodeJS.ProcessEnv,
    cwd: options.folder,
    stdio: [options.input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
  });
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    child.kill('SIGKILL');
  }, timeout * 1000);
  const abort = () => child.kill('SIGTERM');
  options.signal?.addEventListener('abort', abort, { once: true });
  const stdout = collect(child.stdout, options.onLine);
  const stderr = collect(child.stderr, options.onLine);
  // The command may end before it has read all: its exit code tells what went wrong.
  child.stdin?.on('error', () => undefined);
  child.stdin?.end(options.input);
  try {
    const exitCode = await ended(command, child);
    if (late) {
      throw new EngineFailed(`${command} ${words[0]} gave no answer within ${timeout}s.`, {
        hint: `See whether the engine is well: ${command} info`,
      });
    }
    options.signal?.throwIfAborted();
    return { exitCode, stdout: stdout(), stderr: stderr() };
  } finally {
    clearTimeout(timer);
    options.signal?.removeEventListener('abort', abort);
  }
}

/**
 * Starts a command in a process group of its own: a Ctrl-C in the terminal is for Slipway, which
 * then stops containers gently, and must not reach the engine's client.
 * @throws EngineFailed where the folder to run in is gone: its error is else that of a missing command.
 */
export function spawnApart(
  command: string,
  words: readonly string[],
  options: SpawnOptions,
): ChildProcess {
  if (options.cwd !== undefined && !existsSync(options.cwd)) {
    throw new EngineFailed(`${command} cannot be run: the folder ${options.cwd} is gone.`);
  }
  return spawn(command, words, { ...options, detached: true });
}

/**
 * Settles with the exit code when the command has ended and its output is read.
 * @throws EngineUnavailable where the command is not installed.
 */
export async function ended(command: string, child: ChildProcess): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    child.once('error', (error: NodeJS.ErrnoException) => {
      const missing = error.code === 'ENOENT' && error.path === command;
      reject(
        missing
          ? new EngineUnavailable(`The command ${command} is not installed, or not on the PATH.`, {
              cause: error,
            })
          : new EngineFailed(`${command} cannot be run: ${error.message}`, { cause: error }),
      );
    });
    child.once('close', (exitCode) => resolve(exitCode ?? undefined));
  });
}

function collect(
  stream: NodeJS.ReadableStream | null,
  onLine: ((line: string) => void) | undefined,
): () => string {
  const chunks: Buffer[] = [];
  let size = 0;
  const decoder = new TextDecoder();
  let rest = '';
  const tell = (line: string) => {
    if (line.trim() !== '') onLine?.(line);
  };
  stream?.on('data', (chunk: Buffer) => {
    if (size < OUTPUT_LIMIT) chunks.push(chunk);
    size += chunk.length;
    if (onLine === undefined) return;
    const lines = (rest + decoder.decode(chunk, { stream: true })).split(/[\r\n]+/);
    rest = lines.pop() ?? '';
    for (const line of lines) tell(line);
  });
  stream?.on('end', () => tell(rest));
  return () => Buffer.concat(chunks).toString();
}
