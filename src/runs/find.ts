/** From what a person types to a run: its id, the beginning of one, or `last`. */
import type { Store } from '../store/store.ts';
import { AmbiguousRun, RunNotFound } from './errors.ts';
import { asRun, type Run } from './run.ts';

/** What stands for the newest run. */
export const LAST = 'last';

/** How many ids are named where a prefix has several. */
const SHOWN = 5;

/**
 * @throws RunNotFound
 * @throws AmbiguousRun where several runs begin so.
 */
export async function findRun(store: Store, text: string): Promise<Run> {
  if (text === LAST) {
    for await (const { id } of store.list({ limit: 1 })) return getRun(store, id);
    throw new RunNotFound(LAST);
  }
  const exact = await store.get(text);
  if (exact !== undefined) return asRun(exact);
  const ids = text === '' ? [] : await store.idsStartingWith(text, SHOWN);
  if (ids.length > 1) throw new AmbiguousRun(text, ids);
  return getRun(store, ids[0] ?? text);
}

/** @throws RunNotFound */
export async function getRun(store: Store, id: string): Promise<Run> {
  const record = await store.get(id);
  if (record === undefined) throw new RunNotFound(id);
  return asRun(record);
}
