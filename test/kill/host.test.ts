import { statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as kinds from './kinds.ts';
import { type Build, copyOfBuild } from './site.ts';
import { type Sweep, sweep } from './sweep.ts';

/** Milliseconds for all moments of one kind of run. */
const LIMIT = 600_000;

let build: Build;
beforeAll(async () => {
  build = await copyOfBuild();
});
afterAll(() => build.remove());

/** Whether a rename from a run's folder to there must fail. */
function isOtherFileSystem(folder: string): boolean {
  const there = statSync(folder, { throwIfNoEntry: false });
  return there !== undefined && there.dev !== statSync(tmpdir()).dev;
}

describe('on the host, one run, one result and nothing left', () => {
  const sweeps: [Sweep['role'], kinds.Kind][] = [
    ['client', kinds.FOREGROUND],
    ['client', kinds.STOPPED_AFTER],
    ['client', kinds.STOPPED_PUBLISHING],
    ['client', kinds.DETACHED],
    ['supervisor', kinds.DETACHED],
    ['client', kinds.RETRIED],
    ['client', kinds.STOPPED],
    ['client', kinds.STOPPING],
    ['client', kinds.DESTROYED],
  ];
  const { outputFolder = '' } = kinds.ELSEWHERE;
  if (isOtherFileSystem(outputFolder)) sweeps.push(['client', kinds.ELSEWHERE]);
  else console.warn(`NOT TESTED: outputs on another file system. ${outputFolder} is not one here.`);

  for (const [role, kind] of sweeps) {
    it(`wherever the ${role} of a run ${kind.name} is killed`, { timeout: LIMIT }, async () => {
      expect(await sweep(build, { kind, engine: 'host', image: undefined, role })).toEqual([]);
    });
  }
});
