/** What everything about runs works with: the store, Slipway's home, and how to reach a backend. */
import { randomBytes } from 'node:crypto';
import { link, readFile, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Backend, ExecBackend } from '../backends/backend.ts';
import { LocalBackend } from '../backends/local/local-backend.ts';
import { createEngine } from '../engine/detect.ts';
import { makeFolder } from '../make-folder.ts';
import { openSqliteStore } from '../store/sqlite.ts';
import type { Store } from '../store/store.ts';
import { HomeUnusable } from './errors.ts';
import type { RunRequest } from './run.ts';

export interface RunsContext {
  store: Store;
  /** The folder of records, logs and files of runs. */
  home: string;
  /** The identity of that folder, which its containers are labelled with. */
  homeId: string;
  /** The backend that a run was recorded for. */
  backend(
    request: Pick<RunRequest, 'engine' | 'engineEnvironment'>,
  ): Promise<Backend & ExecBackend>;
}

/**
 * Opens (and makes, where it is the first time) the runs of a home. Close the store when done.
 * @throws HomeUnusable where its folder or its records cannot be opened.
 */
export async function openRuns(folder: string): Promise<RunsContext> {
  // A supervisor runs elsewhere, where a relative path would be another folder.
  const home = resolve(folder);
  const { homeId, store } = await openHome(home).catch((error: Error) => {
    throw new HomeUnusable(home, error);
  });
  return {
    store,
    home,
    homeId,
    backend: async ({ engine, engineEnvironment }) =>
      new LocalBackend({
        engine: await createEngine(engine, {
          environment: { ...process.env, ...engineEnvironment },
          folder: home,
        }),
        home,
        homeId,
      }),
  };
}

/** What a draft of the home's identity is called; the process that writes it is in its name. */
export const ID_DRAFT = /^id\.(\d+)\.[0-9a-f]+$/;

async function openHome(home: string): Promise<{ homeId: string; store: Store }> {
  await makeFolder(home, 0o700);
  return { homeId: await readHomeId(home), store: await openSqliteStore(join(home, 'runs.db')) };
}

async function readHomeId(home: string): Promise<string> {
  const file = join(home, 'id');
  const known = await readFile(file, 'utf8').catch(() => undefined);
  if (known !== undefined) return known.trim();
  // Written whole and then linked to its name, so that of two processes both read the same one.
  const draft = `${file}.${process.pid}.${randomBytes(4).toString('hex')}`;
  await writeFile(draft, `${randomBytes(8).toString('hex')}\n`);
  await link(draft, file).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error;
  });
  await rm(draft, { force: true });
  return (await readFile(file, 'utf8')).trim();
}
