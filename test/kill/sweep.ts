/** Kills a run at each of its moments, and looks at what became of it. */
import { writeFile } from 'node:fs/promises';
import type { EngineName } from '../../src/engine/engine.ts';
import { judge } from './judge.ts';
import type { Kind } from './kinds.ts';
import { type Build, Site, type Strike } from './site.ts';

/** Moments of one sweep, where not all of them are asked for with `SLIPWAY_KILL=all`. */
const MOST_MOMENTS: Readonly<Record<EngineName, number>> = { host: 20, docker: 10, podman: 8 };

export interface Sweep {
  kind: Kind;
  engine: EngineName;
  image: string | undefined;
  role: Strike['role'];
  children?: boolean;
}

/** @returns what was wrong, by the moment at which the process was killed; empty where nothing was. */
export async function sweep(build: Build, plan: Sweep): Promise<string[]> {
  const count = await strike(build, plan, 0);
  if (count.problems.length > 0) return [`killing nobody: ${count.problems.join('; ')}`];
  const problems: string[] = [];
  for (const at of chosen(Number(count.note ?? 0), plan.engine)) {
    const { note, problems: found } = await strike(build, plan, at);
    if (found.length > 0) problems.push(`${note ?? `not killed (${at})`}: ${found.join('; ')}`);
  }
  return problems;
}

/** All moments, or as many as there is time for, evenly and each time the same. */
function chosen(count: number, engine: EngineName): number[] {
  if (count === 0) throw new Error('The run has done nothing: there is no moment to kill it at.');
  const all = Array.from({ length: count }, (_, index) => index + 1);
  if (process.env.SLIPWAY_KILL === 'all') return all;
  const step = Math.ceil(count / MOST_MOMENTS[engine]);
  return all.filter((at) => at % step === 0);
}

async function strike(build: Build, plan: Sweep, at: number) {
  const { kind, engine, image, role, children } = plan;
  const site = await Site.make(build, engine, kind.outputFolder);
  try {
    await writeFile(site.path('job.json'), JSON.stringify(kind.job(site, image)));
    await kind.act(site, { role, at, children });
    const problems = await judge(site, kind);
    // What this moment has left is not to be there for the next.
    if (problems.length > 0) await site.slipway(['destroy', site.id]);
    return { note: await site.note(), problems };
  } catch (error) {
    await site.slipway(['destroy', site.id]);
    return { note: await site.note(), problems: [String((error as Error).stack)] };
  } finally {
    await site.remove();
  }
}
