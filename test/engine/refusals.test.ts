/** What engines with containers refuse, and in whose words: none of it is a container that has ended. */
import { tmpdir } from 'node:os';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ContainerEngine } from '../../src/engine/container-engine.ts';
import { EngineFailed, ImagePull } from '../../src/engine/errors.ts';
import { busyboxImage } from '../support/busybox-image.ts';
import { Bench } from '../support/engine-under-test.ts';
import { presentEngines } from '../support/engines.ts';

describe.each(await presentEngines())('%s', { timeout: 60_000 }, (name) => {
  let bench: Bench;
  beforeEach(async () => {
    const image = await busyboxImage(name);
    bench = new Bench({ engine: new ContainerEngine(name), folder: tmpdir(), image });
  });
  afterEach(() => bench.clean());

  it.each([
    ['a limit that there is not', { ulimits: [{ name: 'absent', soft: 1, hard: 1 }] }, /absent/],
    ['an absent folder', { mounts: [missingFolder()] }, /\/no\/such\/folder/],
    ['an absent user', { user: 'nobody-of-this-name' }, /nobody-of-this-name/],
    ['an absent network', { network: absentNetwork() }, /slipway-test-absent/],
  ])('refuses %s, in its own words', async (_, change, words) => {
    const spec = bench.script('job', 'echo ran', change);
    const refused = bench.engine.run(spec, () => undefined);
    await expect(refused).rejects.toThrow(EngineFailed);
    await expect(refused).rejects.toThrow(words);
    for (const status of await bench.engine.inspect([spec.name])) {
      expect(status.startedAt).toBeUndefined();
    }
  });

  it.each([125, 126, 127])(
    'takes the code %i for the container’s where it has run',
    async (code) => {
      const { output, status } = await bench.toEnd(
        bench.script('job', `echo mine >&2; exit ${code}`),
      );
      expect(output.stderr).toBe('mine\n');
      expect(status.exitCode).toBe(code);
    },
  );

  it('runs no command in what does not run', async () => {
    const spec = bench.script('job', 'true');
    await bench.toEnd(spec);
    for (const one of [spec.name, bench.name('missing')]) {
      await expect(bench.engine.exec(one, ['true'], 20)).rejects.toThrow(EngineFailed);
    }
  });

  it('gives the registry’s words where an image cannot be pulled', async () => {
    // Port 1 (tcpmux) has no registry anywhere.
    const pull = bench.engine.pull('127.0.0.1:1/absent:none', {});
    await expect(pull).rejects.toThrow(ImagePull);
    await expect(pull).rejects.toThrow(/127\.0\.0\.1:1\/.*refused/s);
  });

  it('publishes nothing on the machine’s own network, and says nothing of it to the job', async () => {
    const port = { hostAddress: '127.0.0.1', containerPort: 80, protocol: 'tcp' as const };
    const { output } = await bench.toEnd(
      bench.script('job', 'echo mine >&2', { network: { mode: 'host' }, ports: [port] }),
    );
    expect(output.stderr).toBe('mine\n');
  });
});

function missingFolder() {
  return { type: 'bind', source: '/no/such/folder', target: '/x', readOnly: true } as const;
}

function absentNetwork() {
  return { mode: 'container', container: 'slipway-test-absent' } as const;
}
