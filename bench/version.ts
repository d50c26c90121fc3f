import { type Figure, ratio } from './figure.ts';
import { byTurns, run } from './measure.ts';
import { Slipway } from './slipway.ts';

/** How quickly the program is there: what completion and every command begin with. */
export async function version(rounds: number): Promise<Figure[]> {
  return Slipway.within(async (slipway) => {
    const measured = await byTurns(
      rounds,
      () => slipway.run('--version'),
      () => run({ program: process.execPath, words: ['-e', '0'] }),
    );
    return [ratio('`slipway --version`', 'node -e 0', measured, 2)];
  });
}
