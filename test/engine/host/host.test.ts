import { mkdir, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Engine } from '../../../src/engine/engine.ts';
import { ContainerExists, EngineFailed } from '../../../src/engine/errors.ts';
import {
  Collected,
  container,
  freshEngine,
  isRunning,
  runToEnd,
  SHELLS,
  script,
  statusOf,
} from './support.ts';

describe.each(SHELLS)('the host engine with %s %s', (...shell) => {
  it('gives each stream as it was written, and the exit code', async () => {
    const { engine } = await freshEngine(shell);
    const { output, status } = await runToEnd(
      engine,
      script('job', "printf 'a\\000\\377'; printf 'no newline' >&2; exit 7"),
    );
    expect(output.bytes('stdout')).toEqual(Buffer.from([97, 0, 255]));
    expect(output.stderr).toBe('no newline');
    expect(status).toMatchObject({ state: 'exited', exitCode: 7, outOfMemory: false });
    expect(status.endedAt?.getTime()).toBeGreaterThanOrEqual(status.startedAt?.getTime() ?? 0);
  });

  it.each([
    ['TERM', 143],
    ['INT', 130],
    ['KILL', 137],
    ['SEGV', 139],
  ])('tells an end by SIG%s as %i', async (signal, code) => {
    const { engine } = await freshEngine(shell);
    const { status } = await runToEnd(engine, script('job', `kill -${signal} $$`));
    expect(status).toMatchObject({ exitCode: code, outOfMemory: false });
  });

  it('sends signals that the command can catch', async () => {
    const { engine } = await freshEngine(shell);
    const output = new Collected();
    const text = 'trap "exit 3" INT; echo ready; while :; do sleep 0.05; done';
    const run = engine.run(script('job', text), output.sink);
    await output.seen('ready');
    await engine.signal('job', 'SIGINT');
    await run;
    expect(await statusOf(engine, 'job')).toMatchObject({ exitCode: 3 });
    await engine.signal('job', 'SIGINT');
  });

  it('stops gently, and keeps the code that the command ends with', async () => {
    const { engine } = await freshEngine(shell);
    const output = new Collected();
    const text = 'trap "echo bye; exit 4" TERM; echo ready; while :; do sleep 0.05; done';
    const run = engine.run(script('job', text), output.sink);
    await output.seen('ready');
    await engine.stop('job', 20);
    await run;
    expect(output.stdout).toBe('ready\nbye\n');
    expect(await statusOf(engine, 'job')).toMatchObject({ state: 'exited', exitCode: 4 });
  });

  it('kills what does not stop, which is not out of memory', async () => {
    const { engine } = await freshEngine(shell);
    const output = new Collected();
    const run = engine.run(
      script('job', 'trap "" TERM; echo ready; while :; do sleep 0.05; done'),
      output.sink,
    );
    await output.seen('ready');
    await engine.stop('job', 0.1);
    await run;
    expect(await statusOf(engine, 'job')).toMatchObject({ exitCode: 137, outOfMemory: false });
  });

  it('hands on any environment and any argument unchanged', async () => {
    const { engine } = await freshEngine(shell);
    // An environment has no NUL, and a name no "=".
    const text = fc.string({ unit: 'grapheme' }).map((value) => value.replaceAll('\0', ''));
    const name = fc
      .stringMatching(/^[A-Za-z_.-][A-Za-z0-9_.-]*$/)
      .filter((value) => !['PWD', 'OLDPWD', '_', 'SHLVL'].includes(value));
    let number = 0;
    await fc.assert(
      fc.asyncProperty(fc.dictionary(name, text), fc.array(text), async (environment, words) => {
        const tell = 'console.log(JSON.stringify([process.argv.slice(1), { ...process.env }]))';
        const command = [process.execPath, '-e', tell, '--', ...words];
        const { output } = await runToEnd(
          engine,
          container(`job-${++number}`, command, { environment }),
        );
        const [argv, variables] = JSON.parse(output.stdout);
        expect(argv).toEqual(words);
        expect(variables).toMatchObject(environment);
      }),
      { numRuns: 15 },
    );
  });

  it('sets the limits that a shell can set, and refuses to run without them', async () => {
    const { engine } = await freshEngine(shell);
    const { output } = await runToEnd(
      engine,
      script('fits', 'ulimit -S -n; ulimit -H -n; ulimit -c', {
        ulimits: [
          { name: 'nofile', soft: 50, hard: 60 },
          { name: 'core', soft: 0, hard: 0 },
          { name: 'nproc', soft: 5000, hard: 6000 },
        ],
      }),
    );
    expect(output.stdout).toBe('50\n60\n0\n');
    const refused = await runToEnd(
      engine,
      script('odd', 'echo ran', { ulimits: [{ name: 'nofile', soft: 70, hard: 60 }] }),
    );
    expect(refused.output.stdout).toBe('');
    expect(refused.output.stderr).toContain('nofile=70:60 could not be set');
    expect(refused.status.exitCode).toBe(126);
  });

  it('starts the same container again, with its secrets and after its output', async () => {
    const { engine } = await freshEngine(shell);
    const first = await runToEnd(
      engine,
      script('job', 'echo "$TOKEN"; echo x >> count; exit $(wc -l < count)', {
        secrets: { TOKEN: 'mum' },
      }),
    );
    expect(first.status.exitCode).toBe(1);
    const again = new Collected();
    await engine.start('job', again.sink);
    expect(again.stdout).toBe('mum\n');
    expect(await statusOf(engine, 'job')).toMatchObject({ state: 'exited', exitCode: 2 });
    const whole = new Collected();
    await engine.follow('job', { stdout: 1, stderr: 0 }, whole.sink);
    expect(whole.stdout).toBe('um\nmum\n');
  });
});

describe('the host engine', () => {
  it('gives a command what it needs of the environment here, and nothing more', async () => {
    const { engine } = await freshEngine();
    process.env.SLIPWAY_TEST_LEAK = 'leak';
    try {
      const { output } = await runToEnd(engine, container('job', ['env']));
      expect(output.stdout).toContain('PATH=');
      expect(output.stdout).not.toContain('leak');
    } finally {
      delete process.env.SLIPWAY_TEST_LEAK;
    }
  });

  it('keeps secrets out of files and command lines', async () => {
    const { engine, folder } = await freshEngine();
    const output = new Collected();
    const secrets = { TOKEN: 'a-very-secret-word' };
    const run = engine.run(
      script('job', 'echo ready; [ -n "$TOKEN" ] && sleep 30', { secrets }),
      output.sink,
    );
    await output.seen('ready');
    const lines: string[] = [];
    for (const pid of await readdir('/proc').catch(() => [])) {
      lines.push(await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => ''));
    }
    expect(lines.join('\n')).not.toContain(secrets.TOKEN);
    const kept = await readdir(folder, { recursive: true, withFileTypes: true });
    for (const entry of kept.filter((each) => each.isFile())) {
      expect(await readFile(join(entry.parentPath, entry.name), 'utf8')).not.toContain(
        secrets.TOKEN,
      );
    }
    expect(await engine.exec('job', ['sh', '-c', 'test "$TOKEN" = a-very-secret-word'], 10)).toBe(
      0,
    );
    await engine.remove('job');
    await run;
  });

  it('works in a folder of the container, or in the one that is named', async () => {
    const { engine, folder } = await freshEngine();
    const scratch = await runToEnd(engine, container('one', ['pwd']));
    expect(scratch.output.stdout).toBe(`${join(folder, 'one', 'work')}\n`);
    const named = await runToEnd(engine, container('two', ['pwd'], { workingDirectory: folder }));
    expect(named.output.stdout).toBe(`${folder}\n`);
  });

  it.each([
    ['no command', container('job', []), 'has no command'],
    ['no such program', container('job', ['no-such-program']), 'no program no-such-program'],
    ['no such file', container('job', ['/no/such/file']), 'no program /no/such/file'],
    ['a folder', container('job', ['/tmp']), 'no program /tmp'],
    [
      'no such working directory',
      container('job', ['true'], { workingDirectory: '/no/such/folder' }),
      'working directory /no/such/folder does not exist',
    ],
    ['a name that climbs', container('../job', ['true']), 'is no name'],
    ['a command that is too long', container('job', ['echo', 'x'.repeat(3e6)]), 'E2BIG'],
  ])('refuses %s', async (_, spec, message) => {
    const { engine } = await freshEngine();
    await expect(engine.run(spec, () => {})).rejects.toThrow(EngineFailed);
    await engine.remove('job');
    await expect(engine.run(spec, () => {})).rejects.toThrow(message);
  });

  it('runs a name once', async () => {
    const { engine } = await freshEngine();
    await runToEnd(engine, container('job', ['true']));
    await expect(engine.run(container('job', ['true']), () => {})).rejects.toThrow(ContainerExists);
  });

  it('gives 20 MB of output exactly', async () => {
    const { engine } = await freshEngine();
    const text = 'i=0; while [ $i -lt 20 ]; do head -c 1000000 /dev/zero; i=$((i+1)); done';
    const { output } = await runToEnd(engine, script('job', text));
    expect(output.bytes('stdout').equals(Buffer.alloc(20_000_000))).toBe(true);
  });

  it('gives the rest of the output from a position, while it runs and after', async () => {
    const { engine } = await freshEngine();
    const output = new Collected();
    const text = 'echo first; echo error >&2; until [ -e go ]; do sleep 0.02; done; echo second';
    const run = engine.run(script('job', text), output.sink);
    await output.seen('first');
    const follower = new Collected();
    const following = engine.follow('job', { stdout: 6, stderr: 2 }, follower.sink);
    expect(await engine.exec('job', ['touch', 'go'], 10)).toBe(0);
    await Promise.all([run, following]);
    expect([follower.stdout, follower.stderr]).toEqual(['second\n', 'ror\n']);
  });

  it('lists by label, and leaves out what is not there', async () => {
    const { engine } = await freshEngine();
    await runToEnd(engine, container('one', ['true'], { labels: { run: 'a', part: '1' } }));
    await runToEnd(engine, container('two', ['true'], { labels: { run: 'a', part: '2' } }));
    const names = async (labels: Record<string, string>) =>
      (await engine.list(labels)).map((status) => status.name).sort();
    expect(await names({ run: 'a' })).toEqual(['one', 'two']);
    expect(await names({ run: 'a', part: '2' })).toEqual(['two']);
    expect(await names({ run: 'b' })).toEqual([]);
    expect(await engine.inspect(['three'])).toEqual([]);
  });

  it('runs commands beside the container with its environment, within a time', async () => {
    const { engine } = await freshEngine();
    const output = new Collected();
    const spec = script('job', 'echo ready; sleep 30', { environment: { COLOR: 'red' } });
    const run = engine.run(spec, output.sink);
    await output.seen('ready');
    expect(await engine.exec('job', ['sh', '-c', '[ "$COLOR" = red ] && exit 5'], 10)).toBe(5);
    expect(await engine.exec('job', ['no-such-program'], 10)).toBe(127);
    await expect(engine.exec('job', ['sleep', '30'], 0.1)).rejects.toThrow('did not end within');
    await engine.remove('job');
    await run;
    await expect(engine.exec('job', ['true'], 10)).rejects.toThrow('no container');
  });

  it('tells the memory and the processor time that a command took', async () => {
    const { engine } = await freshEngine();
    const text =
      'const kept = Buffer.alloc(64 * 1024 ** 2, 1); const end = Date.now() + 300; while (Date.now() < end);';
    const { status } = await runToEnd(engine, container('job', [process.execPath, '-e', text]));
    expect(status.cpuTime).toBeGreaterThan(0.1);
    if (process.platform === 'linux') expect(status.peakMemory).toBeGreaterThan(64);
  });

  it('removes all processes of a container, wherever they went, and its read-only files', async () => {
    const { engine, folder } = await freshEngine();
    const text = `
      sleep 300 & echo $! > pids
      ${process.platform === 'linux' ? 'setsid sleep 300 & echo $! >> pids' : ''}
      env -i sleep 300 & echo $! >> pids
      mkdir closed; touch closed/file; chmod 500 closed`;
    await runToEnd(engine, script('job', text));
    const list = await readFile(join(folder, 'job', 'work', 'pids'), 'utf8');
    const pids = list.trim().split('\n').map(Number);
    expect(await Promise.all(pids.map(isRunning))).not.toContain(false);
    await engine.remove('job');
    expect(await Promise.all(pids.map(isRunning))).not.toContain(true);
    expect(await readdir(folder)).toEqual([]);
    await engine.remove('job');
  });

  it('starts what was created only, and never what was removed meanwhile', async () => {
    const { engine, folder } = await freshEngine();
    await runToEnd(engine, container('model', ['true']));
    const stored = JSON.parse(await readFile(join(folder, 'model', 'container.json'), 'utf8'));
    const create = async (name: string) => {
      await mkdir(join(folder, name, 'work'), { recursive: true });
      const spec = { ...stored.spec, name };
      const text = JSON.stringify({ ...stored, id: name, spec });
      await writeFile(join(folder, name, 'container.json'), text);
      for (const stream of ['stdout', 'stderr']) await writeFile(join(folder, name, stream), '');
    };
    await create('one');
    expect(await statusOf(engine, 'one')).toMatchObject({ state: 'created' });
    await engine.start('one', () => {});
    expect(await statusOf(engine, 'one')).toMatchObject({ state: 'exited', exitCode: 0 });
    await create('two');
    await engine.run(container('two', ['true']), () => {});
    expect(await statusOf(engine, 'two')).toMatchObject({ state: 'exited', exitCode: 0 });
    await create('three');
    await symlink('removed', join(folder, 'three', 'start-1'));
    await expect(engine.run(container('three', ['true']), () => {})).rejects.toThrow(
      ContainerExists,
    );
  });

  it('gives way to a start that came first', async () => {
    const { engine, folder } = await freshEngine();
    const tools = join(folder, '.tools');
    await mkdir(tools);
    // Another process's claim, made in the moment before the wrapper's own.
    const text = '#!/bin/sh\nPATH=/usr/bin:/bin\nln -s 1,1,1 "$3"\nexec ln "$@"\n';
    await writeFile(join(tools, 'ln'), text, { mode: 0o755 });
    const { PATH } = process.env;
    process.env.PATH = `${tools}:${PATH}`;
    try {
      const output = new Collected();
      const run = engine.run(container('job', ['echo', 'ran']), output.sink);
      await expect(run).rejects.toThrow(ContainerExists);
      expect(await readFile(join(folder, 'job', 'stdout'), 'utf8')).toBe('');
    } finally {
      process.env.PATH = PATH;
    }
  });

  it.each([
    ['a stop', (engine: Engine) => engine.stop('job', 0)],
    ['a signal', (engine: Engine) => engine.signal('job', 'SIGKILL')],
  ])('does not take %s for a lack of memory, whatever the kernel killed then', async (_, kill) => {
    const { engine, folder } = await freshEngine();
    const output = new Collected();
    const text = 'trap "" TERM; echo ready; while :; do sleep 0.05; done';
    const run = engine.run(script('job', text), output.sink);
    await output.seen('ready');
    await kill(engine);
    await run;
    await writeFile(join(folder, 'job', 'exit-1'), '137\n0 oom_kill 1\n');
    expect(await statusOf(engine, 'job')).toMatchObject({ exitCode: 137, outOfMemory: false });
    await rm(join(folder, 'job', 'killed-1'));
    expect(await statusOf(engine, 'job')).toMatchObject({ exitCode: 137, outOfMemory: true });
  });

  it('sweeps what a killed creation or removal left, and nothing of a live one', async () => {
    const { engine, folder } = await freshEngine();
    const names = ['.creating-4194305-x', `.creating-${process.pid}-x`, '.removing-x'];
    for (const name of names) await mkdir(join(folder, name));
    await engine.list({});
    expect(await readdir(folder)).toEqual([`.creating-${process.pid}-x`]);
  });
});
