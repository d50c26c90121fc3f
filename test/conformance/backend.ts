/**
 * What every backend promises of a task, whatever runs it. Jobs are written as people write them and
 * compiled as Slipway compiles them; a backend's test gives the backend and what it can do.
 */
import { randomBytes } from 'node:crypto';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type {
  Backend,
  StopCause,
  Task,
  TaskControls,
  TaskEvent,
  TaskOutcome,
} from '../../src/backends/backend.ts';
import { compileJob } from '../../src/launcher/compile.ts';
import { readJob } from '../../src/spec/job-file.ts';
import { parseTaskDefinition } from '../../src/spec/task-definition/parse.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

export interface BackendUnderTest {
  backend: Backend;
  /** Holds sh and the usual commands; absent where there are no images. */
  image?: string | undefined;
  /** Where there are containers: networks of their own, memory limits, image pulls. */
  contained: boolean;
  /** Names of all that the backend still holds of this run. */
  remains: (run: string) => Promise<string[]>;
}

export function testBackend(name: string, make: (home: string) => Promise<BackendUnderTest>): void {
  describe(`the ${name} backend`, { timeout: 60_000 }, () => {
    let here: string;
    let under: BackendUnderTest;
    let task: Task | undefined;

    beforeEach(async () => {
      here = await temporaryFolder();
      under = await make(join(here, 'home'));
      task = undefined;
    });
    afterEach(async () => {
      if (task === undefined) return;
      expect(await under.backend.remove(task)).toEqual([]);
      expect(await under.backend.remove(task)).toEqual([]);
      expect(await under.remains(task.run)).toEqual([]);
    });

    async function taskOf(job: Record<string, unknown>, change: Partial<Task> = {}): Promise<Task> {
      const { job: loaded } = await readJob({
        value: { ...(under.image !== undefined && { image: under.image }), ...job },
        folder: here,
      });
      const definition = parseTaskDefinition(loaded.taskDefinition ?? {}, { partial: true });
      task = {
        ...compileJob(loaded, definition.definition),
        run: randomBytes(6).toString('hex'),
        attempt: 1,
        pull: 'missing',
        keepFailed: false,
        ...change,
      };
      return task;
    }

    async function run(
      job: Record<string, unknown>,
      change: Partial<Task> = {},
      controls: Partial<TaskControls> = {},
      observe: (event: TaskEvent) => void = () => undefined,
    ): Promise<TaskOutcome> {
      const never = new AbortController().signal;
      return under.backend.run(await taskOf(job, change), observe, {
        stop: never,
        kill: never,
        adopted: false,
        ...controls,
      });
    }

    async function output(stream: 'stdout' | 'stderr', container?: string): Promise<string> {
      const chunks: Uint8Array[] = [];
      const containers = container === undefined ? undefined : [container];
      if (task === undefined) return '';
      for await (const chunk of under.backend.logs(task, { containers })) {
        if (chunk.stream === stream) chunks.push(chunk.bytes);
      }
      return Buffer.concat(chunks).toString();
    }

    const containers = (definitions: Record<string, object>) => ({
      image: undefined,
      taskDefinition: {
        networkMode: 'awsvpc',
        containerDefinitions: Object.entries(definitions).map(([own, definition]) => ({
          name: own,
          ...(under.image !== undefined && { image: under.image }),
          ...definition,
        })),
      },
    });

    describe('a command', () => {
      it('gives its exit code and its output', async () => {
        const outcome = await run({ command: 'echo out; printf "no end"; echo err >&2; exit 3' });
        expect(outcome).toMatchObject({ result: 'failed', failure: 'USER_CODE', exitCode: 3 });
        expect(outcome.reason).toBe('The command exited with 3.');
        expect(await output('stdout')).toBe('out\nno end');
        expect(await output('stderr')).toBe('err\n');
      });

      it('succeeds with 0, and passes through the states in order', async () => {
        const states: string[] = [];
        const outcome = await run({ command: ['sleep', '1'] }, {}, {}, (event) => {
          if (event.type === 'state') states.push(event.state);
        });
        expect(outcome).toMatchObject({ result: 'succeeded', exitCode: 0 });
        expect(states).toEqual(['PROVISIONING', 'STARTING', 'RUNNING']);
        const [container] = outcome.containers;
        expect(Date.parse(container?.endedAt ?? '')).toBeGreaterThan(
          Date.parse(container?.startedAt ?? ''),
        );
      });

      it('takes words as they are, whatever is in them', async () => {
        const words = ['a b', '"c"', "d'e", '$HOME', '`x`', 'ü ☃', '', '*', '\\', '{nothing}'];
        await run({ command: ['printf', '<%s>', ...words] });
        expect(await output('stdout')).toBe(words.map((word) => `<${word}>`).join(''));
      });

      it('says whose signal ended it', async () => {
        const outcome = await run({ command: ['sh', '-c', "sh -c 'kill -SEGV $$'; exit $?"] });
        expect(outcome).toMatchObject({ result: 'failed', exitCode: 139 });
        expect(outcome.reason).toContain('SIGSEGV');
      });

      it('that is not there fails with words that name it', async () => {
        const outcome = await run({ command: ['no-such-command'] });
        expect(outcome).toMatchObject({ result: 'failed', failure: 'CONFIGURATION' });
        expect(outcome.reason).toContain('no-such-command');
      });
    });

    describe('variables', () => {
      it('come from env, from files and from secrets, in that order of weight', async () => {
        await writeFile(join(here, 'some.env'), '# a comment\nA=file\nB=file "quoted"\nC=file\n');
        await writeFile(join(here, 'token'), 'tok en\n');
        process.env.SLIPWAY_TEST_SECRET = 'multi\nline';
        const outcome = await run({
          env: { A: 'env' },
          envFile: 'some.env',
          secrets: { C: 'file:token', D: 'env:SLIPWAY_TEST_SECRET' },
          command: 'printf "%s|%s|%s|%s" "$A" "$B" "$C" "$D"',
        });
        expect(outcome.reason).toBe('The command exited with 0.');
        expect(await output('stdout')).toBe('env|file "quoted"|tok en|multi\nline');
      });

      it('fail the task where a secret is missing, and start nothing', async () => {
        const outcome = await run({
          secrets: { X: 'env:SLIPWAY_NOT_SET' },
          command: 'echo started',
        });
        expect(outcome.result).toBe('failed');
        expect(outcome.reason).toContain('SLIPWAY_NOT_SET');
        expect(await output('stdout')).toBe('');
      });
    });

    describe('files', () => {
      const odd = 'it\'s a "file", ü & $HOME';

      it('go in read-only and come out where the job says, by path', async () => {
        await mkdir(join(here, odd));
        await writeFile(join(here, odd, 'one.txt'), 'one\n');
        await writeFile(join(here, odd, 'two words.txt'), 'two\n');
        const outcome = await run({
          inputs: { all: odd, one: join(odd, 'one.txt'), texts: `${escaped(odd)}/*.txt` },
          outputs: { sum: join('out', odd), folder: 'out/folder' },
          command:
            'cat {one} {all}/"two words.txt" {texts}/*.txt > {sum}; mkdir {folder}; cp {one} {folder}/a',
        });
        expect(outcome).toMatchObject({ result: 'succeeded' });
        expect(await readFile(join(here, 'out', odd), 'utf8')).toBe('one\ntwo\none\ntwo\n');
        expect(await readFile(join(here, 'out/folder/a'), 'utf8')).toBe('one\n');
        expect((await readdir(join(here, 'out'))).sort()).toEqual(['folder', odd].sort());
      });

      it('stay away when the command fails, or are kept beside when that is wanted', async () => {
        const job = { outputs: { sum: 'sum.txt' }, command: 'echo half > {sum}; exit 1' };
        await run(job);
        expect(await readdir(here)).not.toContain('sum.txt');
        const failed = task;
        const outcome = await run(job, { keepFailed: true });
        if (failed !== undefined) await under.backend.remove(failed);
        expect(await readdir(here)).not.toContain('sum.txt');
        expect(await readFile(outcome.outputs.sum ?? '', 'utf8')).toBe('half\n');
      });

      it('that were not written are named', async () => {
        const outcome = await run({ outputs: { sum: 'sum.txt' }, command: 'true' });
        expect(outcome).toMatchObject({ result: 'failed', failure: 'STAGING', exitCode: 0 });
        expect(outcome.reason).toContain('did not write output sum');
      });

      it('that are missing are named before anything starts', async () => {
        const outcome = await run({ inputs: { one: 'missing.txt' }, command: 'echo started' });
        expect(outcome).toMatchObject({ result: 'failed', failure: 'STAGING' });
        expect(outcome.reason).toContain('missing.txt');
        expect(await output('stdout')).toBe('');
      });
    });

    describe('several containers', () => {
      it('start as they depend on each other, share volumes, and end with the main one', async () => {
        const outcome = await run({
          ...containers({
            main: {
              command: ['sh', '-c', 'cat {shared}/log; test -f {shared}/ready'],
              dependsOn: [
                { containerName: 'init', condition: 'SUCCESS' },
                { containerName: 'server', condition: 'HEALTHY' },
              ],
            },
            init: { essential: false, command: ['sh', '-c', 'echo init >> {shared}/log'] },
            server: {
              essential: false,
              command: [
                'sh',
                '-c',
                'trap "exit 0" TERM; echo server >> {shared}/log; sleep 1; touch {shared}/ready; while :; do sleep 0.1; done',
              ],
              dependsOn: [{ containerName: 'init', condition: 'COMPLETE' }],
              healthCheck: { command: ['CMD-SHELL', 'test -f {shared}/ready'], interval: 30 },
            },
          }),
          volumes: ['shared:/shared'],
        });
        expect(outcome).toMatchObject({ result: 'succeeded', exitCode: 0 });
        expect(await output('stdout', 'main')).toBe('init\nserver\n');
        expect(outcome.containers.find((one) => one.name === 'server')?.exitCode).toBe(0);
      });

      it('do not start when what they wait for fails', async () => {
        const outcome = await run(
          containers({
            main: {
              command: ['echo', 'started'],
              dependsOn: [{ containerName: 'init', condition: 'SUCCESS' }],
            },
            init: { essential: false, command: ['sh', '-c', 'exit 9'] },
          }),
        );
        expect(outcome.result).toBe('failed');
        expect(outcome.reason).toContain('init exited with 9');
        expect(await output('stdout', 'main')).toBe('');
      });

      it('reach each other on localhost in awsvpc mode', async () => {
        if (!under.contained) return;
        const outcome = await run(
          containers({
            main: {
              command: [
                'sh',
                '-c',
                'for i in 1 2 3 4 5 6 7 8 9; do nc -w 1 127.0.0.1 8099 && exit 0; sleep 0.2; done; exit 1',
              ],
              dependsOn: [{ containerName: 'server', condition: 'START' }],
            },
            server: {
              essential: false,
              stopTimeout: 1,
              command: ['sh', '-c', 'while :; do echo hello | nc -l -p 8099; done'],
            },
          }),
        );
        expect(outcome).toMatchObject({ result: 'succeeded' });
        expect(await output('stdout', 'main')).toBe('hello\n');
      });

      it('reach linked ones by name in bridge mode', async () => {
        if (!under.contained) return;
        const job = containers({
          main: {
            command: [
              'sh',
              '-c',
              'for i in 1 2 3 4 5 6 7 8 9; do nc -w 1 db 8099 && exit 0; sleep 0.2; done; exit 1',
            ],
            links: ['server:db'],
          },
          server: {
            essential: false,
            stopTimeout: 1,
            command: ['sh', '-c', 'while :; do echo linked | nc -l -p 8099; done'],
          },
        });
        job.taskDefinition.networkMode = 'bridge';
        expect(await run(job)).toMatchObject({ result: 'succeeded' });
        expect(await output('stdout', 'main')).toBe('linked\n');
      });

      it('end when any essential one does, and then it is no success', async () => {
        const outcome = await run(
          containers({
            main: { command: ['sleep', '60'], stopTimeout: 2 },
            side: { command: ['sh', '-c', 'exit 0'] },
          }),
        );
        expect(outcome.result).toBe('failed');
        expect(outcome.reason).toContain('side');
      });
    });

    describe('stopping', () => {
      const trap = 'trap "echo bye; exit 7" TERM; echo up; while :; do sleep 0.1; done';
      const cause: StopCause = { result: 'stopped', message: 'Enough.' };

      it('sends SIGTERM first, and keeps what was said after it', async () => {
        const stop = new AbortController();
        const outcome = await run({ command: trap }, {}, { stop: stop.signal }, (event) => {
          if (event.type === 'output') stop.abort(cause);
        });
        expect(outcome).toMatchObject({ result: 'stopped', reason: 'Enough.', exitCode: 7 });
        expect(await output('stdout')).toBe('up\nbye\n');
      });

      it('kills what does not listen after its stop timeout', async () => {
        const stop = new AbortController();
        const outcome = await run(
          { command: 'trap "" TERM; echo up; while :; do sleep 0.1; done', stopTimeout: 2 },
          {},
          { stop: stop.signal },
          (event) => {
            if (event.type === 'output') stop.abort(cause);
          },
        );
        expect(outcome).toMatchObject({ result: 'stopped', exitCode: 137 });
      });

      it('kills at once when asked to', async () => {
        const stop = new AbortController();
        const kill = new AbortController();
        const outcome = await run(
          { command: 'trap "" TERM; echo up; while :; do sleep 0.1; done', stopTimeout: 600 },
          {},
          { stop: stop.signal, kill: kill.signal },
          (event) => {
            if (event.type !== 'output') return;
            stop.abort(cause);
            setTimeout(() => kill.abort(), 300);
          },
        );
        expect(outcome).toMatchObject({ result: 'stopped', exitCode: 137 });
      });

      it('before the start starts nothing', async () => {
        const stop = new AbortController();
        stop.abort(cause);
        const outcome = await run({ command: 'echo started' }, {}, { stop: stop.signal });
        expect(outcome).toMatchObject({ result: 'stopped' });
        expect(await output('stdout')).toBe('');
      });
    });

    it('goes on from what another process has left, and runs nothing twice', async () => {
      const job = { command: 'echo "$$" >> {count}; exit 4', outputs: { count: 'count' } };
      const first = await run(job);
      const left = task as Task;
      const never = new AbortController().signal;
      const again = await under.backend.run(left, () => undefined, {
        stop: never,
        kill: never,
        adopted: true,
      });
      expect(again).toMatchObject({ result: first.result, exitCode: 4, reason: first.reason });
      const stored = await under.backend.run({ ...left, keepFailed: true }, () => undefined, {
        stop: never,
        kill: never,
        adopted: true,
      });
      expect((await readFile(stored.outputs.count ?? '', 'utf8')).trim().split('\n')).toHaveLength(
        1,
      );
    });

    it('says that memory ran out, where it limits memory', async () => {
      if (!under.contained) return;
      const outcome = await run({
        command: 'head -c 300000000 /dev/zero | tail',
        memory: '16 MiB',
      });
      expect(outcome).toMatchObject({ failure: 'OUT_OF_MEMORY', exitCode: 137 });
    });

    it('gives the registry’s words for an image that cannot be pulled', async () => {
      if (!under.contained) return;
      const outcome = await run({ image: 'localhost:1/nothing:1', command: ['true'] });
      expect(outcome).toMatchObject({ result: 'failed', failure: 'IMAGE_PULL' });
      expect(outcome.reason).toContain('localhost:1/nothing:1');
    });
  });
}

/** A path in which nothing is a pattern. */
function escaped(path: string): string {
  return path.replaceAll(/[*?[\](){}!$]/g, '\\$&');
}
