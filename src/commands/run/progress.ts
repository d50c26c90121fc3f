/** What a person sees of a run while it goes on: a status line on a terminal, else lines. */
import type { TaskEvent } from '../../backends/backend.ts';
import type { RunRequest } from '../../runs/run.ts';
import { formatDuration } from '../../spec/units.ts';
import { RunState } from '../../store/store.ts';
import { type Colors, isQuiet } from '../output.ts';
import { Screen } from '../screen.ts';
import { spinner } from '../status.ts';
import { printable } from '../text/width.ts';

/** What is under way in each state that is not yet final. */
const DOING: Partial<Record<RunState, string>> = {
  [RunState.Pending]: 'preparing',
  [RunState.Provisioning]: 'preparing',
  [RunState.Starting]: 'starting',
  [RunState.Running]: 'running',
};

export interface ProgressOptions {
  run: { id: string; name: string; request: Pick<RunRequest, 'engine' | 'main'> };
  colors: Colors;
  /** Whether stderr is a terminal that nobody else writes to. */
  live: boolean;
}

export class Progress {
  readonly screen: Screen;
  readonly #options: ProgressOptions;
  readonly #beganAt = Date.now();
  #doing = 'preparing';
  #isRunning = false;
  #isEnding = false;

  constructor(options: ProgressOptions) {
    this.#options = options;
    this.screen = new Screen(() => this.#status(), options.live && !isQuiet());
  }

  /** Takes in what the driver reports. */
  heed(event: TaskEvent): void {
    if (event.type === 'warning') this.note(`warning: ${event.message}`);
    if (event.type === 'state') this.#enter(event.state);
    // What has written something runs, before the engine is asked and says so.
    const { main } = this.#options.run.request;
    if (event.type === 'output' && event.container === main && !this.#isRunning) {
      this.#enter(RunState.Running);
    }
    if (event.type === 'ports') this.#notePorts(event);
    if (event.type !== 'progress') return;
    // Before the job runs, progress is what the status line is for; later it is news.
    if (this.#options.live && !this.#isRunning) this.#doing = printable(event.message);
    else this.note(event.message);
  }

  #enter(state: RunState): void {
    // A stop that is under way says more than the state does.
    if (!this.#isEnding) this.#doing = DOING[state] ?? this.#doing;
    this.#isRunning = state === RunState.Running;
  }

  #notePorts({ ports }: Extract<TaskEvent, { type: 'ports' }>): void {
    for (const { hostAddress, hostPort, containerPort, protocol } of ports) {
      if (hostPort === undefined) continue;
      this.note(`port ${containerPort}/${protocol} is reached at ${hostAddress}:${hostPort}`);
    }
  }

  /** Says that the run is being ended, in the status line too. */
  announceEnd(doing: string, message: string): void {
    this.#doing = doing;
    this.#isEnding = true;
    this.note(message);
  }

  /** A line of Slipway's own; nothing with `--quiet`. */
  note(message: string): void {
    if (isQuiet()) return;
    const [first, ...rest] = message.split('\n').map(printable);
    this.screen.writeLine(`${this.#options.colors.dim('slipway:')} ${first}`);
    for (const line of rest) this.screen.writeLine(`         ${line}`);
  }

  #status(): string {
    const { run } = this.#options;
    const seconds = Math.floor((Date.now() - this.#beganAt) / 1000);
    const parts = [this.#doing, formatDuration(seconds), `${printable(run.name)} ${run.id}`];
    return `${spinner()} ${parts.join(' · ')} · on ${run.request.engine}`;
  }
}
