import { tmpdir } from 'node:os';
import { createEngine } from '../../src/engine/detect.ts';
import { testContainerEngine } from '../conformance/container-engine.ts';
import { testEngine } from '../conformance/engine.ts';
import { busyboxImage } from '../support/busybox-image.ts';
import { presentEngines } from '../support/engines.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

for (const name of [...(await presentEngines()), 'host' as const]) {
  const make = async () => {
    const folder = name === 'host' ? await temporaryFolder() : tmpdir();
    const image = name === 'host' ? undefined : await busyboxImage(name);
    return { engine: createEngine(name, { folder }), folder, image };
  };
  testEngine(name, make);
  if (name !== 'host') testContainerEngine(name, make);
}
