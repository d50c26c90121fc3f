/** Rows as aligned columns. Pure. */
import { displayWidth, pad, truncate } from './width.ts';

export interface Column {
  title: string;
  /** Columns of the terminal that it takes at most; the last column takes what is left. */
  most: number;
  /** Colours a cell that is cut and padded already. */
  style?: ((cell: string) => string) | undefined;
}

/** A last column with less room than this would only be an ellipsis. */
const LEAST = 8;

/** Between columns. */
const GAP = '  ';

/** Lays rows out by the widths that the first ones need. */
export class Table {
  readonly #columns: readonly Column[];
  readonly #widths: readonly number[];
  readonly #width: number | undefined;

  /**
   * @param sample the rows that the widths are taken from.
   * @param width of the terminal; undefined where nothing is to be cut.
   */
  constructor(
    columns: readonly Column[],
    sample: readonly (readonly string[])[],
    width: number | undefined,
  ) {
    this.#columns = columns;
    this.#width = width;
    this.#widths = columns.map(({ title, most }, index) => {
      const needed = sample.map((row) => displayWidth(row[index] ?? ''));
      return Math.min(Math.max(displayWidth(title), ...needed), most);
    });
  }

  header(): string {
    return this.#line(
      this.#columns.map(({ title }) => title),
      (cell) => cell,
    );
  }

  row(cells: readonly string[]): string {
    return this.#line(cells, (cell, column) => column.style?.(cell) ?? cell);
  }

  #line(cells: readonly string[], style: (cell: string, column: Column) => string): string {
    let left = this.#width ?? Number.POSITIVE_INFINITY;
    const shown: string[] = [];
    for (const [index, column] of this.#columns.entries()) {
      const last = index === this.#columns.length - 1;
      const wanted = last ? left : Math.min(this.#widths[index] ?? 0, left);
      if (wanted <= 0 || (last && wanted < LEAST)) break;
      const cell =
        this.#width === undefined ? (cells[index] ?? '') : truncate(cells[index] ?? '', wanted);
      const padded = last ? cell : pad(cell, this.#widths[index] ?? 0);
      shown.push(style(padded, column));
      left -= displayWidth(padded) + GAP.length;
    }
    return shown.join(GAP).trimEnd();
  }
}
