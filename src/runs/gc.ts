/** Finds what runs have left behind, by Slipway's own labels and folders, and removes it. */
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Leftover } from '../backends/backend.ts';
import { HOLDER, Label, runsFolder } from '../backends/local/folders.ts';
import type { Engine } from '../engine/engine.ts';
import { hasVolumes } from '../engine/engine.ts';
import { processStartOf } from '../engine/host/process-start.ts';
import { ID_DRAFT, type RunsContext } from './context.ts';
import { destroyRun, purgeRun } from './destroy.ts';
import { asRun, isFinal, type Run } from './run.ts';
import { adoptOrphans } from './supervision.ts';

export interface CollectOptions {
  /** Only say what would be removed. Default false. */
  dryRun?: boolean | undefined;
  /** Seconds since their end after which runs are forgotten, with their logs; none where absent. */
  olderThan?: number | undefined;
}

export interface Collected {
  /** Unfinished runs whose process was gone, and that have a new one now. */
  adopted: readonly string[];
  /** What was removed, or would be, in words. */
  removed: readonly string[];
  leftovers: readonly Leftover[];
}

/**
 * Collects what no living run needs. Runs that still go on, and those that were told to keep their
 * containers, are left alone; so is everything without this home's label.
 * @param engines all that can be reached: a run's own may not be the one in use today.
 */
export async function collectGarbage(
  runs: RunsContext,
  engines: readonly Engine[],
  options: CollectOptions = {},
): Promise<Collected> {
  const removed: string[] = [];
  const leftovers: Leftover[] = [];
  const remove = async (what: string, removal: () => Promise<unknown>) => {
    if (!options.dryRun) {
      const failed = await removal().then(
        () => undefined,
        (error: Error) => error,
      );
      if (failed !== undefined) {
        leftovers.push({ what, why: failed.message });
        return;
      }
    }
    removed.push(what);
  };
  const adopted = options.dryRun ? [] : await adoptOrphans(runs);
  for (const engine of engines) await collectEngine(runs, engine, remove);
  await collectDrafts(runs, remove);
  await collectFolders(runs, remove);
  if (options.olderThan !== undefined) await forgetOld(runs, options.olderThan, remove);
  return { adopted, removed, leftovers };
}

type Remove = (what: string, removal: () => Promise<unknown>) => Promise<void>;

async function collectEngine(runs: RunsContext, engine: Engine, remove: Remove): Promise<void> {
  const labels = { [Label.Home]: runs.homeId };
  // A holder last: Podman refuses to remove a container whose network others still use.
  const containers = (await engine.list(labels)).sort(
    (one, other) => Number(isHolder(one.labels)) - Number(isHolder(other.labels)),
  );
  const needed = await neededRuns(
    runs,
    containers.map((container) => container.labels[Label.Run] ?? ''),
  );
  for (const { name, labels: own } of containers) {
    if (needed.has(own[Label.Run] ?? '')) continue;
    await remove(`${engine.name} container ${name}`, () => engine.remove(name));
  }
  if (!hasVolumes(engine)) return;
  const volumes = await engine.listVolumes(labels);
  for (const { name, labels: own } of volumes) {
    if ((await neededRuns(runs, [own[Label.Run] ?? ''])).size > 0) continue;
    await remove(`${engine.name} volume ${name}`, () => engine.removeVolume(name));
  }
}

function isHolder(labels: Readonly<Record<string, string>>): boolean {
  return labels[Label.Container] === HOLDER;
}

async function neededRuns(runs: RunsContext, ids: readonly string[]): Promise<Set<string>> {
  const needed = new Set<string>();
  for (const id of new Set(ids)) {
    const record = await runs.store.get(id);
    if (record !== undefined && isNeeded(asRun(record))) needed.add(id);
  }
  return needed;
}

function isNeeded(run: Run): boolean {
  return !isFinal(run.state) || (run.document.request.keep && run.document.removedAt === undefined);
}

/** What a process left that was killed while it made this home. */
async function collectDrafts({ home }: RunsContext, remove: Remove): Promise<void> {
  for (const name of await readdir(home)) {
    const author = ID_DRAFT.exec(name)?.[1];
    if (author === undefined || (await processStartOf(Number(author))) !== undefined) continue;
    const draft = join(home, name);
    await remove(`file ${draft}`, () => rm(draft, { force: true }));
  }
}

/** Folders of runs that have no record, and working files of runs that are over. */
async function collectFolders(runs: RunsContext, remove: Remove): Promise<void> {
  const root = runsFolder(runs.home);
  const ids = await readdir(root).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  for (const id of ids) {
    const record = await runs.store.get(id);
    const folder = join(root, id);
    if (record === undefined) {
      await remove(`folder ${folder}`, () => rm(folder, { recursive: true, force: true }));
      continue;
    }
    const run = asRun(record);
    if (isNeeded(run) || run.document.leftovers.length === 0) continue;
    await remove(`what run ${id} has left`, () => destroyRun(runs, id));
  }
}

async function forgetOld(runs: RunsContext, seconds: number, remove: Remove): Promise<void> {
  const before = new Date(Date.now() - seconds * 1000).toISOString();
  const old: string[] = [];
  for await (const { id, state, endedAt } of runs.store.list({})) {
    if (isFinal(state) && endedAt !== undefined && endedAt < before) old.push(id);
  }
  for (const id of old) {
    await remove(`run ${id} with its log`, async () => {
      await destroyRun(runs, id);
      await purgeRun(runs, id);
    });
  }
}
