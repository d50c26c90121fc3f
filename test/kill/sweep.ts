/** Kills a run at each of its moments, and looks at what became of it. */
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import type { EngineName } from '../../src/engine/engine.ts';
import type { Kind } from './kinds.ts';
import { type Build, Site, type Strike } from './site.ts';

/** Moments of one sweep, where not all of them are asked for with `SLIPWAY_KILL=all`. */
const MOST_MOMENTS: Readonly<Record<EngineName, number>> = { host: 40, docker: 16, podman: 12 };

/** Seconds that a run may take to end once somebody waits for it; it takes a few. */
const WAIT = '60s';

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
  const site = await Site.make(build, engine);
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

async function judge(site: Site, kind: Kind): Promise<string[]> {
  const problems: string[] = [];
  const expect = (what: string, found: unknown, wanted: unknown) => {
    const [one, other] = [JSON.stringify(found), JSON.stringify(wanted)];
    if (one !== other) problems.push(`${what}: ${one?.slice(0, 600)}, not ${other?.slice(0, 300)}`);
  };
  const listed = await site.slipway(['ps', '--all', '--json']);
  const runs = JSON.parse(listed.stdout) as { id: string }[];
  if (runs.length === 0 && !kind.isRecorded) {
    expect('runs of the job without a record', await site.ledger(), []);
  } else {
    expect(
      'records',
      runs.map(({ id }) => id),
      [site.id],
    );
    await judgeRun(site, kind, expect);
  }
  await judgeRest(site, expect);
  return problems;
}

type Expect = (what: string, found: unknown, wanted: unknown) => void;

async function judgeRun(site: Site, { wanted }: Kind, expect: Expect): Promise<void> {
  const waited = await site.slipway(['wait', site.id, '--timeout', WAIT, '--json']);
  expect(`exit code of wait (${waited.stderr})`, waited.code, wanted.code);
  const [shown] = JSON.parse(waited.stdout);
  expect(`state (${shown.reason})`, shown.state, wanted.state);
  expect('runs of the job', (await site.ledger()).length, wanted.ledger);
  for (let attempt = 1; attempt <= wanted.attempts; attempt += 1) {
    const log = await site.slipway(['logs', site.id, '--attempt', String(attempt)]);
    expect(`stdout of attempt ${attempt}`, log.stdout, wanted.stdout);
    expect(`stderr of attempt ${attempt}`, log.stderr, wanted.stderr);
  }
  const copy = site.path('out', 'copy');
  const output = existsSync(copy) ? await readFile(copy, 'utf8') : undefined;
  expect('output', output, wanted.output);
}

async function judgeRest(site: Site, expect: Expect): Promise<void> {
  const collected = await site.slipway(['gc']);
  expect(`exit code of gc (${collected.stdout}${collected.stderr})`, collected.code, 0);
  expect('left', await site.leftovers(), []);
}
