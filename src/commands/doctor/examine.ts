/** All the looks at this machine, in the order in which they are told. */
import { createEngine } from '../../engine/detect.ts';
import type { Engine, EngineName } from '../../engine/engine.ts';
import { openRuns, type RunsContext } from '../../runs/context.ts';
import type { Check } from './check.ts';
import { checkEngine } from './engines.ts';
import { checkHome, checkNode } from './machine.ts';
import { checkLeftovers, checkStore, checkUnfinished, damagedStore } from './records.ts';

const ENGINES: readonly EngineName[] = ['docker', 'podman', 'host'];

/** @param floor what the package says of Node, as `>=20.19.0`. */
export async function examine(home: string, floor: string): Promise<Check[]> {
  const engines = ENGINES.map((name) => createEngine(name, { folder: home }));
  const [homeCheck, ...engineChecks] = await Promise.all([
    checkHome(home),
    ...engines.map(checkEngine),
  ]);
  const reachable = engines.filter((_, index) => engineChecks[index]?.status === 'ok');
  return [
    checkNode(floor, process.versions.node),
    ...engineChecks,
    homeCheck,
    ...(homeCheck.status === 'broken' ? [] : await checkRecords(home, reachable)),
  ];
}

async function checkRecords(home: string, engines: readonly Engine[]): Promise<Check[]> {
  let runs: RunsContext;
  try {
    runs = await openRuns(home);
  } catch (error) {
    // Whatever it is: to say what is broken is what this is for.
    return [damagedStore([(error as Error).message])];
  }
  try {
    const store = await checkStore(runs);
    if (store.status === 'broken') return [store];
    return [store, await checkUnfinished(runs), await checkLeftovers(runs, engines)];
  } finally {
    await runs.store.close();
  }
}
