import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { busyboxImage } from '../support/busybox-image.ts';
import { presentEngines } from '../support/engines.ts';
import * as kinds from './kinds.ts';
import { type Build, copyOfBuild } from './site.ts';
import { type Sweep, sweep } from './sweep.ts';

/** Milliseconds for the moments of one kind of run; all of them take long. */
const LIMIT = process.env.SLIPWAY_KILL === 'all' ? 3_600_000 : 600_000;

let build: Build;
beforeAll(async () => {
  build = await copyOfBuild();
});
afterAll(() => build.remove());

for (const engine of await presentEngines()) {
  describe(`on ${engine}, one run, one result and nothing left`, () => {
    const sweeps: [Sweep['role'], kinds.Kind][] = [
      ['client', kinds.FOREGROUND],
      ['supervisor', kinds.DETACHED],
      ['client', kinds.STOPPED],
      ['client', kinds.DESTROYED],
      ['client', kinds.TWO_CONTAINERS],
    ];
    for (const [role, kind] of sweeps) {
      it(`wherever the ${role} of a run ${kind.name} is killed`, { timeout: LIMIT }, async () => {
        const image = await busyboxImage(engine);
        expect(await sweep(build, { kind, engine, image, role })).toEqual([]);
      });
    }

    it("wherever the client is killed with the engine's own", { timeout: LIMIT }, async () => {
      const image = await busyboxImage(engine);
      const kind = kinds.FOREGROUND;
      expect(await sweep(build, { kind, engine, image, role: 'client', children: true })).toEqual(
        [],
      );
    });
  });
}
