import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ContainerLauncher, RunNotFound, SpecError, WaitTimedOut } from '../../src/index.ts';
import { NotOnThisBackend } from '../../src/launcher/errors.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

let here: string;
let launcher: ContainerLauncher;

beforeEach(async () => {
  here = await temporaryFolder();
  launcher = new ContainerLauncher({ home: join(here, 'home') });
});
afterEach(async () => {
  for await (const { id } of launcher.list()) await launcher.destroy(id, { kill: true });
  await launcher.close();
});

async function logOf(id: string, follow = false): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const { bytes } of launcher.logs(id, { follow })) chunks.push(bytes);
  return Buffer.concat(chunks).toString();
}

describe('ContainerLauncher', { timeout: 60_000 }, () => {
  it('starts, follows, waits and destroys, with the names of the seed', async () => {
    await writeFile(join(here, 'text'), 'three\nlines\nhere\n');
    const { id, created } = await launcher.startContainer({
      commands: ['wc -l < {text} > {lines}', 'echo counted', 'false', 'echo never'],
      inputs: { text: join(here, 'text') },
      outputs: { lines: join(here, 'lines') },
      memory: 1,
      tags: { a: 'b' },
      engine: 'host',
      nameSuffix: 'x',
    });
    expect(created).toBe(true);
    expect(await logOf(id, true)).toBe('counted\n');
    expect(await launcher.waitForContainer(id)).toMatchObject({
      state: 'FAILED',
      exitCode: 1,
      failure: 'USER_CODE',
      name: 'x',
      tags: { a: 'b' },
    });
    await launcher.destroy(id);
    await launcher.destroy(id);
    expect((await launcher.getContainerStatus(id)).removedAt).not.toBeNull();
    await launcher.destroy(id, { purge: true });
    await expect(launcher.getContainerStatus(id)).rejects.toThrow(RunNotFound);
  });

  it('gives the run that exists for an id that is taken', async () => {
    const input = {
      id: 'same',
      command: ['sh', '-c', 'echo once >> {count}'],
      outputs: { count: join(here, 'count') },
      engine: 'host' as const,
    };
    const first = await launcher.startContainer(input);
    const second = await launcher.startContainer(input);
    expect([first, second]).toMatchObject([
      { id: 'same', created: true },
      { id: 'same', created: false },
    ]);
    expect(await launcher.waitForContainer('same')).toMatchObject({ state: 'SUCCEEDED' });
    expect(await readFile(join(here, 'count'), 'utf8')).toBe('once\n');
  });

  it('ends a wait with its timeout or its signal, and stops only when asked to', async () => {
    const { id } = await launcher.startContainer({ command: ['sleep', '60'], engine: 'host' });
    await expect(launcher.waitForContainer(id, { timeout: 0.2 })).rejects.toThrow(WaitTimedOut);
    const reason = new Error('enough');
    const wait = launcher.waitForContainer(id, { signal: AbortSignal.timeout(300) });
    await expect(wait).rejects.toMatchObject({ name: 'TimeoutError' });
    const aborted = launcher.waitForContainer(id, { signal: AbortSignal.abort(reason) });
    await expect(aborted).rejects.toBe(reason);
    expect(await launcher.stop(id, { message: 'Enough.' })).toMatchObject({
      state: 'STOPPED',
      reason: 'Enough.',
    });
  });

  it('says all that is wrong at once', async () => {
    const start = launcher.startContainer({ comand: 'x', memory: 'lots', image: '' } as never);
    await expect(start).rejects.toThrow(SpecError);
    await expect(start).rejects.toMatchObject({
      problems: expect.arrayContaining(
        ['comand', 'memory', 'image'].map((key) => expect.objectContaining({ path: [key] })),
      ),
    });
  });

  it('refuses what only makes sense on AWS, with a sentence for each', async () => {
    const start = launcher.startContainer({
      command: 'true',
      instanceType: 'm5.large',
      isSpot: false,
      subnetIds: ['subnet-1'],
    });
    await expect(start).rejects.toThrow(NotOnThisBackend);
    await expect(start).rejects.toThrow(/instanceType: .*\n.*subnetIds: .*\n.*isSpot: /);
  });

  it('refuses a thing that is said under both of its names', async () => {
    const start = launcher.startContainer({ dockerImage: 'a', image: 'b', command: 'true' });
    await expect(start).rejects.toMatchObject({ code: 'USAGE' });
  });
});
