/** A backend whose tasks end as their script says, for tests of what drives runs. */
import type {
  Backend,
  ExecBackend,
  Leftover,
  LogChunk,
  StopCause,
  Task,
  TaskControls,
  TaskObserver,
  TaskOutcome,
} from '../../src/backends/backend.ts';
import type { Problem } from '../../src/errors.ts';

export type Ending = Partial<TaskOutcome> | 'until stopped';

export class FakeBackend implements Backend, ExecBackend {
  readonly calls: string[] = [];
  leftovers: Leftover[] = [];
  readonly #endings: Ending[];

  /** @param endings of one attempt after the other. */
  constructor(...endings: Ending[]) {
    this.#endings = endings;
  }

  async check(): Promise<Problem[]> {
    return [];
  }

  async run(task: Task, observe: TaskObserver, controls: TaskControls): Promise<TaskOutcome> {
    this.calls.push(`run ${task.attempt}`);
    observe({ type: 'state', state: 'STARTING', at: new Date() });
    observe({ type: 'state', state: 'RUNNING', at: new Date() });
    const ending = this.#endings[task.attempt - 1] ?? {};
    if (ending !== 'until stopped') return { ...success, ...ending };
    await new Promise<void>((resolve) => {
      if (controls.stop.aborted) resolve();
      controls.stop.addEventListener('abort', () => resolve(), { once: true });
    });
    const { result, failure, message } = controls.stop.reason as StopCause;
    return { ...success, result, failure, reason: message, exitCode: 143 };
  }

  async remove({ attempt }: Task): Promise<Leftover[]> {
    this.calls.push(`remove ${attempt}`);
    return this.leftovers;
  }

  async *logs(): AsyncGenerator<LogChunk> {}

  async signal(_task: unknown, container: string, signal: NodeJS.Signals): Promise<void> {
    this.calls.push(`${signal} ${container}`);
  }

  async exec(): Promise<number> {
    return 0;
  }
}

const success: TaskOutcome = {
  result: 'succeeded',
  exitCode: 0,
  reason: 'The command exited with 0.',
  containers: [],
  outputs: {},
};
