/**
 * What every engine promises of a container, as src/engine/engine.ts has it. What only engines with
 * images can do is in container-engine.ts.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createEngine } from '../../src/engine/detect.ts';
import type { EngineName } from '../../src/engine/engine.ts';
import { ContainerExists, EngineFailed } from '../../src/engine/errors.ts';
import { Collected } from '../engine/host/support.ts';
import { Bench, type EngineUnderTest } from '../support/engine-under-test.ts';

const RUNNER = new URL('./engine-runner.ts', import.meta.url).pathname;
const ODD_WORDS = ['a b', '"c"', "d'e", '$HOME', '`x`', 'ü ☃', '', '*', '\\', '--help', 'a,b=c'];
const LOOP = 'while :; do sleep 0.05; done';

export function testEngine(name: EngineName, make: () => Promise<EngineUnderTest>): void {
  describe(`the ${name} engine`, { timeout: 60_000 }, () => {
    let bench: Bench;
    beforeEach(async () => {
      bench = new Bench(await make());
    });
    afterEach(async () => {
      await bench.clean();
      expect(await bench.engine.list(bench.labels)).toEqual([]);
    });

    describe('a run', () => {
      it('gives every byte of each stream, and the exit code with its times', async () => {
        const before = Date.now();
        const { output, status } = await bench.toEnd(
          bench.script('job', "printf 'a\\000\\377\\r'; printf 'no newline' >&2; exit 7"),
        );
        expect(output.bytes('stdout')).toEqual(Buffer.from([97, 0, 255, 13]));
        expect(output.stderr).toBe('no newline');
        expect(status).toMatchObject({
          state: 'exited',
          exitCode: 7,
          outOfMemory: false,
          labels: bench.labels,
        });
        const [started, ended] = [status.startedAt?.getTime() ?? 0, status.endedAt?.getTime() ?? 0];
        expect(started).toBeGreaterThanOrEqual(before - 1000);
        expect(ended).toBeGreaterThanOrEqual(started);
      });

      it('gives 5 MB exactly, at once and again from the log', async () => {
        const spec = bench.script('job', 'head -c 5000000 /dev/zero | tr "\\000" x; echo end >&2');
        const { output } = await bench.toEnd(spec);
        const all = Buffer.alloc(5_000_000, 'x');
        expect(output.bytes('stdout').equals(all)).toBe(true);
        expect(output.stderr).toBe('end\n');
        expect((await bench.log(spec.name)).bytes('stdout').equals(all)).toBe(true);
      });

      it('takes the words of a command as they are', async () => {
        const { output } = await bench.toEnd(
          bench.container('job', ['printf', '<%s>', ...ODD_WORDS]),
        );
        expect(output.stdout).toBe(ODD_WORDS.map((word) => `<${word}>`).join(''));
      });

      it('puts the entry point before the command', async () => {
        const { output } = await bench.toEnd(
          bench.container('job', ['two', 'three'], { entryPoint: ['printf', '<%s>', 'one'] }),
        );
        expect(output.stdout).toBe('<one><two><three>');
      });

      it('passes over words that only look like the engine’s own', async () => {
        const { output, status } = await bench.toEnd(
          bench.script('job', 'echo "Error: this is mine" >&2; echo more >&2; exit 125'),
        );
        expect(output.stderr).toBe('Error: this is mine\nmore\n');
        expect(status.exitCode).toBe(125);
      });

      it('does not read this process’s stdin', async () => {
        const { output } = await bench.toEnd(bench.script('job', 'cat; echo over'));
        expect(output.stdout).toBe('over\n');
      });

      it('works in the folder that is named', async () => {
        const { output } = await bench.toEnd(
          bench.container('job', ['pwd'], { workingDirectory: '/tmp' }),
        );
        expect(output.stdout).toBe('/tmp\n');
      });

      it('says what cannot be started, and leaves nothing that has run', async () => {
        const spec = bench.container('job', ['no-such-program']);
        const refused = bench.engine.run(spec, () => undefined);
        await expect(refused).rejects.toThrow(EngineFailed);
        await expect(refused).rejects.toThrow('no-such-program');
        for (const status of await bench.engine.inspect([spec.name])) {
          expect(status.startedAt).toBeUndefined();
        }
      });

      it('of a name that is taken is a conflict, and runs nothing', async () => {
        const spec = bench.script('job', 'echo once');
        await bench.toEnd(spec);
        await expect(bench.engine.run(spec, () => undefined)).rejects.toThrow(ContainerExists);
        expect((await bench.log(spec.name)).stdout).toBe('once\n');
      });

      it('of one name by two at once is run by one', async () => {
        const spec = bench.script('job', 'echo once');
        const ends = await Promise.allSettled(
          [1, 2].map(() => bench.engine.run(spec, () => undefined)),
        );
        expect(ends.map((end) => end.status).sort()).toEqual(['fulfilled', 'rejected']);
        expect((await bench.log(spec.name)).stdout).toBe('once\n');
      });
    });

    describe('variables', () => {
      const values = {
        PLAIN: 'a b',
        LINES: 'one\ntwo\n',
        EMPTY: '',
        ODD: 'ü "q" \'q\' $HOME \\ =',
        // Names that the engine's own command line heeds.
        DOCKER_HOST: 'tcp://192.0.2.9:1',
        CONTAINER_HOST: 'tcp://192.0.2.9:1',
        http_proxy: 'http://192.0.2.9:1',
      };
      const print = Object.keys(values).map((key) => `printf '<%s>' "$${key}"`);

      it('have any value, and any name', async () => {
        const { output } = await bench.toEnd(
          bench.script('job', print.join(';'), { environment: values }),
        );
        expect(output.stdout).toBe(
          Object.values(values)
            .map((value) => `<${value}>`)
            .join(''),
        );
      });

      it('that are secrets are on no command line', async () => {
        const { output, ended } = await bench.until(
          'ready',
          bench.script(
            'job',
            `[ "$TOKEN" = "$(printf 'se-cret\\nword')" ] && echo ready; ${LOOP}`,
            {
              secrets: { TOKEN: 'se-cret\nword' },
            },
          ),
        );
        const lines = await Promise.all(
          (await readdir('/proc'))
            .filter((pid) => /^\d+$/.test(pid))
            .map((pid) => readFile(`/proc/${pid}/cmdline`, 'latin1').catch(() => '')),
        );
        expect(lines.filter((line) => line.includes(bench.name('job'))).length).toBeGreaterThan(0);
        expect(lines.filter((line) => line.includes('se-cret\nword'))).toEqual([]);
        await bench.engine.stop(bench.name('job'), 0);
        await ended;
        expect(output.stdout).toBe('ready\n');
      });
    });

    describe('an end', () => {
      it('comes gently where SIGTERM is heeded', async () => {
        const { output, ended } = await bench.until(
          'ready',
          bench.script('job', `trap "echo bye; exit 4" TERM; echo ready; ${LOOP}`),
        );
        await bench.engine.stop(bench.name('job'), 30);
        await ended;
        expect(output.stdout).toBe('ready\nbye\n');
        expect(await bench.status(bench.name('job'))).toMatchObject({
          state: 'exited',
          exitCode: 4,
        });
      });

      it('comes by SIGKILL where SIGTERM is not, and is no lack of memory', async () => {
        const { ended } = await bench.until(
          'ready',
          bench.script('job', `trap "" TERM; echo ready; ${LOOP}`),
        );
        await bench.engine.stop(bench.name('job'), 1);
        expect(await bench.status(bench.name('job'))).toMatchObject({
          state: 'exited',
          exitCode: 137,
          outOfMemory: false,
        });
        await ended;
      });

      it('by a signal reaches the first process only once', async () => {
        const { output, ended } = await bench.until(
          'ready',
          bench.script('job', `trap "echo got; exit 3" INT; echo ready; ${LOOP}`),
        );
        await bench.engine.signal(bench.name('job'), 'SIGINT');
        await ended;
        expect(output.stdout).toBe('ready\ngot\n');
        expect((await bench.status(bench.name('job'))).exitCode).toBe(3);
      });

      it('is no failure to bring about twice, or of what is not there', async () => {
        const spec = bench.script('job', 'true');
        await bench.toEnd(spec);
        for (const one of [spec.name, bench.name('missing')]) {
          await bench.engine.signal(one, 'SIGTERM');
          await bench.engine.stop(one, 1);
          await bench.engine.remove(one);
          await bench.engine.remove(one);
        }
        expect(await bench.engine.inspect([spec.name])).toEqual([]);
      });

      it('by removal comes at once, whatever the process heeds', async () => {
        const { ended } = await bench.until(
          'ready',
          bench.script('job', `trap "" TERM; echo ready; ${LOOP}`),
        );
        await bench.engine.remove(bench.name('job'));
        await ended.catch(() => undefined);
        expect(await bench.engine.inspect([bench.name('job')])).toEqual([]);
      });
    });

    describe('a log', () => {
      it('is followed from a position, on a container that runs, to its end', async () => {
        const { ended } = await bench.until(
          'ready',
          bench.script(
            'job',
            // A shell may say on stderr that its sleep was terminated.
            `trap 'echo last; exit 0' TERM; echo error >&2; echo ready; exec 2>/dev/null; ${LOOP}`,
          ),
        );
        const rest = new Collected();
        const following = bench.engine.follow(
          bench.name('job'),
          { stdout: 3, stderr: 2 },
          rest.sink,
        );
        await rest.seen('dy\n');
        await bench.engine.stop(bench.name('job'), 30);
        await Promise.all([following, ended]);
        expect([rest.stdout, rest.stderr]).toEqual(['dy\nlast\n', 'ror\n']);
      });

      it('has the same text as the run had, from any byte', async () => {
        const text = `ü ☃ 𝄞\r\t"\\\n${'x'.repeat(40_000)}\nno end`;
        const spec = bench.container('job', ['printf', '%s', text]);
        const { output } = await bench.toEnd(spec);
        expect(output.stdout).toBe(text);
        const bytes = output.bytes('stdout');
        for (const stdout of [0, 1, 20_000, bytes.length - 1, bytes.length]) {
          const rest = await bench.log(spec.name, { stdout, stderr: 0 });
          expect(rest.bytes('stdout').equals(bytes.subarray(stdout))).toBe(true);
        }
      });

      it('has the same bytes as the run had, where they are no text', async () => {
        const every = 'awk \'BEGIN { for (i = 0; i < 256; i++) printf "\\\\%03o", i }\'';
        const spec = bench.script('job', `printf "$(${every})"; printf '\\nno end'`);
        const { output } = await bench.toEnd(spec);
        const bytes = Buffer.from(Array.from({ length: 256 }, (_, index) => index));
        const written = output.bytes('stdout');
        expect(written.subarray(0, 256).toString('hex')).toBe(bytes.toString('hex'));
        if (name === 'docker') {
          // Its json-file log has U+FFFD for what is no UTF-8 (docs/decisions/0001-local-runs.md).
          const whole = await bench.log(spec.name, { stdout: 0, stderr: 0 });
          expect(whole.stdout).toBe(written.toString());
          return;
        }
        const rest = await bench.log(spec.name, { stdout: 200, stderr: 0 });
        expect(rest.bytes('stdout').toString('hex')).toBe(written.subarray(200).toString('hex'));
      });
    });

    it('starts the same container again, with its own files and one log', async () => {
      const spec = bench.script(
        'job',
        'if [ -e seen ]; then echo second; exit 6; else touch seen; echo first; exit 5; fi',
        // On the host it is a folder of the container already.
        name === 'host' ? {} : { workingDirectory: '/tmp' },
      );
      expect((await bench.toEnd(spec)).status.exitCode).toBe(5);
      const again = new Collected();
      await bench.engine.start(spec.name, again.sink);
      expect(again.stdout).toBe('second\n');
      expect((await bench.status(spec.name)).exitCode).toBe(6);
      expect((await bench.log(spec.name)).stdout).toBe('first\nsecond\n');
    });

    it('inspects several at once and leaves out what is not there', async () => {
      await bench.toEnd(bench.script('one', 'exit 1'));
      const { ended } = await bench.until('ready', bench.script('two', `echo ready; ${LOOP}`));
      const names = ['one', 'missing', 'two'].map((part) => bench.name(part));
      const found = new Map(
        (await bench.engine.inspect(names)).map((status) => [status.name, status]),
      );
      expect([...found.keys()].sort()).toEqual([bench.name('one'), bench.name('two')]);
      expect(found.get(bench.name('two'))).toMatchObject({ state: 'running' });
      expect(found.get(bench.name('two'))?.endedAt).toBeUndefined();
      expect(found.get(bench.name('two'))?.exitCode).toBeUndefined();
      expect(await bench.engine.inspect([bench.name('missing')])).toEqual([]);
      await bench.engine.remove(bench.name('two'));
      await ended.catch(() => undefined);
    });

    it('lists what has all of the labels, with their odd values', async () => {
      const shared = { ...bench.labels, 'slipway:odd': 'a=b,"c" ü' };
      await bench.toEnd(bench.script('one', 'true', { labels: { ...shared, part: '1' } }));
      await bench.toEnd(bench.script('two', 'true', { labels: { ...shared, part: '2' } }));
      const listed = async (labels: Record<string, string>) =>
        (await bench.engine.list(labels)).map((status) => status.name).sort();
      expect(await listed(shared)).toEqual([bench.name('one'), bench.name('two')]);
      expect(await listed({ ...shared, part: '2' })).toEqual([bench.name('two')]);
      expect(await listed({ ...shared, part: '3' })).toEqual([]);
    });

    it('runs commands in a container, each within its time', async () => {
      const { ended } = await bench.until(
        'ready',
        bench.script('job', `echo ready; ${LOOP}`, { environment: { COLOR: 'red' } }),
      );
      const exec = (...argv: string[]) => bench.engine.exec(bench.name('job'), argv, 20);
      expect(await exec('sh', '-c', '[ "$COLOR" = red ] && exit 5')).toBe(5);
      expect(await exec('true')).toBe(0);
      const late = bench.engine.exec(bench.name('job'), ['sleep', '300'], 0.5);
      await expect(late).rejects.toThrow(EngineFailed);
      expect((await bench.status(bench.name('job'))).state).toBe('running');
      await bench.engine.remove(bench.name('job'));
      await ended.catch(() => undefined);
    });

    it('keeps a container whose client and starter are killed, and all that it says', async () => {
      const spec = bench.script(
        'job',
        `trap 'echo last; exit 9' TERM; echo ready; head -c 300000 /dev/zero | tr "\\000" x; echo; ${LOOP}`,
      );
      const starter = spawn(
        process.execPath,
        ['--import', 'tsx', RUNNER, name, bench.folder, JSON.stringify(spec)],
        { detached: true, stdio: ['ignore', 'pipe', 'inherit'] },
      );
      const output = new Collected();
      starter.stdout.on('data', (bytes: Buffer) => output.sink('stdout', bytes));
      const exit = once(starter, 'exit');
      await output.seen('ready');
      process.kill(-(starter.pid ?? Number.NaN), 'SIGKILL');
      await exit;
      for (const pid of await clientsOf(spec.name)) process.kill(pid, 'SIGKILL');
      expect((await bench.status(spec.name)).state).toBe('running');
      const other = createEngine(bench.engine.name, { folder: bench.folder });
      const log = new Collected();
      const following = other.follow(spec.name, { stdout: 0, stderr: 0 }, log.sink);
      await log.seen('x'.repeat(300_000));
      await other.stop(spec.name, 30);
      await following;
      expect(log.stdout).toBe(`ready\n${'x'.repeat(300_000)}\nlast\n`);
      expect(await bench.status(spec.name)).toMatchObject({ state: 'exited', exitCode: 9 });
    });
  });
}

/** The processes of `docker run` or `podman run` that are attached to a container. */
async function clientsOf(name: string): Promise<number[]> {
  const pids = (await readdir('/proc')).filter((pid) => /^\d+$/.test(pid));
  const found = await Promise.all(
    pids.map(async (pid) => {
      const words = (await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')).split('\0');
      const isClient = words[1] === 'run' && words.includes(name);
      return isClient ? Number(pid) : undefined;
    }),
  );
  return found.filter((pid) => pid !== undefined);
}
