import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import type { RunsContext } from '../../src/runs/context.ts';
import { createRun } from '../../src/runs/create.ts';
import { getRun } from '../../src/runs/find.ts';
import { newLease } from '../../src/runs/lease.ts';
import { RunDriver } from '../../src/runs/lifecycle.ts';
import type { Run, RunRequest } from '../../src/runs/run.ts';
import { requestStop } from '../../src/runs/stop.ts';
import { takeLease } from '../../src/runs/supervision.ts';
import { openSqliteStore } from '../../src/store/sqlite.ts';
import { FakeBackend } from '../support/fake-backend.ts';
import { request } from '../support/run-request.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

let runs: RunsContext;
let backend: FakeBackend;

beforeEach(async () => {
  const home = await temporaryFolder();
  backend = new FakeBackend();
  const store = await openSqliteStore(join(home, 'runs.db'));
  runs = { store, home, homeId: 'home', backend: async () => backend };
});

async function newRun(change: Partial<RunRequest> = {}): Promise<Run> {
  const plan = { name: 'job', tags: {}, warnings: [], request: { ...request, ...change } };
  return (await createRun(runs, { ...plan, lease: await newLease() })).run;
}

const stored = ({ id }: Run) => getRun(runs.store, id);

describe('RunDriver', () => {
  it('records a success with its times, and lets go of the lease', async () => {
    const run = await newRun();
    const final = await new RunDriver(runs, run).drive();
    expect(final).toMatchObject({ state: 'SUCCEEDED', exitCode: 0 });
    expect(final.lease).toBeUndefined();
    expect(Date.parse(final.startedAt ?? '')).toBeGreaterThanOrEqual(Date.parse(final.createdAt));
    expect(backend.calls).toEqual(['run 1', 'remove 1']);
    expect(await stored(run)).toEqual(final);
  });

  it('tries again what is worth it, and says at last how the last try ended', async () => {
    backend = new FakeBackend(
      { result: 'failed', failure: 'LOST', reason: 'It vanished.', exitCode: undefined },
      { result: 'failed', failure: 'USER_CODE', reason: 'It exited with 3.', exitCode: 3 },
    );
    const final = await new RunDriver(
      runs,
      await newRun({ retries: { attempts: 5, backoff: 0 } }),
    ).drive();
    expect(final).toMatchObject({ state: 'FAILED', exitCode: 3, failure: 'USER_CODE' });
    expect(final.document.attempts.map(({ failure }) => failure)).toEqual(['LOST', 'USER_CODE']);
    expect(backend.calls.filter((call) => call.startsWith('run'))).toEqual(['run 1', 'run 2']);
  });

  it('stops when the store says so, as another process wrote it', async () => {
    backend = new FakeBackend('until stopped');
    const run = await newRun();
    const end = new RunDriver(runs, run).drive();
    await requestStop(runs, run.id, { message: 'Enough.' });
    expect(await end).toMatchObject({ state: 'STOPPED', reason: 'Enough.' });
  });

  it('does not wait for the next try once it is stopped', async () => {
    backend = new FakeBackend({ result: 'failed', failure: 'LOST', reason: 'It vanished.' });
    const run = await newRun({ retries: { attempts: 1, backoff: 60 } });
    const driver = new RunDriver(runs, run, (event) => {
      if (event.type === 'progress') driver.stop('Enough.');
    });
    expect(await driver.drive()).toMatchObject({ state: 'STOPPED', reason: 'Enough.' });
    expect(backend.calls).not.toContain('run 2');
  });

  it('ends an attempt at its timeout, and another try has its own', async () => {
    backend = new FakeBackend('until stopped', {});
    const run = await newRun({
      timeout: 0.05,
      retries: { attempts: 1, on: ['TIMEOUT'], backoff: 0 },
    });
    const final = await new RunDriver(runs, run).drive();
    expect(final.state).toBe('SUCCEEDED');
    expect(final.document.attempts[0]).toMatchObject({
      failure: 'TIMEOUT',
      reason: 'It ran longer than its timeout of 0.1s and was stopped.',
    });
  });

  it('keeps containers that are to be kept', async () => {
    await new RunDriver(runs, await newRun({ keep: true })).drive();
    expect(backend.calls).toEqual(['run 1']);
  });

  it('records what its clean-up has left', async () => {
    backend.leftovers = [{ what: 'container x', why: 'busy' }];
    const final = await new RunDriver(runs, await newRun()).drive();
    expect(final.document.leftovers).toEqual(backend.leftovers);
    expect(final.document.removedAt).toBeUndefined();
  });

  it('stops recording once another process has its lease', async () => {
    backend = new FakeBackend('until stopped');
    const run = await newRun();
    const driver = new RunDriver(runs, run);
    const end = driver.drive();
    await expect.poll(async () => (await stored(run)).state).toBe('RUNNING');
    const now = await stored(run);
    await runs.store.update(run.id, now.version, { lease: await newLease() });
    driver.stop('Enough.');
    await expect(end).rejects.toMatchObject({ code: 'CONFLICT' });
    expect((await stored(run)).state).toBe('RUNNING');
  });
});

describe('going on after a death', () => {
  const dead = { token: 'x', pid: 2 ** 22, processStart: '1', machine: '' };

  async function orphan(run: Run, change: Partial<Run['document']>): Promise<Run> {
    const { machine } = await newLease();
    const now = await stored(run);
    const document = { ...now.document, ...change };
    await runs.store.update(run.id, now.version, { document, lease: { ...dead, machine } });
    const taken = await takeLease(runs, run.id);
    if (taken === undefined) throw new Error('The lease was not free.');
    return taken;
  }

  it('goes on with an attempt that has no end', async () => {
    const run = await orphan(await newRun(), { attempts: [{ number: 1, containers: [] }] });
    expect((await new RunDriver(runs, run).drive()).state).toBe('SUCCEEDED');
    expect(backend.calls).toEqual(['run 1', 'remove 1']);
  });

  it('does not run again what has ended, but cleans up after it', async () => {
    const ended = { number: 1, containers: [], endedAt: new Date().toISOString() };
    const run = await orphan(await newRun(), {
      attempts: [
        { ...ended, result: 'failed', failure: 'USER_CODE', reason: 'It failed.', exitCode: 9 },
      ],
    });
    expect(await new RunDriver(runs, run).drive()).toMatchObject({ state: 'FAILED', exitCode: 9 });
    expect(backend.calls).toEqual(['remove 1']);
  });

  it('begins the next attempt where one was to come, and removes what is left of the last', async () => {
    const ended = { number: 1, containers: [], endedAt: new Date().toISOString() };
    const run = await orphan(await newRun({ retries: { attempts: 1, backoff: 0 } }), {
      attempts: [{ ...ended, result: 'failed', failure: 'LOST', reason: 'It vanished.' }],
    });
    expect((await new RunDriver(runs, run).drive()).state).toBe('SUCCEEDED');
    expect(backend.calls).toEqual(['remove 1', 'run 2', 'remove 2']);
  });

  it('goes on ending what was being ended', async () => {
    backend = new FakeBackend('until stopped');
    const ending = { result: 'failed', failure: 'TIMEOUT', message: 'Too long.' } as const;
    const run = await orphan(await newRun(), { attempts: [{ number: 1, containers: [], ending }] });
    expect(await new RunDriver(runs, run).drive()).toMatchObject({
      state: 'FAILED',
      failure: 'TIMEOUT',
      reason: 'Too long.',
    });
  });

  it('is for one process alone', async () => {
    expect(await takeLease(runs, (await newRun()).id)).toBeUndefined();
  });
});
