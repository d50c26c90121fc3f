import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runCommand } from '../../src/engine/command.ts';
import { EngineFailed, EngineUnavailable } from '../../src/engine/errors.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const options = { environment: process.env };
const shell = (text: string, change: object = {}) =>
  runCommand('sh', ['-c', text], { ...options, ...change });

describe('a command of an engine', () => {
  it('gives its exit code and both streams', async () => {
    expect(await shell('echo out; echo err >&2; exit 3')).toEqual({
      exitCode: 3,
      stdout: 'out\n',
      stderr: 'err\n',
    });
  });

  it('has no exit code where a signal ended it', async () => {
    expect((await shell('kill -9 $$')).exitCode).toBeUndefined();
  });

  it('has only the environment and the folder that it is given', async () => {
    const folder = await temporaryFolder();
    const environment = { PATH: process.env.PATH, ONLY: 'this' };
    const { stdout } = await shell('pwd; echo "$ONLY<$HOME>"', { folder, environment });
    expect(stdout).toBe(`${folder}\nthis<>\n`);
  });

  it('reads its input, or leaves it, which is no failure', async () => {
    const input = Buffer.alloc(3_000_000, 'x');
    expect((await shell('wc -c', { input })).stdout.trim()).toBe('3000000');
    expect((await shell('exit 4', { input })).exitCode).toBe(4);
    expect((await shell('cat; echo over')).stdout).toBe('over\n');
  });

  it('is in a process group of its own, which a Ctrl-C of the terminal does not reach', async () => {
    const { stdout } = await shell('echo $$; ps -o pgid= -p $$');
    const [pid, group] = stdout.trim().split(/\s+/);
    expect(group).toBe(pid);
  });

  it('is killed when its time is over, and named', async () => {
    const file = join(await temporaryFolder(), 'pid');
    const late = shell(`trap "" TERM; echo $$ > '${file}'; exec sleep 300`, { timeout: 0.5 });
    await expect(late).rejects.toThrow(EngineFailed);
    await expect(late).rejects.toThrow(/sh -c gave no answer within 0.5s/);
    const pid = Number(await readFile(file, 'utf8'));
    expect(() => process.kill(pid, 0)).toThrow('ESRCH');
  });

  it('is given up with the reason of whoever gives it up', async () => {
    const reason = new Error('no more');
    await expect(shell('true', { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    const controller = new AbortController();
    const running = shell('echo begun; exec sleep 300', {
      signal: controller.signal,
      onLine: () => controller.abort(reason),
    });
    await expect(running).rejects.toBe(reason);
  });

  it('tells each line as it comes, also the last, and no half of a letter', async () => {
    const lines: string[] = [];
    const onLine = (line: string) => lines.push(line);
    // Both halves of an e with an acute accent, apart in time as a pipe may cut them.
    await shell(
      "printf 'one\\rtwo\\n\\n'; printf 'caf\\303'; sleep 0.1; printf '\\251\\n'; printf last",
      { onLine },
    );
    expect(lines).toEqual(['one', 'two', 'café', 'last']);
  });

  it('that is not installed is an engine that cannot be used', async () => {
    const missing = runCommand('no-such-engine', ['info'], options);
    await expect(missing).rejects.toThrow(EngineUnavailable);
    await expect(missing).rejects.toThrow('no-such-engine is not installed');
  });

  it('is not called missing where it is its folder that is', async () => {
    const failure = await shell('true', { folder: '/no/such/folder' }).catch((error) => error);
    expect(failure).toBeInstanceOf(EngineFailed);
    expect(failure.message).not.toContain('not installed');
  });
});
