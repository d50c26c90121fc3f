import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'libsql';
import { describe, expect, onTestFinished, test } from 'vitest';
import { openSqliteStore } from '../../src/store/sqlite.ts';
import { canBeChecked } from '../../src/store/store.ts';
import { describeStore } from '../conformance/store.ts';

describeStore('sqlite', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'slipway-store-'));
  return () => openSqliteStore(join(folder, 'deep', 'runs.db'));
});

describe('a damaged file', () => {
  test('is told from a sound one', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'slipway-store-'));
    onTestFinished(() => rm(folder, { recursive: true }));
    const file = join(folder, 'runs.db');
    const sound = await openSqliteStore(file);
    expect(canBeChecked(sound) && (await sound.damage())).toEqual([]);
    await sound.close();
    new Database(file).exec('PRAGMA wal_checkpoint(TRUNCATE)');
    const bytes = await readFile(file);
    // The second page is the table of runs, still empty: its header says otherwise from here on.
    bytes.fill(0xff, 4096, 4096 + 64);
    await writeFile(file, bytes);
    const damaged = await openSqliteStore(file);
    onTestFinished(() => damaged.close());
    expect(canBeChecked(damaged) && (await damaged.damage())).not.toEqual([]);
  });
});
