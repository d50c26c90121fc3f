import type { Command } from 'commander';
import { createEngine, isInstalled } from '../../engine/detect.ts';
import type { Engine, EngineName } from '../../engine/engine.ts';
import { ExitCode, SlipwayError } from '../../errors.ts';
import { type Collected, collectGarbage } from '../../runs/gc.ts';
import type { GcOptions } from '../gc.ts';
import { withRuns } from '../open.ts';
import { colorsOf, note, printJson, printLine } from '../output.ts';
import { printable } from '../text/width.ts';

/** Milliseconds that an engine may take to answer: a remote one that is down takes minutes. */
const ANSWER = 10_000;

const ENGINES: readonly EngineName[] = ['docker', 'podman', 'host'];

/** Exits with 1 where something could not be removed. */
export async function collect(
  command: Command,
  { dryRun, olderThan, json }: GcOptions,
): Promise<void> {
  await withRuns(
    command,
    async (runs, { gcAge }) => {
      const engines = await reachable(runs.home);
      const collected = await collectGarbage(runs, engines, { dryRun, olderThan: gcAge });
      if (json) printJson(collected);
      else report(collected, dryRun ?? false);
      if (collected.leftovers.length > 0) process.exitCode = ExitCode.Failed;
    },
    { gcAge: olderThan },
  );
}

/** The engines that answer; one that is installed and does not is named, as it may hold leftovers. */
async function reachable(home: string): Promise<Engine[]> {
  const found = await Promise.all(
    ENGINES.map(async (name) => {
      if (name !== 'host' && !(await isInstalled(name, process.env))) return [];
      const engine = createEngine(name, { folder: home });
      try {
        await engine.facts(AbortSignal.timeout(ANSWER));
        return [engine];
      } catch (error) {
        if (!(error instanceof SlipwayError)) throw error;
        note(`${name} was not looked at: ${error.message}`);
        return [];
      }
    }),
  );
  return found.flat();
}

function report({ removed, leftovers, adopted }: Collected, dryRun: boolean): void {
  const { green, red, dim } = colorsOf('stdout');
  for (const id of adopted) printLine(`${green('✔')} run ${id} has a new process`);
  for (const what of removed) {
    printLine(`${dryRun ? dim('would remove') : green('✔ removed')} ${printable(what)}`);
  }
  for (const { what, why } of leftovers) {
    printLine(`${red('✖ left')} ${printable(what)}: ${printable(why)}`);
  }
  if (removed.length + leftovers.length === 0) note('There is nothing to remove.');
}
