import fc from 'fast-check';
import { expect, test } from 'vitest';
import { displayWidth } from '../../../src/commands/text/width.ts';
import { wrap } from '../../../src/commands/text/wrap.ts';

test.each([
  ['one two three', 7, ['one two', 'three']],
  ['one two three', 80, ['one two three']],
  ['unbreakable it is', 5, ['unbreakable', 'it is']],
  ['one\ntwo three', 5, ['one', 'two', 'three']],
  ['漢字 漢字', 8, ['漢字', '漢字']],
  ['', 10, ['']],
])('%j in %i columns is %j', (text, width, lines) => {
  expect(wrap(text, width)).toEqual(lines);
});

test('nothing is lost, and only a long word is wider', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: 'grapheme' }),
      fc.integer({ min: 1, max: 100 }),
      (text, width) => {
        const lines = wrap(text, width);
        expect(lines.join(' ')).toBe(text.replaceAll('\n', ' '));
        for (const line of lines) {
          if (line.includes(' ')) expect(displayWidth(line)).toBeLessThanOrEqual(width);
        }
      },
    ),
  );
});
