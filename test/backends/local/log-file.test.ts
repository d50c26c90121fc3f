import { appendFile, stat, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LogWriter, readFrames } from '../../../src/backends/local/log-file.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const newFile = async () => join(await temporaryFolder(), 'app.log');

async function read(file: string, offset = 0) {
  const frames = [];
  for await (const frame of readFrames(file, offset)) frames.push(frame);
  return frames;
}

describe('a log file', () => {
  it('gives back every byte in order, with stream and time, from any frame on', async () => {
    const writes = fc.array(
      fc.record({
        stream: fc.constantFrom('stdout' as const, 'stderr' as const),
        time: fc.nat({ max: 4_102_444_800_000 }),
        bytes: fc.uint8Array({ minLength: 1, maxLength: 400 }),
      }),
      { maxLength: 40 },
    );
    await fc.assert(
      fc.asyncProperty(writes, async (expected) => {
        const file = await newFile();
        const writer = await LogWriter.open(file);
        for (const { stream, bytes, time } of expected) writer.write(stream, bytes, time);
        writer.close();
        const frames = await read(file);
        expect(
          frames.map(({ stream, time, bytes }) => ({ stream, time, bytes: new Uint8Array(bytes) })),
        ).toEqual(expected);
        const middle = frames[Math.floor(frames.length / 2)];
        if (middle)
          expect(await read(file, middle.end)).toHaveLength(
            frames.length - Math.floor(frames.length / 2) - 1,
          );
      }),
      { numRuns: 50 },
    );
  });

  it('reads a frame larger than its buffer, and many that end in odd places', async () => {
    const file = await newFile();
    const writer = await LogWriter.open(file);
    for (let index = 0; index < 2000; index += 1) writer.write('stdout', Buffer.alloc(997, index));
    writer.write('stderr', Buffer.alloc(1_000_000, 'x'));
    writer.write('stdout', Buffer.from('end'));
    writer.close();
    const frames = await read(file);
    expect(frames).toHaveLength(2002);
    expect(frames.at(-2)?.bytes.length).toBe(1_000_000);
    expect(frames.at(-1)?.bytes.toString()).toBe('end');
  });

  it('reads a frame that is larger than its buffer and the first of the file', async () => {
    for (const size of [256 * 1024 - 12, 256 * 1024 - 11, 256 * 1024 - 10, 600_000]) {
      const file = await newFile();
      const writer = await LogWriter.open(file);
      writer.write('stdout', Buffer.alloc(size, 1));
      writer.write('stderr', Buffer.from('end'));
      writer.close();
      expect((await read(file)).map(({ bytes }) => bytes.length)).toEqual([size, 3]);
      expect(await read(file, size + 11)).toHaveLength(1);
    }
  });

  it('cuts off what a killed writer tore, and goes on at the right position', async () => {
    const file = await newFile();
    const first = await LogWriter.open(file);
    first.write('stdout', Buffer.from('whole'));
    first.close();
    const { size } = await stat(file);
    for (const torn of [1, 10, 11, 14]) {
      await truncate(file, size);
      await appendFile(
        file,
        Buffer.concat([Buffer.alloc(10), Buffer.from([9, 0, 0, 0])]).subarray(0, torn),
      );
      const next = await LogWriter.open(file);
      expect(next.position).toEqual({ stdout: 5, stderr: 0 });
      next.close();
      expect((await stat(file)).size).toBe(size);
    }
  });

  it('is empty where there is no file', async () => {
    expect(await read(await newFile())).toEqual([]);
  });
});
