/** What a run costs beyond the same container run by the engine's own command line. */
import { busyboxImage } from '../test/support/busybox-image.ts';
import { presentEngines } from '../test/support/engines.ts';
import { difference, type Figure } from './figure.ts';
import { byTurns, run } from './measure.ts';
import { Slipway } from './slipway.ts';

const MOST_SECONDS_CONTAINER = 0.25;
const MOST_SECONDS_HOST = 0.2;

/** Slipway's too, where a job names none. */
const NETWORK = 'bridge';

export async function overhead(rounds: number): Promise<Figure[]> {
  return Slipway.within(async (slipway) => {
    const figures: Figure[] = [];
    for (const engine of await presentEngines()) {
      const image = await busyboxImage(engine);
      const measured = await byTurns(
        rounds,
        () => slipway.run('run', '--engine', engine, '--image', image, '--', 'true'),
        () => run({ program: engine, words: ['run', '--rm', '--network', NETWORK, image, 'true'] }),
      );
      figures.push(
        difference(`\`slipway run\`, ${engine}`, `${engine} run`, measured, MOST_SECONDS_CONTAINER),
      );
    }
    const measured = await byTurns(
      rounds,
      () => slipway.run('run', '--engine', 'host', '--', 'true'),
      () => run({ program: 'true', words: [] }),
    );
    return [...figures, difference('`slipway run`, host', 'true', measured, MOST_SECONDS_HOST)];
  });
}
