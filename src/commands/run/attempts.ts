/** The log of a run that this process drives, while it is written. */
import type { Backend, LogChunk, TaskEvent } from '../../backends/backend.ts';
import { RunState } from '../../store/store.ts';
import { type Settleable, settleable } from '../../waiting.ts';

/**
 * Follows the attempts of a run by what its driver reports. The log is read from its file and not
 * from the reports: so a slow reader holds back neither the job nor Slipway, and costs no memory.
 */
export class AttemptLogs {
  /** The one that is under way, from 1; 0 before the first. */
  get attempt(): number {
    return this.#attempt;
  }

  #attempt = 0;
  #over = false;
  #change: Settleable<void> = settleable();

  /** Takes in what the driver reports. */
  heed(event: TaskEvent): void {
    // With this state each attempt begins.
    if (event.type === 'state' && event.state === RunState.Provisioning) this.#attempt += 1;
    if (event.type === 'output' || event.type === 'state') this.#wake();
  }

  /** Nothing more is written: the driver is done. */
  end(): void {
    this.#over = true;
    this.#wake();
  }

  /** All chunks of all attempts, to the end of the run. */
  async *read(backend: Backend, run: string): AsyncGenerator<LogChunk> {
    for (let attempt = 1; ; attempt += 1) {
      while (this.#attempt < attempt) {
        if (this.#over) return;
        await this.#change.promise;
      }
      yield* backend.logs(
        { run, attempt },
        {
          follow: {
            ended: async () => this.#over || this.#attempt > attempt,
            grown: () => this.#change.promise,
          },
        },
      );
    }
  }

  #wake(): void {
    const { resolve } = this.#change;
    this.#change = settleable();
    resolve();
  }
}
