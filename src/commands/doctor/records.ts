/** Whether the records are sound, and what runs have left behind. */
import type { Engine } from '../../engine/engine.ts';
import { SlipwayError } from '../../errors.ts';
import type { RunsContext } from '../../runs/context.ts';
import { collectGarbage } from '../../runs/gc.ts';
import { isHeld } from '../../runs/lease.ts';
import { canBeChecked, FINAL_STATES, RunState } from '../../store/store.ts';
import { type Check, check } from './check.ts';

/** How many lines of damage or leftovers are shown. */
const SHOWN = 5;

export async function checkStore({ store }: Pick<RunsContext, 'store'>): Promise<Check> {
  const damage = canBeChecked(store) ? await store.damage() : [];
  if (damage.length === 0) return check('store', 'ok', 'the records of runs are sound');
  return damagedStore(damage);
}

/** @param damage in the store's own words. */
export function damagedStore(damage: readonly string[]): Check {
  return check('store', 'broken', 'the records of runs are damaged', {
    details: shortened(damage),
    hint: 'Copy runs.db away, then remove it with its -wal and -shm; slipway gc removes what its runs left.',
  });
}

/** Runs that nobody drives: the next command that waits for one would give it a new process. */
export async function checkUnfinished({ store }: Pick<RunsContext, 'store'>): Promise<Check> {
  const states = Object.values(RunState).filter((state) => !FINAL_STATES.includes(state));
  const orphans: string[] = [];
  let driven = 0;
  for await (const { id, lease } of store.list({ states })) {
    if (lease !== undefined && (await isHeld(lease))) driven += 1;
    else orphans.push(id);
  }
  if (orphans.length === 0) return check('runs', 'ok', `${driven} unfinished`);
  return check(
    'runs',
    'warning',
    `${count(orphans.length, 'run has lost its process', 'runs have lost their processes')}`,
    {
      details: shortened(orphans),
      hint: 'slipway ps starts new ones.',
    },
  );
}

/** @param engines those that can be reached. */
export async function checkLeftovers(
  runs: RunsContext,
  engines: readonly Engine[],
): Promise<Check> {
  let removed: readonly string[];
  try {
    ({ removed } = await collectGarbage(runs, engines, { dryRun: true }));
  } catch (error) {
    if (!(error instanceof SlipwayError)) throw error;
    return check('leftovers', 'warning', error.message, { hint: error.hint });
  }
  if (removed.length === 0)
    return check('leftovers', 'ok', 'nothing is left of runs that are over');
  return check(
    'leftovers',
    'warning',
    `${count(removed.length, 'thing is', 'things are')} left of runs that are over`,
    {
      details: shortened(removed),
      hint: 'slipway gc removes them.',
    },
  );
}

function shortened(lines: readonly string[]): string[] {
  const rest = lines.length - SHOWN;
  return [...lines.slice(0, SHOWN), ...(rest > 0 ? [`and ${rest} more`] : [])];
}

function count(amount: number, one: string, several: string): string {
  return `${amount} ${amount === 1 ? one : several}`;
}
