import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import type { RunsContext } from '../../src/runs/context.ts';
import { createRun } from '../../src/runs/create.ts';
import { collectGarbage } from '../../src/runs/gc.ts';
import { newLease } from '../../src/runs/lease.ts';
import type { RunRequest } from '../../src/runs/run.ts';
import { openSqliteStore } from '../../src/store/sqlite.ts';
import type { RunState } from '../../src/store/store.ts';
import { FakeBackend } from '../support/fake-backend.ts';
import { FakeEngine } from '../support/fake-engine.ts';
import { request } from '../support/run-request.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

let runs: RunsContext;
let engine: FakeEngine;
let backend: FakeBackend;

beforeEach(async () => {
  const home = await temporaryFolder();
  engine = new FakeEngine({});
  backend = new FakeBackend();
  const store = await openSqliteStore(join(home, 'runs.db'));
  runs = { store, home, homeId: 'mine', backend: async () => backend };
});

function container(run: string, home = 'mine', own = 'main'): void {
  engine.create({
    name: `slipway-${run}-1-${own}`,
    labels: { 'slipway:home': home, 'slipway:run': run, 'slipway:container': own },
    environment: {},
    secrets: {},
    mounts: [],
    network: { mode: 'none' },
    ports: [],
  });
}

async function run(id: string, state: RunState, change: Partial<RunRequest> = {}, age = 0) {
  const plan = { id, name: id, tags: {}, warnings: [], request: { ...request, ...change } };
  const { run: created } = await createRun(runs, { ...plan, lease: await newLease() });
  await runs.store.update(id, created.version, {
    state,
    endedAt: new Date(Date.now() - age * 1000).toISOString(),
  });
  await mkdir(join(runs.home, 'runs', id, '1', 'logs'), { recursive: true });
  await writeFile(join(runs.home, 'runs', id, '1', 'logs', 'main.log'), '');
}

const left = () => [...engine.containers.keys()].map((name) => name.split('-')[1]).sort();

describe('collectGarbage', () => {
  it('removes containers of runs that are over or unknown, and of nobody else', async () => {
    await run('over', 'SUCCEEDED');
    await run('going', 'RUNNING');
    await run('kept', 'FAILED', { keep: true });
    for (const id of ['over', 'going', 'kept', 'unknown']) container(id);
    container('foreign', 'theirs');
    const { removed, leftovers } = await collectGarbage(runs, [engine]);
    expect(left()).toEqual(['foreign', 'going', 'kept']);
    expect(removed).toHaveLength(2);
    expect(leftovers).toEqual([]);
  });

  it('removes the holder of a network after those who use it', async () => {
    container('dead', 'mine', '.pause');
    container('dead', 'mine', 'main');
    const { removed } = await collectGarbage(runs, [engine]);
    expect(removed.map((what) => what.split('-').at(-1))).toEqual(['main', '.pause']);
  });

  it('only says what it would remove, when that is asked', async () => {
    container('unknown');
    const { removed } = await collectGarbage(runs, [engine], { dryRun: true });
    expect(removed).toEqual(['docker container slipway-unknown-1-main']);
    expect(left()).toEqual(['unknown']);
  });

  it('removes folders that have no record, and leaves logs of those that have', async () => {
    await run('over', 'SUCCEEDED');
    await mkdir(join(runs.home, 'runs', 'unknown', '1'), { recursive: true });
    await collectGarbage(runs, [engine]);
    expect(await readdir(join(runs.home, 'runs'))).toEqual(['over']);
    expect(await readdir(join(runs.home, 'runs', 'over', '1', 'logs'))).toEqual(['main.log']);
  });

  it('forgets runs that ended long ago, and no others', async () => {
    await run('old', 'SUCCEEDED', {}, 100);
    await run('young', 'SUCCEEDED', {}, 10);
    await run('going', 'RUNNING', {}, 100);
    await collectGarbage(runs, [engine], { olderThan: 50 });
    const ids: string[] = [];
    for await (const { id } of runs.store.list({})) ids.push(id);
    expect(ids.sort()).toEqual(['going', 'young']);
    expect((await readdir(join(runs.home, 'runs'))).sort()).toEqual(['going', 'young']);
  });

  it('says what could not be removed, and why', async () => {
    container('unknown');
    engine.remove = async () => {
      throw new Error('device busy');
    };
    const { removed, leftovers } = await collectGarbage(runs, [engine]);
    expect(removed).toEqual([]);
    expect(leftovers).toEqual([
      { what: 'docker container slipway-unknown-1-main', why: 'device busy' },
    ]);
  });
});
