/** A million lines: printed by a run in the foreground, followed while written, and read again. */
import { containerName } from '../src/backends/local/folders.ts';
import type { ContainerEngineName } from '../src/engine/container-engine.ts';
import { busyboxImage } from '../test/support/busybox-image.ts';
import { presentEngines } from '../test/support/engines.ts';
import { type Figure, growth, ratio } from './figure.ts';
import { byTurns, type Measured, type Result, runCounted } from './measure.ts';
import { Slipway } from './slipway.ts';

const LINES = 1_000_000;

/** As long as log lines are, and their newline. */
const LINE = '2026-11-21T10:04:05Z INFO aligned another 1000 reads of sample 17, 93 % so far';
const BYTES = LINES * (LINE.length + 1);

/** A third of the speed of the engine. */
const MOST_TIMES = 3;

/** How many times as many lines must take no more memory: by a million the heap has its full size. */
const MORE = 4;

/** In MiB: what the garbage collector's timing makes of it; the lines are hundreds of MiB more. */
const MOST_GROWTH = 8;

/** Each takes seconds. */
const FEWEST_ROUNDS = 3;
const ROUNDS_SHARE = 5;

export async function logs(rounds: number): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const engine of await presentEngines()) {
    const image = await busyboxImage(engine);
    const count = Math.max(FEWEST_ROUNDS, Math.round(rounds / ROUNDS_SHARE));
    figures.push(
      ...(await Slipway.within((slipway) => new EngineLogs(slipway, engine, image).measure(count))),
    );
  }
  return figures;
}

/** What writes so many lines. */
function writer(lines: number): string[] {
  return ['sh', '-c', `yes '${LINE}' | head -n ${lines}`];
}

class EngineLogs {
  readonly #slipway: Slipway;
  readonly #engine: ContainerEngineName;
  readonly #image: string;

  constructor(slipway: Slipway, engine: ContainerEngineName, image: string) {
    this.#slipway = slipway;
    this.#engine = engine;
    this.#image = image;
  }

  async measure(rounds: number): Promise<Figure[]> {
    const engine = this.#engine;
    const inEngine = () => runCounted(this.#container(), BYTES);
    const foreground = await byTurns(rounds, () => runCounted(this.#job(LINES), BYTES), inEngine);
    const followed = await byTurns(rounds, () => this.#followJob(), inEngine);
    return [
      ratio(this.#title('slipway run'), `${engine} run`, foreground, MOST_TIMES),
      ratio(this.#title('slipway logs --follow'), `${engine} run`, followed, MOST_TIMES),
      ...(await this.#readAgain(rounds)),
      await this.#growth('slipway run', (lines) => this.#peakOfRun(lines)),
      await this.#growth('slipway logs --follow', (lines) => this.#peakOfFollowing(lines)),
    ];
  }

  /** Of one and the same container, which is kept for it. */
  async #readAgain(rounds: number): Promise<Figure[]> {
    const engine = this.#engine;
    const id = 'kept';
    await this.#slipway.run(...this.#jobWords(LINES, '--keep', '--id', id));
    try {
      const name = containerName({ run: id, attempt: 1 }, await this.#mainContainer(id));
      const again = await byTurns(
        rounds,
        () => runCounted(this.#slipway.command('logs', id), BYTES),
        () => runCounted({ program: engine, words: ['logs', name] }, BYTES),
      );
      return [ratio(this.#title('slipway logs'), `${engine} logs`, again, MOST_TIMES)];
    } finally {
      await this.#slipway.run('destroy', id);
    }
  }

  async #mainContainer(id: string): Promise<string> {
    const { stdout } = await this.#slipway.run('show', id, '--json');
    return (JSON.parse(stdout) as { main: string }).main;
  }

  /**
   * From before it starts to its last line. What it is held against is the engine's `run` and not its
   * `logs --follow`, because Podman's (4.3) ends before the last lines when its container does.
   */
  async #followJob(): Promise<Result> {
    const began = await this.#slipway.run(...this.#jobWords(LINES, '--detach'));
    const id = began.stdout.trim();
    const followed = await runCounted(this.#slipway.command('logs', '--follow', id), BYTES);
    await this.#slipway.run('wait', id);
    await this.#slipway.run('destroy', id);
    return { ...followed, seconds: began.seconds + followed.seconds };
  }

  async #growth(command: string, peakOf: (lines: number) => Promise<number>): Promise<Figure> {
    const [few, many] = [await peakOf(LINES), await peakOf(LINES * MORE)];
    const title = `\`${command}\`, ${(LINES * MORE).toLocaleString('en')} lines, ${this.#engine}, memory`;
    return growth(title, few, many, MORE, MOST_GROWTH);
  }

  #peakOfRun(lines: number): Promise<number> {
    return this.#slipway.peakMemory(this.#jobWords(lines), 1);
  }

  async #peakOfFollowing(lines: number): Promise<number> {
    const { stdout } = await this.#slipway.run(...this.#jobWords(lines, '--detach'));
    return this.#slipway.peakMemory(['logs', '--follow', stdout.trim()], 1);
  }

  #job(lines: number): Measured {
    return this.#slipway.command(...this.#jobWords(lines));
  }

  #jobWords(lines: number, ...options: string[]): string[] {
    const job = ['--engine', this.#engine, '--image', this.#image];
    return ['run', ...options, ...job, '--', ...writer(lines)];
  }

  #container(): Measured {
    const words = ['run', '--rm', '--network', 'bridge', this.#image, ...writer(LINES)];
    return { program: this.#engine, words };
  }

  #title(command: string): string {
    return `\`${command}\`, ${LINES.toLocaleString('en')} lines, ${this.#engine}`;
  }
}
