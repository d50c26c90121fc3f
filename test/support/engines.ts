/** Which container engines the tests can use here, and a loud word on those that are missing. */
import { it } from 'vitest';
import { ContainerEngine, type ContainerEngineName } from '../../src/engine/container-engine.ts';

const NAMES: readonly ContainerEngineName[] = ['docker', 'podman'];

/**
 * The engines that can be reached, for a file to call while its tests are collected. One that is
 * missing is said on stderr; where `SLIPWAY_REQUIRE_ENGINES` names it, as in CI, it is an error.
 */
export async function presentEngines(): Promise<ContainerEngineName[]> {
  const required = (process.env.SLIPWAY_REQUIRE_ENGINES ?? '').split(',');
  const present: ContainerEngineName[] = [];
  for (const name of NAMES) {
    const failure = await new ContainerEngine(name).facts().then(
      () => undefined,
      (error: Error) => error.message,
    );
    if (failure === undefined) present.push(name);
    else if (required.includes(name)) throw new Error(`${name} is required here: ${failure}`);
    else console.warn(`NOT TESTED on ${name}: ${failure} Install or start it to run these tests.`);
  }
  // A file in which no test is left would count as a failure.
  if (present.length === 0) it.skip('needs Docker or Podman', () => undefined);
  return present;
}
