export type { LogChunk, PullPolicy } from './backends/backend.ts';
export type { EngineName } from './engine/engine.ts';
export {
  ErrorCode,
  ExitCode,
  formatPath,
  formatProblem,
  type Problem,
  SlipwayError,
  SpecError,
  UsageError,
} from './errors.ts';
export {
  ContainerLauncher,
  type ContainerLauncherOptions,
  type StartedContainer,
} from './launcher/container-launcher.ts';
export { NoEngine, NotOnThisBackend } from './launcher/errors.ts';
export type { LaunchOptions } from './launcher/launch.ts';
export type {
  AwsContainerOptions,
  AwsLauncherOptions,
  ScalingOptions,
  SpotOptions,
  StartContainerInput,
  Storage,
} from './launcher/start-container-input.ts';
export type { DestroyOptions } from './runs/destroy.ts';
export {
  AmbiguousRun,
  LeftoverError,
  RunConflict,
  RunNotFound,
  WaitTimedOut,
} from './runs/errors.ts';
export type { RunLogQuery } from './runs/log.ts';
export type { StopOptions } from './runs/stop.ts';
export type { AttemptDescription, RunDescription, RunListing } from './runs/view.ts';
export type { WaitOptions } from './runs/wait.ts';
export { FailureClass } from './spec/failure-class.ts';
export type { JobInput } from './spec/job.ts';
export type { TaskDefinition } from './spec/task-definition/task-definition.ts';
export { type RunQuery, RunState } from './store/store.ts';
