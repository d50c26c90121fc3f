import { existsSync, mkdirSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { container, freshEngine, runToEnd } from './support.ts';

const LIMIT = 64 * 1024 ** 2;

/** A control group with little memory, of whichever version; undefined where none can be made. */
function smallGroup(): string | undefined {
  const [parent, file] = existsSync('/sys/fs/cgroup/memory')
    ? ['/sys/fs/cgroup/memory', 'memory.limit_in_bytes']
    : ['/sys/fs/cgroup', 'memory.max'];
  const group = join(parent, `slipway-test-${process.pid}`);
  try {
    mkdirSync(group);
    writeFileSync(join(group, file), String(LIMIT));
    return group;
  } catch (error) {
    if (existsSync(group)) rmdirSync(group);
    console.warn(`Out of memory is not tested: no control group here (${error}). Run as root.`);
    return undefined;
  }
}

const group = smallGroup();

describe.skipIf(group === undefined)('a process that the kernel kills for want of memory', () => {
  afterAll(() => {
    if (group !== undefined) rmdirSync(group);
  });

  it('is told from one that somebody killed', async () => {
    const { engine } = await freshEngine();
    const grow = 'const kept = []; for (;;) kept.push(Buffer.alloc(1e6, 1));';
    const text = 'echo $$ > "$1/cgroup.procs" && exec "$2" -e "$3"';
    const command = ['sh', '-c', text, 'sh', group as string, process.execPath, grow];
    const { status } = await runToEnd(engine, container('job', command));
    expect(status).toMatchObject({ state: 'exited', exitCode: 137, outOfMemory: true });
    const other = await runToEnd(engine, container('other', ['sh', '-c', 'kill -KILL $$']));
    expect(other.status).toMatchObject({ exitCode: 137, outOfMemory: false });
  });
});
