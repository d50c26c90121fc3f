import type { ContainerOutcome, Leftover } from '../backends/backend.ts';
import type { EngineName, PublishedPort } from '../engine/engine.ts';
import type { RunState, RunSummary } from '../store/store.ts';
import type { Attempt, Run } from './run.ts';

/** A run in a list. Stable: programs read it. Times are ISO 8601 in UTC. */
export interface RunListing {
  id: string;
  name: string;
  on: string;
  state: RunState;
  createdAt: string;
  startedAt: string | null;
  endedAt: string | null;
  exitCode: number | null;
  /** Why it ended as it did, in a sentence. */
  reason: string | null;
  /** The class of its failure. */
  failure: string | null;
  tags: Readonly<Record<string, string>>;
}

/** One try of a run, as programs read it. */
export interface AttemptDescription {
  number: number;
  startedAt: string | null;
  endedAt: string | null;
  result: string | null;
  exitCode: number | null;
  failure: string | null;
  reason: string | null;
  containers: readonly ContainerOutcome[];
}

/** All that there is to know of a run. Stable: programs read it. */
export interface RunDescription extends RunListing {
  engine: EngineName;
  images: readonly string[];
  /** The container whose exit code is the run's. */
  main: string;
  inputs: Readonly<Record<string, string>>;
  /** Where each output was moved to. */
  outputs: Readonly<Record<string, string>>;
  attempts: readonly AttemptDescription[];
  /** Of the main container in the last attempt, in MiB, where the engine tells. */
  peakMemory: number | null;
  /** Of the main container in the last attempt, in seconds, where the engine tells. */
  cpuTime: number | null;
  /** Where this machine reaches its ports. */
  ports: readonly PublishedPort[];
  warnings: readonly string[];
  leftovers: readonly Leftover[];
  /** When its containers and files were removed. */
  removedAt: string | null;
}

/** What a list shows of a run. */
export function listRun(run: RunSummary): RunListing {
  return {
    id: run.id,
    name: run.name,
    on: run.on,
    state: run.state,
    createdAt: run.createdAt,
    startedAt: run.startedAt ?? null,
    endedAt: run.endedAt ?? null,
    exitCode: run.exitCode ?? null,
    reason: run.reason ?? null,
    failure: run.failure ?? null,
    tags: run.tags,
  };
}

/** What there is to know of a run, without what only Slipway itself needs. */
export function describeRun(run: Run): RunDescription {
  const { request, attempts, warnings, outputs, leftovers, removedAt } = run.document;
  const main = attempts.at(-1)?.containers.find(({ name }) => name === request.main);
  return {
    ...listRun(run),
    engine: request.engine,
    images: (request.definition.containerDefinitions ?? []).flatMap(({ image }) => image ?? []),
    main: request.main,
    inputs: request.inputs,
    outputs,
    attempts: attempts.map(describeAttempt),
    peakMemory: main?.peakMemory ?? null,
    cpuTime: main?.cpuTime ?? null,
    ports: run.document.ports ?? [],
    warnings,
    leftovers,
    removedAt: removedAt ?? null,
  };
}

function describeAttempt(attempt: Attempt): AttemptDescription {
  return {
    number: attempt.number,
    startedAt: attempt.startedAt ?? null,
    endedAt: attempt.endedAt ?? null,
    result: attempt.result ?? null,
    exitCode: attempt.exitCode ?? null,
    failure: attempt.failure ?? null,
    reason: attempt.reason ?? null,
    containers: attempt.containers,
  };
}
