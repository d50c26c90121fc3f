/** What each engine can do, or why it cannot be reached. */
import { isInstalled } from '../../engine/detect.ts';
import type { ContainerSpec, Engine, EngineFacts } from '../../engine/engine.ts';
import { SlipwayError } from '../../errors.ts';
import { formatMemory } from '../../spec/units.ts';
import { type Check, check } from './check.ts';

/** Milliseconds that an engine may take to answer: a remote one that is down takes minutes. */
const ANSWER = 10_000;

export async function checkEngine(engine: Engine): Promise<Check> {
  const { name } = engine;
  if (name !== 'host' && !(await isInstalled(name, process.env)))
    return check(name, 'absent', 'not installed');
  try {
    const facts = await engine.facts(AbortSignal.timeout(ANSWER));
    return check(name, 'ok', describeFacts(facts), { details: unhonoured(engine, facts) });
  } catch (error) {
    if (!(error instanceof SlipwayError)) throw error;
    return check(name, 'warning', error.message, { hint: error.hint });
  }
}

function describeFacts(facts: EngineFacts): string {
  const parts = [
    facts.version,
    `${facts.cpus} vCPU`,
    formatMemory(facts.memory),
    facts.architecture,
    facts.gpus === 0 ? [] : `${facts.gpus} GPU`,
    facts.rootless && facts.name !== 'host' ? 'rootless' : [],
    facts.local ? [] : 'remote: it cannot see files of this machine',
  ];
  return parts.flat().join(', ');
}

/** Limits that a job may ask for and this engine does not keep, in its own words. */
function unhonoured(engine: Engine, facts: EngineFacts): string[] {
  const probe: ContainerSpec = {
    name: 'doctor',
    labels: {},
    environment: {},
    secrets: {},
    mounts: [],
    network: { mode: 'bridge' },
    ports: [],
    cpus: 1,
    memory: 64,
  };
  return engine
    .limitations(probe, facts)
    .map(({ feature, why }) => `does not honour ${feature}: ${why}`);
}
