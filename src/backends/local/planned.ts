/** What a task is made of here, once planned: plain data from which the engine is told what to do. */
import type { ContainerSpec, EngineName, PublishedPort } from '../../engine/engine.ts';
import type { TaskFolders } from './folders.ts';
import type { StagedInput } from './stage-inputs.ts';

/** What is known where a task is planned. */
export interface TaskSurroundings {
  /** The identity of the store, which all labels carry. */
  homeId: string;
  folders: TaskFolders;
  engine: EngineName;
  /** How many the engine's machine has. */
  cpus: number;
  inputs: readonly StagedInput[];
}

export type DependencyCondition = 'START' | 'COMPLETE' | 'SUCCESS' | 'HEALTHY';

export interface PlannedHealthCheck {
  argv: readonly string[];
  /** All in seconds; the defaults are ECS's. */
  interval: number;
  timeout: number;
  retries: number;
  startPeriod: number;
}

export interface PlannedRestartPolicy {
  ignoredExitCodes: readonly number[];
  /** Seconds that a container must have run for, to be restarted. */
  attemptPeriod: number;
}

export interface PlannedContainer {
  /** Its name in the task definition. */
  name: string;
  /** Without its secrets and files of variables, which are read where it starts. */
  spec: ContainerSpec;
  essential: boolean;
  /** Whether others wait for its start or its health, so that these are to be seen soon. */
  awaited: boolean;
  dependsOn: readonly { container: string; condition: DependencyCondition }[];
  /** Containers whose addresses it gets, by alias, as `links` has it. */
  links: readonly { container: string; alias: string }[];
  /** Where the value of each secret is: `env:NAME` or `file:PATH`. */
  secrets: Readonly<Record<string, string>>;
  environmentFiles: readonly string[];
  healthCheck?: PlannedHealthCheck | undefined;
  restartPolicy?: PlannedRestartPolicy | undefined;
  /** Seconds between SIGTERM and SIGKILL. */
  stopTimeout: number;
  /** Seconds that others wait for this one's condition; without limit where absent. */
  startTimeout?: number | undefined;
}

export interface PlannedVolume {
  name: string;
  labels: Readonly<Record<string, string>>;
  driver?: string | undefined;
  driverOptions?: Readonly<Record<string, string>> | undefined;
  /** Where it is made if need be and left in place after the task, as ECS's shared scope has it. */
  shared: boolean;
}

/** A container that only holds the network (and processes' namespace) that a task's containers share. */
export interface PlannedHolder {
  name: string;
  labels: Readonly<Record<string, string>>;
  ports: readonly PublishedPort[];
  extraHosts: Readonly<Record<string, string>>;
}

export interface TaskPlan {
  /** In an order in which each comes after those it waits for. */
  containers: readonly PlannedContainer[];
  volumes: readonly PlannedVolume[];
  holder?: PlannedHolder | undefined;
  /** Folders of this machine that ECS has the engine make where they are missing. */
  hostFolders: readonly string[];
}
