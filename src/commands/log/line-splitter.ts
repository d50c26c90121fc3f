/** Cuts a stream of bytes into lines, wherever its chunks begin and end. Pure. */

const NEWLINE = 0x0a;

/** A line longer than this is cut, so that one without an end costs no memory. */
const LONGEST_LINE = 64 * 1024;

/** Gives what is printed for a line, which comes without its newline. */
export type LineRenderer = (line: Buffer, time: number) => Uint8Array;

export class LineSplitter {
  readonly #render: LineRenderer;
  #begun: Buffer[] = [];
  #begunSize = 0;
  /** When the first bytes of the line came. */
  #begunAt = 0;

  constructor(render: LineRenderer) {
    this.#render = render;
  }

  /** What is printed of the lines that end in `bytes`. */
  add(bytes: Uint8Array, time: number): Uint8Array {
    const chunk = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const rendered: Uint8Array[] = [];
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end !== -1; end = chunk.indexOf(NEWLINE, start)) {
      rendered.push(this.#line(chunk.subarray(start, end), time));
      start = end + 1;
    }
    this.#hold(chunk.subarray(start), time);
    if (this.#begunSize >= LONGEST_LINE) rendered.push(this.end());
    return Buffer.concat(rendered);
  }

  /** What is printed of a last line that has no newline. */
  end(): Uint8Array {
    return this.#begunSize === 0 ? Buffer.alloc(0) : this.#line(Buffer.alloc(0), this.#begunAt);
  }

  #line(rest: Buffer, time: number): Uint8Array {
    if (this.#begunSize === 0) return this.#render(rest, time);
    const line = Buffer.concat([...this.#begun, rest]);
    this.#begun = [];
    this.#begunSize = 0;
    return this.#render(line, this.#begunAt);
  }

  #hold(bytes: Buffer, time: number): void {
    if (bytes.length === 0) return;
    if (this.#begunSize === 0) this.#begunAt = time;
    // A copy: the chunk is of a larger buffer, which would stay in memory with it.
    this.#begun.push(Buffer.from(bytes));
    this.#begunSize += bytes.length;
  }
}
