/** The built command line, in a home of its own that is gone afterwards. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Measured, type Result, run } from './measure.ts';

const CLI = fileURLToPath(new URL('../dist/cli.js', import.meta.url));
const PEAK_MEMORY = new URL('peak-memory.mjs', import.meta.url).href;

/** How many times a peak is measured; the largest counts. */
const PEAK_RUNS = 3;

export class Slipway {
  readonly home: string;

  private constructor(home: string) {
    this.home = home;
  }

  /** Calls `use` with a home of its own. */
  static async within<Value>(use: (slipway: Slipway) => Promise<Value>): Promise<Value> {
    const slipway = new Slipway(await mkdtemp(join(tmpdir(), 'slipway-bench-')));
    try {
      return await use(slipway);
    } finally {
      await rm(slipway.home, { recursive: true, force: true });
    }
  }

  /** A command line to be measured. */
  command(...words: string[]): Measured {
    return {
      program: process.execPath,
      words: [CLI, ...words],
      environment: { SLIPWAY_HOME: this.home, XDG_CONFIG_HOME: this.home },
    };
  }

  run(...words: string[]): Promise<Result> {
    return run(this.command(...words));
  }

  /** The most memory, in MiB, that a command has in use at once. */
  async peakMemory(words: string[], runs = PEAK_RUNS): Promise<number> {
    const file = join(this.home, 'peak-memory');
    const { program, words: line, environment } = this.command(...words);
    let most = 0;
    for (let count = 0; count < runs; count += 1) {
      await run({
        program: 'sh',
        // Into a pipe, as logs and lists are read.
        words: ['-c', '"$@" | wc -c', 'sh', program, '--import', PEAK_MEMORY, ...line],
        environment: { ...environment, SLIPWAY_BENCH_PEAK: file },
      });
      most = Math.max(most, Number(await readFile(file, 'utf8')) / 1024);
    }
    return most;
  }
}
