/**
 * The terminal that a foreground run shares with its job: the job's output as it is, Slipway's own
 * lines, and below them one status line that is gone whenever something else is written.
 */
import { isTerminal, type StreamName, writeBytes } from './output.ts';
import { truncate } from './text/width.ts';

/** Milliseconds between drawings: often enough for tenths of seconds to be seen moving. */
const REDRAW = 100;

const NEWLINE = 0x0a;

/** Carriage return and "erase in line" (ECMA-48). */
const ERASE = '\r\u001b[2K';

export class Screen {
  readonly #status: () => string | undefined;
  readonly #timer: NodeJS.Timeout | undefined;
  #drawn = false;
  /** Whether the cursor stands where a line begins, as far as what we have written goes. */
  #atLineStart = true;

  /**
   * @param status the line's text at this moment; undefined for none.
   * @param live whether there is a status line at all.
   */
  constructor(status: () => string | undefined, live: boolean) {
    this.#status = status;
    if (live) this.#timer = setInterval(() => this.#draw(), REDRAW);
  }

  /** The job's bytes, exactly. */
  async writeBytes(stream: StreamName, bytes: Uint8Array): Promise<void> {
    if (isTerminal(stream)) {
      this.#erase();
      this.#atLineStart = bytes.at(-1) === NEWLINE;
    }
    await writeBytes(stream, bytes);
  }

  /** A line of Slipway's own. */
  writeLine(line: string): void {
    this.#erase();
    const begun = this.#atLineStart || !isTerminal('stderr') ? '' : '\n';
    this.#atLineStart = true;
    void writeBytes('stderr', `${begun}${line}\n`);
  }

  /** No more status line. */
  close(): void {
    clearInterval(this.#timer);
    this.#erase();
  }

  #erase(): void {
    if (!this.#drawn) return;
    this.#drawn = false;
    void writeBytes('stderr', ERASE);
  }

  #draw(): void {
    const status = this.#status();
    if (status === undefined || !this.#atLineStart) {
      this.#erase();
      return;
    }
    const line = truncate(status, (process.stderr.columns || 80) - 1);
    this.#drawn = true;
    void writeBytes('stderr', `${ERASE}${line}`);
  }
}
