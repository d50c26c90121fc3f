import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openSqliteStore } from '../../src/store/sqlite.ts';
import { describeStore } from '../conformance/store.ts';

describeStore('sqlite', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'slipway-store-'));
  return () => openSqliteStore(join(folder, 'deep', 'runs.db'));
});
