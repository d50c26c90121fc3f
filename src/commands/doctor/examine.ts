/** All the looks at this machine, in the order in which they are told. */
import { createEngine } from '../../engine/detect.ts';
import type { EngineName } from '../../engine/engine.ts';
import { openRuns, type RunsContext } from '../../runs/context.ts';
import type { Check } from './check.ts';
import { type CheckedEngine, checkEngine } from './engines.ts';
import { checkHome, checkNode } from './machine.ts';
import { checkLeftovers, checkStore, checkUnfinished, damagedStore } from './records.ts';

const ENGINES: readonly EngineName[] = ['docker', 'podman', 'host'];

/** @param floor what the package says of Node, as `>=20.19.0`. */
export async function examine(home: string, floor: string): Promise<Check[]> {
  const homeCheck = await checkHome(home);
  const opened = homeCheck.status === 'broken' ? undefined : await openStore(home);
  try {
    const engines = await Promise.all(
      ENGINES.map((name) =>
        checkEngine(createEngine(name, { folder: home }), opened?.runs?.homeId),
      ),
    );
    return [
      checkNode(floor, process.versions.node),
      ...engines.map(({ check }) => check),
      homeCheck,
      ...(opened === undefined ? [] : [opened.check]),
      ...(opened?.runs === undefined ? [] : await checkRuns(opened.runs, engines)),
    ];
  } finally {
    await opened?.runs?.store.close();
  }
}

/** The runs are absent where their records are damaged. */
async function openStore(home: string): Promise<{ check: Check; runs?: RunsContext }> {
  let runs: RunsContext;
  try {
    runs = await openRuns(home);
  } catch (error) {
    // Whatever it is: to say what is broken is what this is for.
    return { check: damagedStore([(error as Error).message]) };
  }
  const check = await checkStore(runs);
  if (check.status === 'ok') return { check, runs };
  await runs.store.close();
  return { check };
}

async function checkRuns(runs: RunsContext, engines: readonly CheckedEngine[]): Promise<Check[]> {
  const answering = engines.filter(({ answers }) => answers).map(({ engine }) => engine);
  return [await checkUnfinished(runs), await checkLeftovers(runs, answering)];
}
