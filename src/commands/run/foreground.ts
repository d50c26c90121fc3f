/** A run in the foreground: its output as it comes, Ctrl-C, and at its end what became of it. */

import { isatty } from 'node:tty';
import type { ExecBackend } from '../../backends/backend.ts';
import { ExitCode } from '../../errors.ts';
import type { RunsContext } from '../../runs/context.ts';
import { RunDriver } from '../../runs/lifecycle.ts';
import { readRunLog } from '../../runs/log.ts';
import { isFinal, type Run } from '../../runs/run.ts';
import { requestStop } from '../../runs/stop.ts';
import { describeRun } from '../../runs/view.ts';
import { waitForRun } from '../../runs/wait.ts';
import { containerNames } from '../container-names.ts';
import { exitCodeOf } from '../exit-code.ts';
import { LogPrinter } from '../log/log-printer.ts';
import { colorsOf, isClosed, isQuiet, printJson } from '../output.ts';
import { detailLines, verdictLine } from '../run-summary.ts';
import { AttemptLogs } from './attempts.ts';
import { Progress } from './progress.ts';

export interface ForegroundOptions {
  /** Whether stdout is for the record alone. */
  json: boolean;
  /** Whether there can be a status line. */
  live: boolean;
}

/**
 * Drives a run in this process.
 * @returns what to exit with.
 */
export async function driveHere(
  runs: RunsContext,
  run: Run,
  options: ForegroundOptions,
): Promise<number> {
  const progress = progressOf(run, options);
  const logs = new AttemptLogs();
  const driver = new RunDriver(runs, run, (event) => {
    logs.heed(event);
    progress.heed(event);
  });
  const interruption = new Interruption((signal, again) => {
    const message = `It was stopped by ${signal}.`;
    if (again) driver.kill(message);
    else driver.stop(message);
    // For whoever goes on with the run, should this process be killed now.
    requestStop(runs, run.id, { kill: again, message }).catch(() => undefined);
    if (again) progress.announceEnd('killing', 'Killing it.');
    else progress.announceEnd('stopping', 'Stopping it gently; press Ctrl-C again to kill it.');
  });
  try {
    if (!options.live)
      progress.note(`Run ${run.id} (${run.name}) on ${run.document.request.engine}`);
    const backend = await runs.backend(run.document.request);
    const passing = passSignals(backend, run, () => logs.attempt);
    const printed = printerOf(run, progress, options).print(logs.read(backend, run.id));
    const ended = await driver.drive().finally(() => {
      logs.end();
      passing.end();
    });
    const code = interruption.signal === undefined ? exitCodeOf(ended) : interruption.exitCode;
    interruption.over(code);
    await printed;
    return conclude(ended, progress, options, code);
  } finally {
    progress.screen.close();
    interruption.end();
  }
}

/**
 * Follows a run that another process drives, or is over, as if it were driven here.
 * @returns what to exit with.
 */
export async function followThere(
  runs: RunsContext,
  run: Run,
  options: ForegroundOptions,
): Promise<number> {
  const progress = progressOf(run, { ...options, live: options.live && !isFinal(run.state) });
  try {
    await printerOf(run, progress, options).print(
      readRunLog(runs, run, { attempt: isFinal(run.state) ? undefined : 1, follow: true }),
    );
    const ended = await waitForRun(runs, run.id);
    return conclude(ended, progress, options, exitCodeOf(ended));
  } finally {
    progress.screen.close();
  }
}

function progressOf(run: Run, { live }: ForegroundOptions): Progress {
  return new Progress({
    run: { id: run.id, name: run.name, request: run.document.request },
    colors: colorsOf('stderr'),
    live,
  });
}

function printerOf(run: Run, progress: Progress, { json }: ForegroundOptions): LogPrinter {
  const names = containerNames(run);
  return new LogPrinter(
    {
      names: names.length > 1 ? names : [],
      timestamps: false,
      json: false,
      colors: { stdout: colorsOf('stdout'), stderr: colorsOf('stderr') },
    },
    (stream, bytes) => progress.screen.writeBytes(json ? 'stderr' : stream, bytes),
  );
}

function conclude(run: Run, progress: Progress, { json }: ForegroundOptions, code: number): number {
  progress.screen.close();
  const colors = colorsOf('stderr');
  if (!isQuiet() && !isClosed('stderr')) {
    progress.screen.writeLine(`${colors.dim('slipway:')} ${verdictLine(run, colors)}`);
    for (const line of detailLines(run, colors)) progress.screen.writeLine(`         ${line}`);
  }
  if (json) printJson(describeRun(run));
  return code;
}

/** Signals that mean what the job has them mean; SIGINT, SIGTERM and SIGHUP are Slipway's own. */
const PASSED_ON: readonly NodeJS.Signals[] = ['SIGQUIT', 'SIGUSR1', 'SIGUSR2', 'SIGCONT'];

/** Hands signals on to the job's main container, as they would reach it without Slipway. */
function passSignals(backend: ExecBackend, run: Run, attempt: () => number): { end: () => void } {
  const { main } = run.document.request;
  const pass = (signal: NodeJS.Signals) => {
    // A container that has just ended has no use for it.
    backend.signal({ run: run.id, attempt: attempt() }, main, signal).catch(() => undefined);
  };
  for (const signal of PASSED_ON) process.on(signal, pass);
  return {
    end: () => {
      for (const signal of PASSED_ON) process.off(signal, pass);
    },
  };
}

/**
 * Node puts the terminal back as it was when it exits, and aborts where the terminal is gone (EIO);
 * the signal's own default ends the process before that.
 */
function endByHangUp(): void {
  process.removeAllListeners('SIGHUP');
  process.kill(process.pid, 'SIGHUP');
}

const EXIT_CODES = { SIGINT: ExitCode.Interrupted, SIGTERM: 143 } as const;
type Interrupting = keyof typeof EXIT_CODES;

/** What Ctrl-C and `kill` do while a run is driven here; a closed terminal does nothing. */
class Interruption {
  /** The first of them. */
  signal: Interrupting | undefined;
  #exitCode: number | undefined;
  readonly #hasTerminal = [0, 1, 2].some((descriptor) => isatty(descriptor));
  readonly #interrupt: (signal: Interrupting, again: boolean) => void;

  constructor(interrupt: (signal: Interrupting, again: boolean) => void) {
    this.#interrupt = interrupt;
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, this.#heed);
    process.on('SIGHUP', this.#hangUp);
  }

  get exitCode(): number {
    return this.signal === undefined ? ExitCode.Ok : EXIT_CODES[this.signal];
  }

  /** The run is over, and only a reader that is slow is waited for: now a signal ends the process. */
  over(exitCode: number): void {
    this.#exitCode = exitCode;
  }

  end(): void {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.off(signal, this.#heed);
    process.off('SIGHUP', this.#hangUp);
  }

  /** The run goes on. */
  readonly #hangUp = () => {
    if (this.#hasTerminal) process.once('exit', endByHangUp);
  };

  readonly #heed = (signal: NodeJS.Signals) => {
    if (this.#exitCode !== undefined) process.exit(this.#exitCode);
    const again = this.signal !== undefined;
    this.signal ??= signal === 'SIGTERM' ? 'SIGTERM' : 'SIGINT';
    this.#interrupt(this.signal, again);
  };
}
