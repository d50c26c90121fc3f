import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LineSplitter } from '../../../src/commands/log/line-splitter.ts';

/** What is printed of bytes that come in these chunks, each line as `time:line;`. */
function split(chunks: readonly Uint8Array[]): string {
  const splitter = new LineSplitter((line, time) =>
    Buffer.from(`${time}:${line.toString('latin1')};`),
  );
  const printed = chunks.map((chunk, index) => Buffer.from(splitter.add(chunk, index)));
  return [...printed, Buffer.from(splitter.end())].map(String).join('');
}

describe('a line splitter', () => {
  it('gives the same lines however the bytes are cut into chunks', () => {
    const bytes = fc.array(fc.constantFrom(0x0a, 0x0d, 0x61, 0xff), { maxLength: 60 });
    fc.assert(
      fc.property(bytes, fc.array(fc.nat({ max: 60 }), { maxLength: 6 }), (all, cuts) => {
        const borders = [0, ...cuts.map((cut) => Math.min(cut, all.length)), all.length].sort(
          (one, other) => one - other,
        );
        const chunks = borders
          .slice(1)
          .map((end, index) => Uint8Array.from(all.slice(borders[index], end)));
        const withoutTimes = (text: string) => text.replaceAll(/\d+:/g, '');
        expect(withoutTimes(split(chunks))).toBe(withoutTimes(split([Uint8Array.from(all)])));
      }),
    );
  });

  it('gives a line the time of its first bytes, and a last one without a newline too', () => {
    expect(split([Buffer.from('one\ntw'), Buffer.from('o\n\nthree')])).toBe(
      '0:one;0:two;1:;1:three;',
    );
  });

  it('cuts a line without an end, so that it costs no memory', () => {
    const printed = split(Array.from({ length: 5 }, () => Buffer.alloc(32 * 1024, 'x')));
    expect(printed.split(';').map((line) => line.length)).toEqual([65538, 65538, 32770, 0]);
  });
});
