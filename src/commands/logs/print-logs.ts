/** `slipway logs`: streams a log, however long it is, as fast as it is read and no faster. */
import type { Command } from 'commander';
import { UsageError } from '../../errors.ts';
import { findRun } from '../../runs/find.ts';
import { type RunLogQuery, readRunLog } from '../../runs/log.ts';
import type { Run } from '../../runs/run.ts';
import { parseDuration } from '../../spec/units.ts';
import { containerNames } from '../container-names.ts';
import { LogPrinter } from '../log/log-printer.ts';
import { skipTo, startOfLast } from '../log/tail.ts';
import type { LogsOptions } from '../logs.ts';
import { withRuns } from '../open.ts';
import { colorsOf, isClosed, writeBytes } from '../output.ts';

/** @throws RunNotFound, and UsageError for a container or attempt that the run does not have. */
export async function printLogs(command: Command, id: string, options: LogsOptions): Promise<void> {
  await withRuns(command, async (runs) => {
    const run = await findRun(runs.store, id);
    const query: RunLogQuery = {
      containers: options.container,
      attempt: options.attempt,
      since: options.since === undefined ? undefined : timeOf(options.since, Date.now()),
    };
    const log = readRunLog(runs, run, { ...query, follow: options.follow });
    const shown =
      options.tail === undefined
        ? log
        : skipTo(log, await startOfLast(readRunLog(runs, run, query), options.tail));
    const printer = new LogPrinter(
      {
        names: namesShown(run, options),
        timestamps: options.timestamps ?? false,
        json: options.json ?? false,
        colors: { stdout: colorsOf('stdout'), stderr: colorsOf('stderr') },
      },
      writeBytes,
    );
    await printer.print(shown, () => !isClosed('stdout'));
  });
}

function namesShown(run: Run, { container }: LogsOptions): string[] {
  const names = containerNames(run).filter((name) => container?.includes(name) ?? true);
  return names.length > 1 ? names : [];
}

/**
 * A time as people write it: how long ago, or when.
 * @throws UsageError for what is neither.
 */
export function timeOf(text: string, now: number): Date {
  const ago = parseDuration(text);
  const time = ago === undefined ? Date.parse(text) : now - ago * 1000;
  if (Number.isNaN(time)) {
    throw new UsageError(`--since ${text} is no time.`, {
      hint: 'Write how long ago, such as 10m, or when, such as 2026-11-21T09:30:00.',
    });
  }
  return new Date(time);
}
