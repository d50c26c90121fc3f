import { dirname } from 'node:path';
import Database from 'libsql';
import { makeFolder } from '../make-folder.ts';
import type { CheckedStore, RunChange, RunQuery, RunRecord, RunSummary, Store } from './store.ts';

/** Applied in order, each once; `user_version` counts them. Add to the end, never change one. */
const MIGRATIONS: readonly string[] = [
  `CREATE TABLE runs (
     id TEXT PRIMARY KEY, version INTEGER NOT NULL, name TEXT NOT NULL, place TEXT NOT NULL,
     state TEXT NOT NULL, createdAt TEXT NOT NULL, startedAt TEXT, endedAt TEXT, exitCode INTEGER,
     reason TEXT, failure TEXT, tags TEXT NOT NULL, lease TEXT, document TEXT NOT NULL
   ) STRICT;
   CREATE INDEX runs_by_time ON runs (createdAt DESC, id);
   CREATE INDEX runs_by_state ON runs (state, createdAt DESC, id);`,
];

/** How long a writer waits for another process's write, in milliseconds. */
const BUSY_TIMEOUT = 10_000;

const SUMMARY_COLUMNS =
  'id, version, name, place, state, createdAt, startedAt, endedAt, exitCode, reason, failure, tags, lease';

interface Row extends Record<string, unknown> {
  id: string;
  version: number;
  name: string;
  place: string;
  state: RunRecord['state'];
  createdAt: string;
  startedAt: string | null;
  endedAt: string | null;
  exitCode: number | null;
  reason: string | null;
  failure: string | null;
  tags: string;
  lease: string | null;
}

/** Opens (and makes, and migrates) the store in `file`; several processes may share it. */
export async function openSqliteStore(file: string): Promise<Store> {
  await makeFolder(dirname(file), 0o700);
  const database = new Database(file, { timeout: BUSY_TIMEOUT });
  database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;');
  migrate(database);
  return new SqliteStore(database);
}

function migrate(database: Database.Database): void {
  const done = () => (database.prepare('PRAGMA user_version').get() as Version).user_version;
  if (done() === MIGRATIONS.length) return;
  const apply = database.transaction(() => {
    for (const migration of MIGRATIONS.slice(done())) database.exec(migration);
    database.exec(`PRAGMA user_version = ${MIGRATIONS.length}`);
  });
  apply.immediate();
}

interface Version {
  user_version: number;
}

class SqliteStore implements Store, CheckedStore {
  readonly #database: Database.Database;

  constructor(database: Database.Database) {
    this.#database = database;
  }

  async create(run: Omit<RunRecord, 'version'>): Promise<{ run: RunRecord; created: boolean }> {
    const record: RunRecord = { ...run, version: 1 };
    const row = toRow(record);
    const columns = Object.keys(row);
    const { changes } = this.#database
      .prepare(
        `INSERT INTO runs (${columns.join(', ')}) VALUES (${columns.map(() => '?').join(', ')})
         ON CONFLICT (id) DO NOTHING`,
      )
      .run(Object.values(row));
    if (changes === 1) return { run: record, created: true };
    const existing = await this.get(run.id);
    // Deleted between the two statements: the id is free again.
    return existing === undefined ? this.create(run) : { run: existing, created: false };
  }

  async get(id: string): Promise<RunRecord | undefined> {
    const row = this.#database.prepare('SELECT * FROM runs WHERE id = ?').get(id) as
      | (Row & { document: string })
      | undefined;
    return row && { ...fromRow(row), document: JSON.parse(row.document) };
  }

  async idsStartingWith(prefix: string, limit: number): Promise<string[]> {
    return this.#database
      .prepare('SELECT id FROM runs WHERE substr(id, 1, ?) = ? ORDER BY id LIMIT ?')
      .pluck()
      .all(prefix.length, prefix, limit) as string[];
  }

  async update(id: string, version: number, change: RunChange): Promise<RunRecord | undefined> {
    const current = await this.get(id);
    if (current?.version !== version) return undefined;
    const next: RunRecord = { ...current, ...change, id, version: version + 1 };
    const { id: _, ...row } = toRow(next);
    const { changes } = this.#database
      .prepare(
        `UPDATE runs SET ${Object.keys(row)
          .map((column) => `${column} = ?`)
          .join(', ')} WHERE id = ? AND version = ?`,
      )
      .run([...Object.values(row), id, version]);
    return changes === 1 ? next : undefined;
  }

  async *list(query: RunQuery): AsyncIterable<RunSummary> {
    const { where, values } = conditions(query);
    const rows = this.#database
      .prepare(`SELECT ${SUMMARY_COLUMNS} FROM runs ${where} ORDER BY createdAt DESC, id LIMIT ?`)
      .iterate([...values, query.limit ?? -1]) as Iterable<Row>;
    for (const row of rows) yield fromRow(row);
  }

  async delete(id: string): Promise<void> {
    this.#database.prepare('DELETE FROM runs WHERE id = ?').run(id);
  }

  async damage(): Promise<string[]> {
    try {
      const found = this.#database.prepare('PRAGMA quick_check').pluck().all() as string[];
      return found.filter((line) => line !== 'ok');
    } catch (error) {
      // Damage that keeps even the check from reading on.
      if (!(error instanceof Database.SqliteError)) throw error;
      return [error.message];
    }
  }

  async close(): Promise<void> {
    this.#database.close();
  }
}

function conditions(query: RunQuery): { where: string; values: string[] } {
  const clauses: string[] = [];
  const values: string[] = [];
  if (query.states !== undefined) {
    clauses.push(`state IN (${query.states.map(() => '?').join(', ')})`);
    values.push(...query.states);
  }
  for (const [key, value] of Object.entries(query.tags ?? {})) {
    clauses.push('EXISTS (SELECT 1 FROM json_each(runs.tags) WHERE key = ? AND value = ?)');
    values.push(key, value);
  }
  return { where: clauses.length === 0 ? '' : `WHERE ${clauses.join(' AND ')}`, values };
}

function toRow(run: RunRecord): Row {
  return {
    id: run.id,
    version: run.version,
    name: run.name,
    place: run.on,
    state: run.state,
    createdAt: run.createdAt,
    startedAt: run.startedAt ?? null,
    endedAt: run.endedAt ?? null,
    exitCode: run.exitCode ?? null,
    reason: run.reason ?? null,
    failure: run.failure ?? null,
    tags: JSON.stringify(run.tags),
    lease: run.lease === undefined ? null : JSON.stringify(run.lease),
    document: JSON.stringify(run.document ?? null),
  };
}

function fromRow(row: Row): RunSummary {
  return {
    id: row.id,
    version: row.version,
    name: row.name,
    on: row.place,
    state: row.state,
    createdAt: row.createdAt,
    startedAt: row.startedAt ?? undefined,
    endedAt: row.endedAt ?? undefined,
    exitCode: row.exitCode ?? undefined,
    reason: row.reason ?? undefined,
    failure: row.failure ?? undefined,
    tags: JSON.parse(row.tags),
    lease: row.lease === null ? undefined : JSON.parse(row.lease),
  };
}
