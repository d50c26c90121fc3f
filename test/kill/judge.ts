/** What became of a run that somebody was killed in: one record, one result, and nothing left. */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Kind } from './kinds.ts';
import type { Site } from './site.ts';

/** How long a run may take to end once somebody waits for it; it takes a few seconds. */
const WAIT = '60s';

/** @returns what is wrong; empty where nothing is. */
export async function judge(site: Site, kind: Kind): Promise<string[]> {
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
    if (kind.mayBeStopped) await judgeEither(site, expect);
    else await judgeRun(site, kind, expect);
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
  expect('output', await outputOf(site), wanted.output);
}

/** Whether it has succeeded or was stopped hangs on the moment; but it is one or the other, wholly. */
async function judgeEither(site: Site, expect: Expect): Promise<void> {
  const waited = await site.slipway(['wait', site.id, '--timeout', WAIT, '--json']);
  const [shown] = JSON.parse(waited.stdout);
  const succeeded = shown.state === 'SUCCEEDED';
  expect(`state (${shown.reason})`, shown.state, succeeded ? 'SUCCEEDED' : 'STOPPED');
  expect('output', await outputOf(site), succeeded ? 'some text\n' : undefined);
  const runs = (await site.ledger()).length;
  if (succeeded || runs > 1) expect('runs of the job', runs, 1);
}

async function outputOf(site: Site): Promise<string | undefined> {
  const copy = join(site.out, 'copy');
  return existsSync(copy) ? readFile(copy, 'utf8') : undefined;
}

async function judgeRest(site: Site, expect: Expect): Promise<void> {
  const collected = await site.slipway(['gc']);
  expect(`exit code of gc (${collected.stdout}${collected.stderr})`, collected.code, 0);
  expect('left', await site.leftovers(), []);
}
