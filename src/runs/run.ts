/** What a run's record holds beyond what every store knows of it. Plain data: it is stored as JSON. */
import type {
  ContainerOutcome,
  Leftover,
  StopCause,
  Task,
  TaskOutcome,
} from '../backends/backend.ts';
import type { EngineName, PublishedPort } from '../engine/engine.ts';
import type { RetryPolicy } from '../spec/failure-class.ts';
import { FINAL_STATES, type RunRecord, type RunState } from '../store/store.ts';

/** All that is needed to run it, now or after an adoption by another process. */
export interface RunRequest extends Omit<Task, 'run' | 'attempt'> {
  engine: EngineName;
  /** The variables that told the engine's command line which engine to talk to. */
  engineEnvironment: Readonly<Record<string, string>>;
  /** Seconds that an attempt may take from the start of its first container. */
  timeout?: number | undefined;
  retries: RetryPolicy;
  /** Whether containers and files stay after the end, until `destroy`. */
  keep: boolean;
}

/** One try. Times are ISO 8601 in UTC. */
export interface Attempt {
  /** From 1. */
  number: number;
  /** When its first container started. */
  startedAt?: string | undefined;
  endedAt?: string | undefined;
  result?: TaskOutcome['result'] | undefined;
  exitCode?: number | undefined;
  failure?: TaskOutcome['failure'];
  reason?: string | undefined;
  containers: readonly ContainerOutcome[];
  /** Why it is being ended from outside: recorded before the first signal is sent. */
  ending?: StopCause | undefined;
}

export interface StopRequest {
  at: string;
  message: string;
  /** Whether not to wait for a gentle end. */
  kill: boolean;
}

export interface RunDocument {
  request: RunRequest;
  attempts: readonly Attempt[];
  stop?: StopRequest | undefined;
  /** Limits not honoured, links left alone: what a person should know of how it ran. */
  warnings: readonly string[];
  /** Where this machine reaches the ports of the newest attempt. */
  ports?: readonly PublishedPort[] | undefined;
  /** Where each output is. */
  outputs: Readonly<Record<string, string>>;
  /** What its clean-up could not remove. */
  leftovers: readonly Leftover[];
  /** When its containers and files were removed. */
  removedAt?: string | undefined;
}

export interface Run extends RunRecord {
  document: RunDocument;
}

/** The record of a run that this version of Slipway has written. */
export function asRun(record: RunRecord): Run {
  return record as Run;
}

export function isFinal(state: RunState): boolean {
  return FINAL_STATES.includes(state);
}

/** The task of one attempt of a run. */
export function taskOf(run: Run, attempt: number): Task {
  const { engine, engineEnvironment, timeout, retries, keep, ...task } = run.document.request;
  return { ...task, run: run.id, attempt };
}

/** The newest attempt; its number is 1 before any began. */
export function currentAttempt(run: Run): Attempt {
  return run.document.attempts.at(-1) ?? { number: 1, containers: [] };
}
