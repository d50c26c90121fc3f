import picocolors from 'picocolors';
import { describe, expect, it } from 'vitest';
import type { LogChunk } from '../../../src/backends/backend.ts';
import { type LogFormat, LogPrinter } from '../../../src/commands/log/log-printer.ts';
import type { StreamName } from '../../../src/commands/output.ts';

const plain = picocolors.createColors(false);
const RAW: LogFormat = {
  names: [],
  timestamps: false,
  json: false,
  colors: { stdout: plain, stderr: plain },
};

const chunk = (container: string, stream: StreamName, text: string): LogChunk => ({
  container,
  stream,
  time: Date.parse('2026-11-21T09:30:00Z'),
  bytes: Buffer.from(text),
});

async function print(chunks: readonly LogChunk[], format: Partial<LogFormat> = {}) {
  const written: [StreamName, string][] = [];
  const printer = new LogPrinter({ ...RAW, ...format }, async (stream, bytes) => {
    written.push([stream, Buffer.from(bytes).toString('latin1')]);
  });
  await printer.print(
    (async function* () {
      yield* chunks;
    })(),
  );
  return written;
}

describe('a printed log', () => {
  it('has every byte of each stream, in order, and is written in few pieces', async () => {
    const chunks = [
      chunk('app', 'stdout', 'a'),
      chunk('app', 'stdout', '\xff\n'),
      chunk('app', 'stderr', 'e'),
      chunk('app', 'stdout', 'b'),
    ];
    expect(await print(chunks)).toEqual([
      ['stdout', Buffer.from('a\xff\n').toString('latin1')],
      ['stderr', 'e'],
      ['stdout', 'b'],
    ]);
  });

  it('never mixes the lines of two containers', async () => {
    const chunks = [
      chunk('web', 'stdout', 'GET /'),
      chunk('database', 'stdout', 'ready\n'),
      chunk('web', 'stdout', ' 200\n'),
      chunk('web', 'stdout', 'no newline'),
    ];
    const written = await print(chunks, { names: ['web', 'database'] });
    const text = Buffer.from(written.map(([, part]) => part).join(''), 'latin1').toString();
    expect(text).toBe('database │ ready\nweb      │ GET / 200\nweb      │ no newline\n');
  });

  it('is JSON lines on stdout with --json, whatever the stream', async () => {
    const written = await print([chunk('app', 'stderr', 'one\ntwo')], { json: true });
    expect(written.every(([stream]) => stream === 'stdout')).toBe(true);
    const lines = written.flatMap(([, text]) => text.trim().split('\n'));
    expect(lines.map((line) => JSON.parse(line))).toEqual(
      ['one', 'two'].map((text) => ({
        time: '2026-11-21T09:30:00.000Z',
        container: 'app',
        stream: 'stderr',
        text,
      })),
    );
  });

  it('waits for a slow reader', async () => {
    let waiting = 0;
    let most = 0;
    const printer = new LogPrinter(RAW, async (_, bytes) => {
      waiting -= bytes.length;
      await new Promise((resolve) => setImmediate(resolve));
    });
    await printer.print(
      (async function* () {
        for (let count = 0; count < 200; count += 1) {
          waiting += 16_384;
          most = Math.max(most, waiting);
          yield { ...chunk('app', 'stdout', ''), bytes: Buffer.alloc(16_384) };
        }
      })(),
    );
    expect(waiting).toBe(0);
    expect(most).toBeLessThan(256 * 1024);
  });
});
