import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Table } from '../../../src/commands/text/table.ts';
import { displayWidth, pad, printable, truncate } from '../../../src/commands/text/width.ts';

describe('text on a terminal', () => {
  it('is as wide as the terminal shows it', () => {
    expect(['abc', 'é', 'e\u0301', '漢字', '🚢', ''].map(displayWidth)).toEqual([3, 1, 1, 4, 2, 0]);
  });

  it('is never cut to more than the width, nor changed where it fits', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme' }),
        fc.integer({ min: 1, max: 20 }),
        (text, width) => {
          const cut = truncate(text, width);
          expect(displayWidth(cut)).toBeLessThanOrEqual(width);
          if (displayWidth(text) <= width) expect(cut).toBe(text);
          else expect(cut.endsWith('…')).toBe(true);
          expect(displayWidth(pad(cut, 25))).toBe(25);
        },
      ),
    );
  });

  it('has nothing left that a terminal acts on', () => {
    expect(printable('a\u001b[2Jb\u0007\r\nc\u202e')).toBe('a\\u001b[2Jb\\u0007\\u000d c\\u202e');
  });
});

describe('a table', () => {
  const columns = [
    { title: 'ID', most: 6 },
    { title: 'NAME', most: 10 },
    { title: 'REASON', most: 0 },
  ];
  const rows = [
    ['1', 'short', 'It went well.'],
    ['2', 'a name that is far too long', 'It went on and on until the very end of the line.'],
  ];

  it('fits every row into the terminal', () => {
    for (let width = 1; width < 80; width += 1) {
      const table = new Table(columns, rows, width);
      for (const line of [table.header(), ...rows.map((row) => table.row(row))]) {
        expect(displayWidth(line)).toBeLessThanOrEqual(width);
      }
    }
  });

  it('aligns its columns, and cuts nothing where there is no terminal', () => {
    const table = new Table(columns, rows, undefined);
    expect(table.row(rows[0] ?? [])).toBe('1   short       It went well.');
    expect(table.row(rows[1] ?? [])).toContain('a name that is far too long');
    expect(table.header()).toBe('ID  NAME        REASON');
  });
});
