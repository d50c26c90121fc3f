import { writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { EngineName } from '../../src/engine/engine.ts';
import { busyboxImage } from '../support/busybox-image.ts';
import { presentEngines } from '../support/engines.ts';
import { judge } from './judge.ts';
import * as kinds from './kinds.ts';
import { type Build, copyOfBuild, Site } from './site.ts';

/** Milliseconds after a run's start, and after somebody has gone on with it, at which all are killed. */
const DELAYS = [60, 120, 180, 250, 320, 400, 500, 650, 800];

const LIMIT = 300_000;

let build: Build;
beforeAll(async () => {
  build = await copyOfBuild();
});
afterAll(() => build.remove());

const engines: readonly EngineName[] = ['host', ...(await presentEngines())];

describe.each(engines)('on %s, one run, one result and nothing left', (engine) => {
  const imageOf = async () => (engine === 'host' ? undefined : busyboxImage(engine));

  it('where all processes of Slipway die at once, and again', { timeout: LIMIT }, async () => {
    const image = await imageOf();
    for (const delay of DELAYS) {
      const site = await Site.make(build, engine);
      try {
        await writeFile(site.path('job.json'), JSON.stringify(kinds.DETACHED.job(site, image)));
        const client = site.slipway(kinds.run(site, '--detach'));
        await after(delay);
        await site.killSlipway();
        await client;
        const waiting = site.slipway(['wait', site.id]);
        await after(delay);
        await site.killSlipway();
        await waiting;
        expect(await judge(site, kinds.DETACHED), `killed after ${delay} ms`).toEqual([]);
      } finally {
        await site.slipway(['destroy', site.id]);
        await site.remove();
      }
    }
  });

  // The host has no client to die.
  if (engine === 'host') return;
  it("where the engine's own client dies", async () => {
    const site = await Site.make(build, engine);
    try {
      const job = kinds.FOREGROUND.job(site, await imageOf());
      await writeFile(site.path('job.json'), JSON.stringify(job));
      const client = site.slipway(kinds.run(site));
      await site.noted(client);
      await site.killEngineClient();
      expect((await client).code).toBe(0);
      expect(await judge(site, { ...kinds.FOREGROUND, isRecorded: true })).toEqual([]);
    } finally {
      await site.slipway(['destroy', site.id]);
      await site.remove();
    }
  });
});

function after(milliseconds: number): Promise<void> {
  return new Promise((settle) => setTimeout(settle, milliseconds));
}
