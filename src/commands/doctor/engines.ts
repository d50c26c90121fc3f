/** What each engine can do, or why it cannot be reached. */
import { randomBytes } from 'node:crypto';
import { Label } from '../../backends/local/folders.ts';
import { holdNetwork } from '../../backends/local/holder.ts';
import { isInstalled } from '../../engine/detect.ts';
import {
  type ContainerSpec,
  type Engine,
  type EngineFacts,
  importsImages,
} from '../../engine/engine.ts';
import { SlipwayError } from '../../errors.ts';
import { formatMemory } from '../../spec/units.ts';
import { type Check, check } from './check.ts';

/** Milliseconds that an engine may take to answer: a remote one that is down takes minutes. */
const ANSWER = 10_000;

export interface CheckedEngine {
  engine: Engine;
  check: Check;
  /** Whether it answers, so that what runs have left on it can be listed. */
  answers: boolean;
}

/** @param homeId what a container that is started to see whether one can be is labelled with. */
export async function checkEngine(
  engine: Engine,
  homeId: string | undefined,
): Promise<CheckedEngine> {
  const { name } = engine;
  if (name !== 'host' && !(await isInstalled(name, process.env))) {
    return { engine, check: check(name, 'absent', 'not installed'), answers: false };
  }
  let facts: EngineFacts;
  try {
    facts = await engine.facts(AbortSignal.timeout(ANSWER));
  } catch (error) {
    return { engine, check: failed(name, error), answers: false };
  }
  try {
    if (homeId !== undefined && importsImages(engine)) await startContainer(engine, facts, homeId);
  } catch (error) {
    return { engine, check: failed(name, error), answers: true };
  }
  const details = unhonoured(engine, facts);
  return { engine, check: check(name, 'ok', describeFacts(facts), { details }), answers: true };
}

function failed(name: string, error: unknown): Check {
  if (!(error instanceof SlipwayError)) throw error;
  return check(name, 'warning', error.message, { hint: error.hint });
}

/**
 * An engine may answer and be unable to start anything. The image is the one that tasks with a shared
 * network need, so that no registry is asked; `gc` would find what is left where this is killed.
 */
async function startContainer(engine: Engine, facts: EngineFacts, homeId: string): Promise<void> {
  const name = `slipway-doctor-${randomBytes(6).toString('hex')}`;
  const labels = { [Label.Home]: homeId };
  try {
    await holdNetwork(engine, { name, labels, ports: [], extraHosts: {} }, facts.architecture);
  } finally {
    await engine.remove(name);
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
