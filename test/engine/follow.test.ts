/** Following a container that has ended: what a new process does with a run that it adopts. */
import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { ContainerEngine } from '../../src/engine/container-engine.ts';
import type { ContainerSpec } from '../../src/engine/engine.ts';
import { busyboxImage } from '../support/busybox-image.ts';
import { presentEngines } from '../support/engines.ts';

const LINES = 100_000;
const LINE = 'aligned another thousand reads of sample 17, 93 % so far';
const BYTES = LINES * (LINE.length + 1);

const present = await presentEngines();

describe.each(present)('following on %s', (name) => {
  it.each([0, 123_456])('gives all of an ended container, from byte %i on', async (stored) => {
    const engine = new ContainerEngine(name);
    const container = spec(await busyboxImage(name));
    try {
      await engine.run(container, () => undefined);
      let bytes = 0;
      await engine.follow(container.name, { stdout: stored, stderr: 0 }, (_stream, chunk) => {
        bytes += chunk.length;
      });
      expect(bytes).toBe(BYTES - stored);
    } finally {
      await engine.remove(container.name);
    }
  });
});

function spec(image: string): ContainerSpec {
  return {
    name: `slipway-test-follow-${randomBytes(4).toString('hex')}`,
    image,
    command: ['sh', '-c', `yes '${LINE}' | head -n ${LINES}`],
    labels: {},
    environment: {},
    secrets: {},
    mounts: [],
    network: { mode: 'bridge' },
    ports: [],
  };
}
