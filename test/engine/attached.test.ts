import type { ChildProcess } from 'node:child_process';
import { EventEmitter } from 'node:events';
import { PassThrough } from 'node:stream';
import fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { followAttached, skipping } from '../../src/engine/attached.ts';
import type { OutputStream } from '../../src/engine/engine.ts';
import { EngineUnavailable } from '../../src/engine/errors.ts';

/** A client that says what the test has it say. */
function client() {
  const child = Object.assign(new EventEmitter(), {
    stdout: new PassThrough(),
    stderr: new PassThrough(),
  });
  const given: string[] = [];
  const end = followAttached('docker', child as unknown as ChildProcess, (stream, bytes) =>
    given.push(`${stream} ${Buffer.from(bytes)}`),
  );
  const says = (stream: OutputStream, text: string) =>
    child[stream].emit('data', Buffer.from(text));
  return { child, given, end, says };
}

describe('following an attached client', () => {
  afterEach(() => {
    vi.useRealTimers();
  });

  it('gives on what the container writes, in order', async () => {
    const { child, given, end, says } = client();
    says('stdout', 'one');
    says('stderr', 'two');
    says('stdout', 'three');
    child.emit('close', 7);
    expect(await end).toMatchObject({ exitCode: 7, held: Buffer.alloc(0) });
    expect(given).toEqual(['stdout one', 'stderr two', 'stdout three']);
  });

  it.each([
    'docker: Error response from daemon: refused',
    'Error: refused',
    'Error response from daemon: refused',
    'Unable to find image',
    'WARNING: the kernel is old\ndocker: Error response from daemon: refused',
    'invalid argument "x" for "--cpus"',
  ])('keeps from the sink what may be the client’s own: %s', async (words) => {
    const { child, given, end, says } = client();
    says('stderr', words);
    says('stderr', ' and more');
    child.emit('close', 125);
    const { held, said } = await end;
    expect(held.toString()).toBe(`${words} and more`);
    expect(said.toString()).toBe(`${words} and more`);
    expect(given).toEqual([]);
  });

  it('takes such words for the container’s once the client lives on', async () => {
    vi.useFakeTimers();
    const { child, given, end, says } = client();
    says('stderr', 'Error: mine\n');
    says('stderr', 'more\n');
    expect(given).toEqual([]);
    vi.runAllTimers();
    says('stderr', 'Error: again\n');
    child.emit('close', 1);
    expect((await end).held).toEqual(Buffer.alloc(0));
    expect(given).toEqual(['stderr Error: mine\nmore\n', 'stderr Error: again\n']);
  });

  it('takes such words for the container’s where others came before', async () => {
    const { child, given, end, says } = client();
    says('stderr', 'begin\n');
    says('stderr', 'Error: mine\n');
    child.emit('close', 1);
    expect((await end).held).toEqual(Buffer.alloc(0));
    expect(given).toEqual(['stderr begin\n', 'stderr Error: mine\n']);
  });

  it('remembers only the beginning of what was said, however much it is', async () => {
    const { child, end, says } = client();
    says('stderr', 'begin ');
    for (let count = 0; count < 100; count += 1) says('stderr', 'x'.repeat(10_000));
    child.emit('close', 1);
    const { said } = await end;
    expect(said.toString()).toMatch(/^begin x/);
    expect(said.length).toBeLessThan(100_000);
  });

  it('says that the command is not there', async () => {
    const { child, end } = client();
    child.emit('error', Object.assign(new Error('ENOENT'), { code: 'ENOENT', path: 'docker' }));
    await expect(end).rejects.toThrow(EngineUnavailable);
  });
});

it('a position is passed over exactly, however the output is cut', () => {
  const chunk = fc.record({
    stream: fc.constantFrom<OutputStream>('stdout', 'stderr'),
    bytes: fc.uint8Array({ maxLength: 8 }),
  });
  fc.assert(
    fc.property(fc.array(chunk), fc.nat(40), fc.nat(40), (chunks, stdout, stderr) => {
      const position = { stdout, stderr };
      const given: typeof chunks = [];
      const sink = skipping(position, (stream, bytes) =>
        given.push({ stream, bytes: bytes as Uint8Array<ArrayBuffer> }),
      );
      for (const { stream, bytes } of chunks) sink(stream, bytes);
      for (const stream of ['stdout', 'stderr'] as const) {
        const all = (list: typeof chunks) =>
          Buffer.concat(list.filter((one) => one.stream === stream).map((one) => one.bytes));
        expect(all(given)).toEqual(all(chunks).subarray(position[stream]));
      }
      expect(given.every(({ bytes }) => bytes.length > 0)).toBe(true);
      expect(position).toEqual({ stdout, stderr });
    }),
  );
});
