import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { RunRecord, RunSummary, Store } from '../../src/store/store.ts';

/** What every store must do. `open` opens the same, at first empty, store at each call of a test. */
export function describeStore(name: string, fresh: () => Promise<() => Promise<Store>>): void {
  describe(`store: ${name}`, () => {
    let open: () => Promise<Store>;
    let store: Store;
    const others: Store[] = [];

    beforeEach(async () => {
      open = await fresh();
      store = await open();
    });
    afterEach(async () => {
      for (const opened of [store, ...others.splice(0)]) await opened.close();
    });
    const openAnother = async () => {
      const another = await open();
      others.push(another);
      return another;
    };

    it('gives back what was recorded', async () => {
      const run = newRun('one', {
        tags: { 'it’s': '"quoted"' },
        lease: { token: 't', pid: 1, processStart: '2', machine: 'm' },
        document: { nested: [1, { deep: null }] },
      });
      expect(await store.create(run)).toEqual({ run: { ...run, version: 1 }, created: true });
      expect(await store.get('one')).toMatchObject(run);
      expect(await store.get('two')).toBeUndefined();
    });

    it('keeps 0 and the empty string apart from nothing', async () => {
      await store.create(newRun('one', { exitCode: 0, reason: '' }));
      expect(await store.get('one')).toMatchObject({ exitCode: 0, reason: '' });
    });

    it('gives back the run that has the id already', async () => {
      await store.create(newRun('one', { name: 'first' }));
      const again = await (await openAnother()).create(newRun('one', { name: 'second' }));
      expect(again).toMatchObject({ created: false, run: { name: 'first' } });
    });

    it('refuses an update made from an old version, so none is lost', async () => {
      await store.create(newRun('one'));
      const another = await openAnother();
      expect(await another.update('one', 1, { state: 'RUNNING' })).toMatchObject({ version: 2 });
      expect(await store.update('one', 1, { state: 'FAILED' })).toBeUndefined();
      expect(await store.get('one')).toMatchObject({ state: 'RUNNING', version: 2 });
      expect(await store.update('none', 1, { state: 'FAILED' })).toBeUndefined();
    });

    it('takes a value away when the change says so', async () => {
      const lease = { token: 't', pid: 1, processStart: '2', machine: 'm' };
      await store.create(newRun('one', { lease }));
      await store.update('one', 1, { lease: undefined });
      expect((await store.get('one'))?.lease).toBeUndefined();
    });

    it('counts up correctly when many update at once', async () => {
      await store.create(newRun('one', { document: 0 }));
      const stores = [store, await openAnother(), await openAnother()];
      const increment = async (from: Store): Promise<void> => {
        const run = (await from.get('one')) as RunRecord;
        const change = { document: (run.document as number) + 1 };
        if ((await from.update('one', run.version, change)) === undefined) await increment(from);
      };
      await Promise.all(
        stores.flatMap((from) => Array.from({ length: 20 }, () => increment(from))),
      );
      expect(await store.get('one')).toMatchObject({ document: 60, version: 61 });
    });

    it('lists newest first, by state and by tag, up to a limit', async () => {
      for (let index = 0; index < 5; index += 1) {
        await store.create(
          newRun(`run${index}`, {
            createdAt: `2026-01-0${index + 1}T00:00:00.000Z`,
            state: index % 2 === 0 ? 'RUNNING' : 'FAILED',
            tags: { team: index < 3 ? 'a' : 'b' },
          }),
        );
      }
      expect(ids(await collect(store.list({})))).toEqual(['run4', 'run3', 'run2', 'run1', 'run0']);
      expect(ids(await collect(store.list({ limit: 2 })))).toEqual(['run4', 'run3']);
      expect(ids(await collect(store.list({ states: ['FAILED'] })))).toEqual(['run3', 'run1']);
      const both = store.list({ states: ['RUNNING'], tags: { team: 'a' } });
      expect(ids(await collect(both))).toEqual(['run2', 'run0']);
    });

    it('finds ids by how they begin, wildcards taken literally', async () => {
      for (const id of ['abc', 'abd', 'a_c', 'b']) await store.create(newRun(id));
      expect(await store.idsStartingWith('ab', 10)).toEqual(['abc', 'abd']);
      expect(await store.idsStartingWith('a_', 10)).toEqual(['a_c']);
      expect(await store.idsStartingWith('%', 10)).toEqual([]);
      expect(await store.idsStartingWith('', 2)).toHaveLength(2);
    });

    it('forgets a run, also one that is not there', async () => {
      await store.create(newRun('one'));
      await store.delete('one');
      await store.delete('one');
      expect(await store.get('one')).toBeUndefined();
    });
  });
}

function newRun(id: string, change: Partial<RunRecord> = {}): Omit<RunRecord, 'version'> {
  return {
    id,
    name: id,
    on: 'local',
    state: 'PENDING',
    createdAt: '2026-01-01T00:00:00.000Z',
    tags: {},
    document: {},
    ...change,
  };
}

const ids = (runs: readonly RunSummary[]) => runs.map((run) => run.id);

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}
