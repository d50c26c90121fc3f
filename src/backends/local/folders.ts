import { join } from 'node:path';
import type { Task } from '../backend.ts';

/** Which try of which run: what names and folders are derived from. */
export type TaskIdentity = Pick<Task, 'run' | 'attempt'>;

/** Where a task keeps its files; all under the run's own folder, which nobody else may read. */
export interface TaskFolders {
  /** Of the run, with a folder an attempt. */
  run: string;
  /** Of this attempt, with everything below. */
  attempt: string;
  /** One framed file a container; it outlives the attempt. */
  logs: string;
  /** Links to what globs match. */
  input: string;
  /** What `/output` is. */
  output: string;
  /** A file that is there once outputs are being moved to where they belong. */
  publishing: string;
  /** Volumes, on the host engine. */
  volumes: string;
}

/** The folder of all runs in Slipway's home. */
export function runsFolder(home: string): string {
  return join(home, 'runs');
}

/** The folders of one attempt. Pure. */
export function taskFolders(home: string, task: TaskIdentity): TaskFolders {
  const run = join(runsFolder(home), task.run);
  const attempt = join(run, String(task.attempt));
  return {
    run,
    attempt,
    logs: join(attempt, 'logs'),
    input: join(attempt, 'input'),
    output: join(attempt, 'output'),
    publishing: join(attempt, 'publishing'),
    volumes: join(attempt, 'volumes'),
  };
}

/** The engine's name for a container of a task; creating it twice is a conflict. */
export function containerName(task: TaskIdentity, container: string): string {
  return `slipway-${task.run}-${task.attempt}-${container}`;
}

/** The engine's name for a volume that lives as long as its task. */
export function volumeName(task: TaskIdentity, volume: string): string {
  return containerName(task, volume);
}

/** A dot keeps it apart from every container of a definition: ECS's names have none. */
export const HOLDER = '.pause';

export const Label = {
  /** Which store the run is recorded in: nobody else's containers are ever touched. */
  Home: 'slipway:home',
  Run: 'slipway:run',
  Attempt: 'slipway:attempt',
  /** Its name in the task definition. */
  Container: 'slipway:container',
} as const;

/** The labels that all of a task's resources carry. */
export function taskLabels(homeId: string, task: TaskIdentity): Record<string, string> {
  return {
    [Label.Home]: homeId,
    [Label.Run]: task.run,
    [Label.Attempt]: String(task.attempt),
  };
}
