import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { RunListing } from '../../src/runs/view.ts';
import { openSqliteStore } from '../../src/store/sqlite.ts';
import { RunState, type Store } from '../../src/store/store.ts';
import { ended, environment, slipway } from '../support/command-line.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

/** A home with so many finished runs, each a minute older than the one before. */
async function homeWith(count: number, change: (index: number) => object = () => ({})) {
  const home = await temporaryFolder();
  const store = await openSqliteStore(join(home, 'runs.db'));
  for (let index = 0; index < count; index += 1) await createRun(store, index, change(index));
  await store.close();
  return home;
}

async function createRun(store: Store, index: number, change: object): Promise<void> {
  const time = new Date(Date.parse('2026-11-21T09:00:00Z') - index * 60_000).toISOString();
  await store.create({
    id: `run-${String(index).padStart(3, '0')}`,
    name: `job ${index}`,
    on: 'local',
    state: RunState.Failed,
    createdAt: time,
    startedAt: time,
    endedAt: time,
    exitCode: 1,
    reason: 'It \u001b[31mfailed\u001b[0m.\nThis is the second line.',
    tags: { parity: index % 2 === 0 ? 'even' : 'odd' },
    document: {
      request: { engine: 'host', main: 'main', definition: {}, inputs: {}, outputs: {}, ports: [] },
      attempts: [],
      warnings: [],
      outputs: {},
      leftovers: [],
    },
    ...change,
  });
}

async function ids(home: string, ...options: string[]): Promise<string[]> {
  const { stdout } = await slipway(['ps', '--json', ...options], home);
  return (JSON.parse(stdout) as RunListing[]).map(({ id }) => id);
}

describe('slipway ps', () => {
  it('lists the twenty newest and says that there are more', async () => {
    const home = await homeWith(25);
    const { code, stdout, stderr } = await slipway(['ps'], home);
    expect(code).toBe(0);
    const lines = stdout.trimEnd().split('\n');
    expect(lines).toHaveLength(21);
    expect(lines[0]).toMatch(/^ID +NAME +STATE +EXIT +CREATED +TOOK +REASON$/);
    expect(lines[1]).toMatch(/^run-000 +job 0 +FAILED +1 .* It \\u001b\[31mfailed/);
    expect(stderr).toContain('slipway ps --all');
  });

  it('lists what is asked for, newest first', async () => {
    const home = await homeWith(25, (index) =>
      index === 3 ? { state: RunState.Succeeded, exitCode: 0 } : {},
    );
    expect(await ids(home, '--all')).toHaveLength(25);
    expect(await ids(home, '--limit', '2')).toEqual(['run-000', 'run-001']);
    expect(await ids(home, '--tag', 'parity=odd', '--limit', '2')).toEqual(['run-001', 'run-003']);
    expect(await ids(home, '--state', 'succeeded')).toEqual(['run-003']);
    expect(await ids(home, '--state', 'RUNNING')).toEqual([]);
    expect((await slipway(['ps', '--state', 'BUSY'], home)).code).toBe(2);
  });

  it('says what to do where there are none', async () => {
    const home = await homeWith(0);
    expect(await slipway(['ps'], home)).toMatchObject({ code: 0, stdout: '' });
    expect((await slipway(['ps'], home)).stderr).toContain('slipway hello');
  });

  it('ends quietly when its reader has seen enough', async () => {
    const home = await homeWith(500, () => ({ name: 'a long name '.repeat(20) }));
    const args = ['ps', '--all', '--json'].join(' ');
    const command = `"$0" --import "$1" "$2" ${args} | head -n 1; echo "\${PIPESTATUS[0]}"`;
    const cli = join(import.meta.dirname, '../../src/cli.ts');
    const tsx = new URL(import.meta.resolve('tsx')).pathname;
    const { stdout, stderr } = await ended('bash', ['-c', command, process.execPath, tsx, cli], {
      env: environment(home),
    });
    expect({ stdout, stderr }).toEqual({ stdout: '[\n0\n', stderr: '' });
  });
});

describe('a run that is named', () => {
  it('may be shortened, or be the last one', async () => {
    const home = await homeWith(12);
    const show = async (id: string) => slipway(['show', id, '--json'], home);
    expect(JSON.parse((await show('last')).stdout)).toMatchObject({ id: 'run-000' });
    expect(JSON.parse((await show('run-011')).stdout)).toMatchObject({ id: 'run-011' });
    const ambiguous = await show('run-00');
    expect(ambiguous.code).toBe(2);
    expect(JSON.parse(ambiguous.stderr).error).toMatchObject({ code: 'AMBIGUOUS', problems: [] });
    expect((await show('other')).code).toBe(3);
  });
});

describe('slipway logs', () => {
  const job = ['run', '--quiet', '--engine', 'host'];

  it('gives the bytes back exactly, each stream on its own', async () => {
    const home = await temporaryFolder();
    await slipway([...job, '--command', 'printf "a\\r\\n\\0b"; printf "e" >&2'], home);
    expect(await slipway(['logs', 'last'], home)).toEqual({
      code: 0,
      stdout: 'a\r\n\0b',
      stderr: 'e',
    });
  });

  it('shows the last lines, since when, with times and as JSON', async () => {
    const home = await temporaryFolder();
    await slipway([...job, '--command', 'seq 5'], home);
    const logs = async (...options: string[]) => slipway(['logs', 'last', ...options], home);
    expect((await logs('--tail', '2')).stdout).toBe('4\n5\n');
    expect((await logs('--tail', '0')).stdout).toBe('');
    expect((await logs('--since', '1h', '--tail', '1')).stdout).toBe('5\n');
    expect((await logs('--since', '2999-01-01')).stdout).toBe('');
    expect((await logs('--since', 'yesterday')).code).toBe(2);
    expect((await logs('--timestamps', '--tail', '1')).stdout).toMatch(/^\d{4}-.*Z 5\n$/);
    const [line = ''] = (await logs('--json', '--tail', '1')).stdout.split('\n');
    expect(JSON.parse(line)).toMatchObject({ container: 'main', stream: 'stdout', text: '5' });
    expect((await logs('--container', 'mian')).stderr).toContain('main');
    expect((await logs('--attempt', '2')).code).toBe(2);
  });
});

describe('slipway gc', () => {
  it('forgets runs that ended long ago, and only says so with --dry-run', async () => {
    const home = await temporaryFolder();
    await slipway(['run', '--quiet', '--engine', 'host', '--', 'true'], home);
    const collected = async (...options: string[]) =>
      JSON.parse((await slipway(['gc', '--json', ...options], home)).stdout);
    expect(await collected()).toEqual({ adopted: [], removed: [], leftovers: [] });
    const old = await collected('--older-than', '0', '--dry-run');
    expect(old.removed).toHaveLength(1);
    expect(await ids(home)).toHaveLength(1);
    expect(await collected('--older-than', '0')).toEqual(old);
    expect(await ids(home)).toEqual([]);
  });
});

describe('what is typed wrongly', () => {
  it.each([
    [['rnu'], 'run'],
    [['run', '--memroy', '1'], '--memory'],
    [['logs', 'last', '--tail', 'x'], 'whole number'],
    [['run', 'job.yaml', 'echo'], '--'],
    [['wait'], 'ids'],
    [['exec', 'last'], '--'],
  ])('%j is answered with %s, and exit code 2', async (args, expected) => {
    const home = await temporaryFolder();
    const { code, stdout, stderr } = await slipway(args, home);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(expected);
    expect(stderr).not.toContain('    at ');
  });
});
