import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { LogChunk } from '../../../src/backends/backend.ts';
import { skipTo, startOfLast } from '../../../src/commands/log/tail.ts';

async function* stream(chunks: readonly LogChunk[]): AsyncGenerator<LogChunk> {
  yield* chunks;
}

async function tail(chunks: readonly LogChunk[], count: number): Promise<LogChunk[]> {
  const positions = await startOfLast(stream(chunks), count);
  const shown: LogChunk[] = [];
  for await (const chunk of skipTo(stream(chunks), positions)) shown.push(chunk);
  return shown;
}

const chunk = (text: string, container = 'app', stream: LogChunk['stream'] = 'stdout') => ({
  container,
  stream,
  time: 0,
  bytes: Buffer.from(text),
});

const textOf = (chunks: readonly LogChunk[]) =>
  chunks.map(({ bytes }) => Buffer.from(bytes).toString()).join('');

describe('the last lines of a log', () => {
  it('are those that tail(1) would give, however they are cut into chunks', async () => {
    const texts = fc.array(fc.constantFrom('a', '\n', 'bc\n', 'd\ne', '\n\n'), { maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(texts, fc.nat({ max: 6 }), async (parts, count) => {
        const lines = parts.join('').match(/[^\n]*\n|[^\n]+$/g) ?? [];
        const shown = await tail(
          parts.map((part) => chunk(part)),
          count,
        );
        expect(textOf(shown)).toBe(
          lines.slice(lines.length - Math.min(count, lines.length)).join(''),
        );
      }),
    );
  });

  it('are counted over all streams and containers', async () => {
    const chunks = [
      chunk('one\ntwo\n'),
      chunk('error\n', 'app', 'stderr'),
      chunk('side\n', 'sidecar'),
      chunk('three\n'),
    ];
    expect(textOf(await tail(chunks, 3))).toBe('error\nside\nthree\n');
    expect(textOf(await tail(chunks, 4))).toBe('two\nerror\nside\nthree\n');
  });

  it('shows what comes after them when the log goes on', async () => {
    const positions = await startOfLast(stream([chunk('one\ntwo\n')]), 1);
    const shown: LogChunk[] = [];
    for await (const one of skipTo(stream([chunk('one\nt'), chunk('wo\nthree\n')]), positions)) {
      shown.push(one);
    }
    expect(textOf(shown)).toBe('two\nthree\n');
  });
});
