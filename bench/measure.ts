/** Times whole commands, ours and a peer's by turns, so that a machine that slows down slows both. */
import { spawn } from 'node:child_process';

export interface Measured {
  program: string;
  words: readonly string[];
  /** Over this process's own environment. */
  environment?: Readonly<Record<string, string>>;
}

export interface Result {
  seconds: number;
  stdout: string;
  stderr: string;
}

export interface Spread {
  median: number;
  least: number;
  most: number;
}

/** One round's two times, in seconds. */
export interface Round {
  ours: number;
  peer: number;
}

/** Seconds after which a command is given up: an engine that hangs is no measurement. */
const DEADLINE = 300;

/**
 * Runs a command to its end.
 * @throws Error where it fails or takes too long, with what it said.
 */
export async function run({ program, words, environment }: Measured): Promise<Result> {
  const began = process.hrtime.bigint();
  const child = spawn(program, words, {
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: DEADLINE * 1000,
    killSignal: 'SIGKILL',
  });
  const stdout: Buffer[] = [];
  const stderr: Buffer[] = [];
  child.stdout.on('data', (bytes) => stdout.push(bytes));
  child.stderr.on('data', (bytes) => stderr.push(bytes));
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  const seconds = Number(process.hrtime.bigint() - began) / 1e9;
  const said = Buffer.concat(stderr).toString().trim();
  if (code === 0) return { seconds, stdout: Buffer.concat(stdout).toString(), stderr: said };
  throw new Error(`${program} ${words.join(' ')} exited with ${code}: ${said}`);
}

/**
 * Runs a command into a pipe whose other end counts, as people pipe logs; a command that loses bytes
 * is not fast but wrong.
 */
export async function runCounted(measured: Measured, bytes: number): Promise<Result> {
  const { program, words } = measured;
  const result = await run({
    ...measured,
    program: 'sh',
    words: ['-c', '"$@" | wc -c', 'sh', program, ...words],
  });
  const counted = Number(result.stdout);
  if (counted === bytes) return result;
  throw new Error(
    `${program} ${words.join(' ')} wrote ${counted} bytes and not ${bytes}: ${result.stderr}`,
  );
}

/**
 * Measures ours and the peer by turns, after one uncounted round; who goes first alternates too.
 * @param rounds that are counted.
 */
export async function byTurns(
  rounds: number,
  ours: () => Promise<Result>,
  peer: () => Promise<Result>,
): Promise<Round[]> {
  const measured: Round[] = [];
  for (let round = 0; round <= rounds; round += 1) {
    const times: Round = { ours: 0, peer: 0 };
    const oursFirst = async () => {
      times.ours = (await ours()).seconds;
    };
    if (round % 2 === 0) await oursFirst();
    times.peer = (await peer()).seconds;
    if (round % 2 === 1) await oursFirst();
    if (round > 0) measured.push(times);
  }
  return measured;
}

export function spread(values: readonly number[]): Spread {
  const sorted = [...values].sort((one, other) => one - other);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? Number.NaN;
  const lower = sorted.length % 2 === 0 ? (sorted[middle - 1] ?? upper) : upper;
  return {
    median: (lower + upper) / 2,
    least: sorted[0] ?? Number.NaN,
    most: sorted.at(-1) ?? Number.NaN,
  };
}
