/**
 * The command line as a whole. What a command does is imported when it is called, so that the
 * program starts, prints its version and its help without loading any of it.
 */
import { Command } from 'commander';
import { addCompletion } from './completion.ts';
import { addConfig } from './config.ts';
import { addDestroy } from './destroy.ts';
import { addDoctor } from './doctor.ts';
import { reportError } from './errors.ts';
import { addExec } from './exec.ts';
import { addGc } from './gc.ts';
import type { GlobalOptions } from './global-options.ts';
import { addHello } from './hello.ts';
import { addLogs } from './logs.ts';
import { setOutput } from './output.ts';
import { addPs } from './ps.ts';
import { addRun } from './run.ts';
import { addSchema } from './schema.ts';
import { addShow } from './show.ts';
import { addStop } from './stop.ts';
import { addSupervise } from './supervise.ts';
import { addValidate } from './validate.ts';
import { addWait } from './wait.ts';

/** In the order of the help. */
const COMMANDS: readonly ((program: Command) => void)[] = [
  addRun,
  addPs,
  addShow,
  addLogs,
  addWait,
  addStop,
  addDestroy,
  addGc,
  addExec,
  addValidate,
  addSchema,
  addConfig,
  addDoctor,
  addHello,
  addCompletion,
  addSupervise,
];

/** The program with all its commands, which parses nothing yet. */
export function buildProgram(manifest: { version: string; description: string }): Command {
  const program = new Command('slipway')
    .description(manifest.description)
    .version(manifest.version)
    .option('--home <folder>', 'where records, logs and files of runs are (SLIPWAY_HOME)')
    .option('--profile <name>', 'a profile of the configuration (SLIPWAY_PROFILE)')
    .option('--no-color', 'no colours, on a terminal too (NO_COLOR)')
    .option('-q, --quiet', "nothing of Slipway's own on stderr but errors")
    .helpCommand(false)
    .configureHelp({ showGlobalOptions: true })
    // Commander's errors are reported as all others are: see reportError.
    .configureOutput({ outputError: () => undefined })
    .exitOverride();
  for (const add of COMMANDS) add(program);
  program.hook('preAction', () => {
    const { color, quiet } = program.opts<GlobalOptions>();
    setOutput({ color, quiet: quiet ?? false });
  });
  return program;
}

/**
 * Runs what was typed.
 * @param argv as `process.argv` has it, with the program and the script in front.
 * @returns what the process is to exit with.
 */
export async function runCommandLine(
  argv: readonly string[],
  manifest: { version: string; description: string },
): Promise<number> {
  try {
    await buildProgram(manifest).parseAsync(argv);
    return Number(process.exitCode ?? 0);
  } catch (error) {
    return reportError(error, { json: wantsJson(argv) });
  }
}

/** Asked before parsing, as parsing itself may fail; what follows `--` is the job's. */
function wantsJson(argv: readonly string[]): boolean {
  const end = argv.indexOf('--');
  return argv.slice(0, end === -1 ? undefined : end).includes('--json');
}
