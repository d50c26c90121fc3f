import { chmod, mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Check } from '../../src/commands/doctor/check.ts';
import { checkNode } from '../../src/commands/doctor/machine.ts';
import { openSqliteStore } from '../../src/store/sqlite.ts';
import { RunState } from '../../src/store/store.ts';
import { slipway } from '../support/command-line.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

/** The checks of a machine that has these programs in place of Docker and Podman. */
async function examined(
  home: string,
  programs: Readonly<Record<string, string>> = {},
): Promise<{ code: number | null; ok: boolean; checks: Record<string, Check> }> {
  const bin = await temporaryFolder();
  for (const [name, script] of Object.entries(programs)) {
    await writeFile(join(bin, name), `#!/bin/sh\n${script}\n`);
    await chmod(join(bin, name), 0o755);
  }
  const { code, stdout, stderr } = await slipway(['doctor', '--json'], home, {
    cwd: bin,
    env: { PATH: bin, DOCKER_HOST: undefined },
  });
  expect(stderr).toBe('');
  const { ok, checks } = JSON.parse(stdout) as { ok: boolean; checks: Check[] };
  return { code, ok, checks: Object.fromEntries(checks.map((check) => [check.name, check])) };
}

async function withRun(home: string, state: RunState): Promise<void> {
  const store = await openSqliteStore(join(home, 'runs.db'));
  await store.create({
    id: 'abandoned',
    name: 'abandoned',
    on: 'local',
    state,
    createdAt: '2026-01-01T00:00:00.000Z',
    tags: {},
    document: {
      request: { keep: false },
      attempts: [],
      warnings: [],
      outputs: {},
      leftovers: [{ what: 'folder', why: 'busy' }],
    },
  });
  await store.close();
}

test('a machine with neither Docker nor Podman is sound: the host runs commands', async () => {
  const { code, ok, checks } = await examined(await temporaryFolder());
  expect({ code, ok }).toEqual({ code: 0, ok: true });
  expect(checks).toMatchObject({
    node: { status: 'ok' },
    docker: { status: 'absent' },
    podman: { status: 'absent' },
    host: { status: 'ok', details: expect.arrayContaining([expect.stringMatching(/memory/)]) },
    home: { status: 'ok', message: expect.stringMatching(/ free\)$/) },
    store: { status: 'ok' },
    runs: { status: 'ok' },
    leftovers: { status: 'ok' },
  });
});

test('an engine that cannot be reached says so in its own words', async () => {
  const { code, checks } = await examined(await temporaryFolder(), {
    docker: 'echo "permission denied while trying to connect to the daemon" >&2; exit 1',
    podman: 'echo "cannot re-exec process" >&2; exit 125',
  });
  expect(code).toBe(0);
  expect(checks.docker).toMatchObject({
    status: 'warning',
    message: expect.stringContaining('permission denied while trying to connect to the daemon'),
    hint: expect.any(String),
  });
  expect(checks.podman).toMatchObject({
    status: 'warning',
    message: expect.stringContaining('cannot re-exec process'),
  });
});

test('an engine that answers and cannot start a container is told from one that can', async () => {
  const { code, checks } = await examined(await temporaryFolder(), {
    podman: `case "$1" in
      info) echo '{"host": {"cpus": 1, "memTotal": 1073741824}, "version": {"Version": "5"}}';;
      run|start) echo "Error: no rights to set limits" >&2; exit 126;;
    esac`,
  });
  expect(code).toBe(0);
  expect(checks.podman).toMatchObject({
    status: 'warning',
    message: expect.stringContaining('no rights to set limits'),
  });
});

test('a home that cannot be written is broken, and nothing else is asked of it', async () => {
  const folder = await temporaryFolder();
  const home = join(folder, 'file');
  await writeFile(home, '');
  const { code, ok, checks } = await examined(home);
  expect({ code, ok }).toEqual({ code: 1, ok: false });
  expect(checks.home).toMatchObject({
    status: 'broken',
    hint: expect.stringContaining('SLIPWAY_HOME'),
  });
  expect(checks.store).toBeUndefined();
});

test('records that are no records are broken', async () => {
  const home = await temporaryFolder();
  await writeFile(join(home, 'runs.db'), 'not a database, by far'.repeat(100));
  const { code, checks } = await examined(home);
  expect(code).toBe(1);
  expect(checks.store).toMatchObject({
    status: 'broken',
    details: [expect.stringMatching(/database/)],
  });
});

test('a run that lost its process is told, and left to other commands', async () => {
  const home = await temporaryFolder();
  await withRun(home, RunState.Running);
  const { code, checks } = await examined(home);
  expect(code).toBe(0);
  expect(checks.runs).toMatchObject({
    status: 'warning',
    message: '1 run has lost its process',
    details: ['abandoned'],
  });
});

test('what runs have left is told, and not touched', async () => {
  const home = await temporaryFolder();
  const orphaned = join(home, 'runs', 'unknown');
  await mkdir(orphaned, { recursive: true });
  const { checks } = await examined(home);
  expect(checks.leftovers).toMatchObject({
    status: 'warning',
    details: [`folder ${orphaned}`],
    hint: 'slipway gc removes them.',
  });
  // It fails where the folder has gone.
  await rm(orphaned, { recursive: true });
});

test('people see a symbol, what to do, and a verdict', async () => {
  const home = await temporaryFolder();
  const { stdout } = await slipway(['doctor'], home, { env: { PATH: '/nowhere' } });
  expect(stdout).toMatch(/^✔ node +Node \d+/m);
  expect(stdout).toMatch(/^– docker +not installed$/m);
  expect(stdout).toContain('Commands run here as processes of this machine');
});

describe('Node', () => {
  test.each([
    ['20.19.0', 'ok'],
    ['20.20.0', 'ok'],
    ['22.1.0', 'ok'],
    ['100.0.0', 'ok'],
    ['20.18.9', 'broken'],
    ['8.99.0', 'broken'],
  ])('%s is %s', (version, status) => {
    expect(checkNode('>=20.19.0', version).status).toBe(status);
  });
});
