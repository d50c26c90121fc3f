/**
 * What runs task definitions: the port that `local` and, later, the AWS backends implement. A
 * backend knows one task at a time; records, retries and leases are the run's.
 */

import type { ContainerStatus, OutputStream, PublishedPort } from '../engine/engine.ts';
import type { Problem } from '../errors.ts';
import type { FailureClass } from '../spec/failure-class.ts';
import type { TaskDefinition } from '../spec/task-definition/task-definition.ts';
import type { RunState } from '../store/store.ts';

/** When an image is pulled: where it is missing, before each task, or not at all. */
export type PullPolicy = 'missing' | 'always' | 'never';

/** One try of a run: all that a backend needs, as plain data that a record can hold. */
export interface Task {
  /** The run's id; names and labels are derived from it. */
  run: string;
  /** From 1. */
  attempt: number;
  definition: TaskDefinition;
  /** The container whose exit code is the task's. */
  main: string;
  /** Absolute path or glob of what each name under `/input` shows. */
  inputs: Readonly<Record<string, string>>;
  /** Absolute path that each name under `/output` is moved to after success. */
  outputs: Readonly<Record<string, string>>;
  /** Files of variables for the main container, read at its start and never recorded. */
  environmentFiles: readonly string[];
  /** Of the main container, besides those in the definition. */
  ports: readonly PublishedPort[];
  pull: PullPolicy;
  /** Whether outputs of a failed task are brought out too, beside where they were meant to be. */
  keepFailed: boolean;
}

/** What a container did, for the record. Times are ISO 8601 in UTC. */
export interface ContainerOutcome {
  name: string;
  startedAt?: string | undefined;
  endedAt?: string | undefined;
  exitCode?: number | undefined;
  /** Why it did not start or ended by other means than its own exit. */
  reason?: string | undefined;
  outOfMemory?: boolean | undefined;
  restarts?: number | undefined;
  /** In MiB. */
  peakMemory?: number | undefined;
  /** In seconds. */
  cpuTime?: number | undefined;
}

/** How a task ended. */
export interface TaskOutcome {
  result: 'succeeded' | 'failed' | 'stopped';
  exitCode?: number | undefined;
  failure?: FailureClass | undefined;
  /** In a sentence, with the engine's own words where there are some. */
  reason: string;
  containers: readonly ContainerOutcome[];
  /** Where each output is now. */
  outputs: Readonly<Record<string, string>>;
}

/** Something that happened while a task ran. */
export type TaskEvent =
  | { type: 'state'; state: RunState; at: Date }
  /** A line for whoever watches: pulling, waiting, restarting. */
  | { type: 'progress'; message: string }
  /** Something that the record keeps: a limit not honoured, a link left alone. */
  | { type: 'warning'; message: string }
  /** A container has started, or has ended. */
  | { type: 'container'; container: string; status: ContainerStatus }
  /** Where this machine reaches the task's ports, once it does. */
  | { type: 'ports'; ports: readonly PublishedPort[] }
  | { type: 'output'; container: string; stream: OutputStream; bytes: Uint8Array };

export type TaskObserver = (event: TaskEvent) => void;

/** Why a task is stopped from outside; the reason of the stop signal. */
export interface StopCause {
  result: 'stopped' | 'failed';
  failure?: FailureClass | undefined;
  message: string;
}

/** How the outside ends a task. */
export interface TaskControls {
  /** Aborted to stop gently, with a `StopCause` as its reason: SIGTERM, then SIGKILL in time. */
  stop: AbortSignal;
  /** Aborted to kill at once what a gentle stop has left. */
  kill: AbortSignal;
  /** Whether another process may have begun the task; a new task need not be looked for. */
  adopted: boolean;
}

/** Something that could not be removed, in words that name it and say why. */
export interface Leftover {
  what: string;
  why: string;
}

/** A chunk of a container's output, exactly as the container wrote it. */
export interface LogChunk {
  container: string;
  stream: OutputStream;
  /** When it arrived, in milliseconds since 1970. */
  time: number;
  bytes: Uint8Array;
}

export interface LogQuery {
  /** All of the task's where absent. */
  containers?: readonly string[] | undefined;
  /** In milliseconds since 1970. */
  since?: number | undefined;
  /** Goes on until `ended` says that nothing more will come. */
  follow?:
    | {
        ended: () => Promise<boolean>;
        /** Settles when there may be more; asked again each time. Looks regularly where absent. */
        grown?: (() => Promise<void>) | undefined;
        signal?: AbortSignal | undefined;
      }
    | undefined;
}

export interface Backend {
  /** What would keep this task from running here (errors), or run otherwise than asked (warnings). */
  check(task: Task): Promise<Problem[]>;
  /**
   * Runs the task to its end. Called again for a task that another process had begun, it goes on
   * from what it finds and starts nothing twice.
   */
  run(task: Task, observe: TaskObserver, controls: TaskControls): Promise<TaskOutcome>;
  /**
   * Removes all that the task put up but its log. Nothing there is success.
   * @param options.keepOutput whether outputs that could not be brought out stay where they are.
   */
  remove(task: Task, options?: { keepOutput?: boolean }): Promise<Leftover[]>;
  /** What the task's containers wrote, oldest first. */
  logs(task: Pick<Task, 'run' | 'attempt'>, query: LogQuery): AsyncIterable<LogChunk>;
}

/** A backend whose running containers can be reached into. */
export interface ExecBackend {
  /** Sends a signal to a container's first process. Not running is success. */
  signal(
    task: Pick<Task, 'run' | 'attempt'>,
    container: string,
    signal: NodeJS.Signals,
  ): Promise<void>;
  /** Settles with the command's exit code. */
  exec(
    task: Pick<Task, 'run' | 'attempt'>,
    container: string,
    argv: readonly string[],
    options: {
      terminal: boolean;
      user?: string | undefined;
      workingDirectory?: string | undefined;
    },
  ): Promise<number>;
}
