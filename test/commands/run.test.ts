import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import type { RunDescription } from '../../src/runs/view.ts';
import { environment, slipway } from '../support/command-line.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const CLI = resolve(import.meta.dirname, '../../src/cli.ts');
const TSX = fileURLToPath(import.meta.resolve('tsx'));

/** `slipway run --engine host` with a script. */
const host = (script: string, ...options: string[]) => [
  'run',
  '--engine',
  'host',
  ...options,
  '--command',
  script,
];

/** A command that goes on until the test has sent it what it waits for. */
function begin(args: readonly string[], home: string) {
  const child = spawn(process.execPath, ['--import', TSX, CLI, ...args], {
    cwd: home,
    env: environment(home),
  });
  const seen = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].on('data', (bytes) => {
      seen[name] += String(bytes);
    });
  }
  const until = async (name: 'stdout' | 'stderr', text: string) => {
    while (!seen[name].includes(text)) await once(child[name], 'data');
  };
  const closed = once(child, 'close').then(([code]) => code as number | null);
  return { child, seen, until, closed };
}

async function show(home: string, id = 'last'): Promise<RunDescription> {
  return JSON.parse((await slipway(['show', id, '--json'], home)).stdout);
}

describe('slipway run', () => {
  it('passes on stdout, stderr and the exit code of the job, and adds lines to stderr only', async () => {
    const home = await temporaryFolder();
    const { code, stdout, stderr } = await slipway(
      host('printf "no newline"; printf "an error\\n" >&2; exit 7'),
      home,
    );
    expect({ code, stdout }).toEqual({ code: 7, stdout: 'no newline' });
    const lines = stderr.split('\n');
    expect(lines).toContain('an error');
    expect(lines.find((line) => line.includes('✖'))).toMatch(/^slipway: ✖ .* failed .*exit code 7/);
    expect(stderr).toContain('Nothing is left of it but its record and log');
  });

  it('says nothing itself with --quiet', async () => {
    const home = await temporaryFolder();
    expect(await slipway(host('echo out; echo error >&2', '--quiet'), home)).toEqual({
      code: 0,
      stdout: 'out\n',
      stderr: 'error\n',
    });
  });

  it('prints the record alone on stdout with --json', async () => {
    const home = await temporaryFolder();
    const { code, stdout, stderr } = await slipway(host('echo out; exit 3', '--json'), home);
    const run = JSON.parse(stdout) as RunDescription;
    expect({ code, state: run.state, exitCode: run.exitCode }).toEqual({
      code: 3,
      state: 'FAILED',
      exitCode: 3,
    });
    expect(stderr).toContain('out\n');
    expect(run).toEqual(await show(home, run.id));
  });

  it('runs a job from a file with inputs and outputs, its words behind --', async () => {
    const home = await temporaryFolder();
    await mkdir(join(home, 'job'));
    await writeFile(join(home, 'job', 'in put.txt'), 'one\ntwo\n');
    await writeFile(
      join(home, 'job', 'job.yaml'),
      'engine: host\ncommand: exit 9\ninputs: { text: "in put.txt" }\noutputs: { sorted: out.txt }\n',
    );
    const { code, stderr } = await slipway(
      ['run', 'job/job.yaml', '--', 'sh', '-c', 'sort -r "$0" > "$1"', '{text}', '{sorted}'],
      home,
    );
    expect({ code, stderr }).toMatchObject({ code: 0 });
    expect(await readFile(join(home, 'job', 'out.txt'), 'utf8')).toBe('two\none\n');
    expect(stderr).toContain(`sorted → ${join(home, 'job', 'out.txt')}`);
  });

  it('reports every mistake in a job at once, and exits with 2', async () => {
    const home = await temporaryFolder();
    const flags = ['--memory', '3x', '--cpu', 'none'];
    const { code, stdout, stderr } = await slipway(['run', ...flags, '--json', '--', 'true'], home);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    const { error } = JSON.parse(stderr);
    expect(error.code).toBe('SPEC_INVALID');
    expect(error.problems.map(({ path }: { path: string[] }) => path[0]).sort()).toEqual([
      '--cpu',
      '--memory',
    ]);
  });

  it('stops gently on the first Ctrl-C, and removes the job', async () => {
    const home = await temporaryFolder();
    const run = begin(host('trap "echo bye; exit 0" TERM; echo ready; sleep 60 & wait'), home);
    await run.until('stdout', 'ready');
    run.child.kill('SIGINT');
    expect(await run.closed).toBe(130);
    expect(run.seen.stdout).toBe('ready\nbye\n');
    expect(run.seen.stderr).toContain('Stopping it gently');
    expect(await show(home)).toMatchObject({ state: 'STOPPED', removedAt: expect.any(String) });
  });

  it('kills on the second', async () => {
    const home = await temporaryFolder();
    const script = 'trap "echo no" TERM; echo ready; while :; do sleep 60 & wait; done';
    const run = begin(host(script, '--stop-timeout', '120'), home);
    await run.until('stdout', 'ready');
    run.child.kill('SIGINT');
    await run.until('stdout', 'no');
    run.child.kill('SIGINT');
    expect(await run.closed).toBe(130);
    expect(await show(home)).toMatchObject({ state: 'STOPPED', exitCode: 137 });
  });

  it('goes on when its reader and its terminal go away', async () => {
    const home = await temporaryFolder();
    const run = begin(host('echo ready; sleep 1; echo more; exit 4'), home);
    await run.until('stdout', 'ready');
    run.child.stdout.destroy();
    run.child.stderr.destroy();
    run.child.kill('SIGHUP');
    expect(await run.closed).toBe(4);
    expect((await slipway(['logs', 'last'], home)).stdout).toBe('ready\nmore\n');
  });

  it('ends with 124 at its timeout, and with 125 where it could not be run', async () => {
    const home = await temporaryFolder();
    expect((await slipway(host('sleep 60', '--timeout', '300ms'), home)).code).toBe(124);
    const absent = ['run', '--engine', 'host', '--', join(home, 'no-such-program')];
    expect([125, 127]).toContain((await slipway(absent, home)).code);
  });

  it('follows the run that has the id already, and starts nothing again', async () => {
    const home = await temporaryFolder();
    const first = await slipway(host('echo first; exit 3', '--id', 'nightly'), home);
    const again = await slipway(host('echo run', '--id', 'nightly'), home);
    expect([first.code, again.code]).toEqual([3, 3]);
    expect(again.stdout).toBe('first\n');
    expect(again.stderr).toContain('Run nightly exists and is FAILED');
  });
});

describe('a detached run', () => {
  it('outlives the command, and can be followed, waited for, listed and destroyed', async () => {
    const home = await temporaryFolder();
    const started = await slipway(host('echo one; sleep 1; echo two; exit 5', '--detach'), home);
    const id = started.stdout.trim();
    expect(started).toMatchObject({ code: 0, stdout: expect.stringMatching(/^[0-9a-f]{12}\n$/) });
    const [followed, waited] = await Promise.all([
      slipway(['logs', '--follow', id.slice(0, 6)], home),
      slipway(['wait', id], home),
    ]);
    expect(followed).toMatchObject({ code: 0, stdout: 'one\ntwo\n' });
    expect(waited).toMatchObject({ code: 5, stdout: '' });
    const listed = JSON.parse((await slipway(['ps', '--json'], home)).stdout);
    expect(listed).toMatchObject([{ id, state: 'FAILED', exitCode: 5 }]);
    expect((await slipway(['destroy', id, '--purge'], home)).code).toBe(0);
    expect(await slipway(['show', id], home)).toMatchObject({ code: 3, stdout: '' });
  });

  it('is stopped by another command', async () => {
    const home = await temporaryFolder();
    const { stdout } = await slipway(host('sleep 60', '--detach'), home);
    const stopped = await slipway(['stop', stdout.trim(), '--json'], home);
    expect(stopped.code).toBe(0);
    expect(JSON.parse(stopped.stdout)).toMatchObject([{ id: stdout.trim(), state: 'STOPPED' }]);
  });

  it('runs a command inside, whose exit code is passed on', async () => {
    const home = await temporaryFolder();
    const { stdout } = await slipway(host('echo ready; sleep 60', '--detach'), home);
    const id = stdout.trim();
    const log = begin(['logs', '--follow', id], home);
    await log.until('stdout', 'ready');
    const inside = await slipway(['exec', id, '--', 'sh', '-c', 'echo inside; exit 6'], home);
    expect(inside).toMatchObject({ code: 6, stdout: 'inside\n' });
    expect((await slipway(['stop', '--kill', id], home)).code).toBe(0);
    expect(await log.closed).toBe(0);
    expect((await slipway(['exec', id, '--', 'true'], home)).code).toBe(1);
  });
});
