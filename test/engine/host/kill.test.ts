import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readFile, readlink, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { ContainerSpec } from '../../../src/engine/engine.ts';
import { processStartOf } from '../../../src/engine/host/process-start.ts';
import { Collected, freshEngine, isRunning, script, statusOf } from './support.ts';

const RUNNER = new URL('./runner.ts', import.meta.url).pathname;

/** Another process that runs the container. */
function runElsewhere(folder: string, spec: ContainerSpec) {
  const child = spawn(process.execPath, ['--import', 'tsx', RUNNER, folder, JSON.stringify(spec)], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const output = new Collected();
  child.stdout.on('data', (bytes) => output.sink('stdout', bytes));
  child.stderr.on('data', (bytes) => output.sink('stderr', bytes));
  const ended = once(child, 'exit');
  return { child, output, ended };
}

/** Both pids of a container's start: the wrapper's and the command's. */
async function pidsOf(folder: string, name: string): Promise<{ wrapper: number; command: number }> {
  const wrapper = Number.parseInt(await readlink(join(folder, name, 'start-1')), 10);
  const command = Number.parseInt(await readFile(join(folder, name, 'command-1'), 'utf8'), 10);
  return { wrapper, command };
}

describe('a process of the host engine', () => {
  it('goes on without whoever started it, and loses neither output nor exit code', async () => {
    const { engine, folder } = await freshEngine();
    const spec = script(
      'job',
      'echo first; until [ -e go ]; do sleep 0.02; done; echo second; exit 9',
    );
    const { child, output, ended } = runElsewhere(folder, spec);
    await output.seen('first\n');
    child.kill('SIGKILL');
    await ended;
    expect(await statusOf(engine, 'job')).toMatchObject({ state: 'running' });
    const rest = new Collected();
    const following = engine.follow('job', { stdout: 3, stderr: 0 }, rest.sink);
    await writeFile(join(folder, 'job', 'work', 'go'), '');
    await following;
    expect(rest.stdout).toBe('st\nsecond\n');
    expect(await statusOf(engine, 'job')).toMatchObject({ state: 'exited', exitCode: 9 });
  });

  it('knows its secrets still when its starter is gone', async () => {
    if (process.platform !== 'linux') {
      return console.warn('Only Linux tells the environment of a process: not tested here.');
    }
    const { engine, folder } = await freshEngine();
    const spec = script('job', 'echo first; sleep 300', { secrets: { TOKEN: 'mum=word' } });
    const { child, output, ended } = runElsewhere(folder, spec);
    await output.seen('first\n');
    child.kill('SIGKILL');
    await ended;
    expect(await engine.exec('job', ['sh', '-c', '[ "$TOKEN" = mum=word ]'], 10)).toBe(0);
    await engine.stop('job', 5);
    await expect(engine.start('job', () => {})).rejects.toThrow('its secrets (TOKEN)');
  });

  it('runs once, at whatever moment its starter is killed', async () => {
    const { engine, folder } = await freshEngine();
    for (let moment = 0; moment < 24; moment++) {
      const name = `job-${moment}`;
      const count = join(folder, `.count-${moment}`);
      const spec = script(name, 'echo run >> "$COUNT"; echo done', {
        environment: { COUNT: count },
      });
      const { child, output, ended } = runElsewhere(folder, spec);
      await output.seen('runner\n');
      await new Promise((resolve) => setTimeout(resolve, moment));
      child.kill('SIGKILL');
      await ended;
      const [status] = await engine.inspect([name]);
      if (status === undefined) await engine.run(spec, () => {});
      else if (status.state === 'created') await engine.start(name, () => {});
      const log = new Collected();
      await engine.follow(name, { stdout: 0, stderr: 0 }, log.sink);
      expect(await readFile(count, 'utf8')).toBe('run\n');
      expect(log.stdout).toBe('done\n');
      expect(await statusOf(engine, name)).toMatchObject({ state: 'exited', exitCode: 0 });
      await rm(count);
    }
  });

  it('is started by one of two processes that run the same name at once', async () => {
    const { engine, folder } = await freshEngine();
    const count = join(folder, '.count');
    for (let round = 0; round < 5; round++) {
      const spec = script(`job-${round}`, 'echo run >> "$COUNT"', {
        environment: { COUNT: count },
      });
      const ends = await Promise.allSettled([
        engine.run(spec, () => {}),
        engine.run(spec, () => {}),
        runElsewhere(folder, spec).ended.then(([code]) => {
          if (code !== 0) throw new Error('The other process did not run it.');
        }),
      ]);
      expect(ends.filter((end) => end.status === 'fulfilled')).toHaveLength(1);
      expect(await readFile(count, 'utf8')).toBe('run\n'.repeat(round + 1));
    }
    await rm(count);
  });

  it('has vanished where the wrapper and the command were killed', async () => {
    const { engine, folder } = await freshEngine();
    const output = new Collected();
    const run = engine.run(script('job', 'echo ready; sleep 300 & wait'), output.sink);
    await output.seen('ready');
    const { wrapper, command } = await pidsOf(folder, 'job');
    process.kill(wrapper, 'SIGKILL');
    expect(await statusOf(engine, 'job')).toMatchObject({ state: 'running' });
    process.kill(command, 'SIGKILL');
    await run;
    const status = await statusOf(engine, 'job');
    expect(status).toMatchObject({ state: 'exited', outOfMemory: false });
    expect(status.exitCode).toBeUndefined();
    expect(status.error).toContain('vanished without an exit code');
  });

  it('is stopped though its wrapper was killed', async () => {
    const { engine, folder } = await freshEngine();
    const output = new Collected();
    const run = engine.run(
      script('job', 'trap "" TERM; echo ready; while :; do sleep 0.05; done'),
      output.sink,
    );
    await output.seen('ready');
    const { wrapper, command } = await pidsOf(folder, 'job');
    process.kill(wrapper, 'SIGKILL');
    await engine.stop('job', 0.1);
    await run;
    expect(await isRunning(command)).toBe(false);
  });

  it.each([
    ['another start', (start: string, boot: string) => `${Number.parseInt(start, 10) - 1},${boot}`],
    ['another boot', (start: string) => `${start},0`],
  ])('is not taken for a process that has its pid and %s', async (_, forge) => {
    const { engine, folder } = await freshEngine();
    await engine.run(script('job', 'true'), () => {});
    const identity = await readFile(join(folder, 'job', 'command-1'), 'utf8');
    const boot = identity.trim().split(',')[2] ?? '';
    const stranger = spawn('sleep', ['300'], { detached: true });
    await once(stranger, 'spawn');
    try {
      const pid = stranger.pid as number;
      const forged = `${pid},${forge((await processStartOf(pid)) as string, boot)}`;
      await mkdir(join(folder, 'forged'));
      const stored = JSON.parse(await readFile(join(folder, 'job', 'container.json'), 'utf8'));
      const spec = { ...stored.spec, name: 'forged' };
      await writeFile(
        join(folder, 'forged', 'container.json'),
        JSON.stringify({ ...stored, id: 'forged', spec }),
      );
      await symlink(forged, join(folder, 'forged', 'start-1'));
      await writeFile(join(folder, 'forged', 'command-1'), `${forged}\n`);
      expect(await statusOf(engine, 'forged')).toMatchObject({ state: 'exited' });
      await engine.signal('forged', 'SIGKILL');
      await engine.stop('forged', 0);
      await engine.remove('forged');
      expect(await isRunning(pid)).toBe(true);
    } finally {
      stranger.kill('SIGKILL');
    }
  });
});
