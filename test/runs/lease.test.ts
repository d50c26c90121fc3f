import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { processStartOf } from '../../src/engine/host/process-start.ts';
import { isHeld, newLease } from '../../src/runs/lease.ts';

describe('a lease', () => {
  it('is held while its process lives, and no longer', async () => {
    const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
    await once(child, 'spawn');
    const pid = child.pid as number;
    const processStart = (await processStartOf(pid)) as string;
    const lease = { ...(await newLease()), pid, processStart };
    expect(await isHeld(lease)).toBe(true);
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(await isHeld(lease)).toBe(false);
  });

  it('is not held by a later process that got the same pid', async () => {
    expect(await isHeld({ ...(await newLease()), processStart: '1' })).toBe(false);
  });

  it('is lost when the machine has been restarted', async () => {
    const lease = await newLease();
    const machine = lease.machine.replace(/[^/]*$/, 'an-earlier-boot');
    expect(await isHeld({ ...lease, machine })).toBe(false);
  });

  it('of another machine is left alone', async () => {
    const lease = await newLease();
    expect(await isHeld({ ...lease, pid: 1, machine: 'elsewhere/pid:[1]/boot' })).toBe(true);
  });
});
