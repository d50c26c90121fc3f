import { mkdir } from 'node:fs/promises';
import { LocalBackend } from '../../../src/backends/local/local-backend.ts';
import { createEngine } from '../../../src/engine/detect.ts';
import { hasVolumes } from '../../../src/engine/engine.ts';
import { testBackend } from '../../conformance/backend.ts';
import { busyboxImage } from '../../support/busybox-image.ts';
import { presentEngines } from '../../support/engines.ts';

for (const name of [...(await presentEngines()), 'host' as const]) {
  testBackend(`local (${name})`, async (home) => {
    await mkdir(home);
    const engine = createEngine(name, { folder: home });
    return {
      backend: new LocalBackend({ engine, home, homeId: 'conformance' }),
      image: name === 'host' ? undefined : await busyboxImage(name),
      contained: name !== 'host',
      remains: async (run) => [
        ...(await engine.list({ 'slipway:run': run })).map((container) => container.name),
        ...(hasVolumes(engine)
          ? (await engine.listVolumes({ 'slipway:run': run })).map((volume) => volume.name)
          : []),
      ],
    };
  });
}
