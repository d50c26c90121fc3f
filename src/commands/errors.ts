/** The last stop of every error: what a person or a program gets to see of it, and the exit code. */
import { CommanderError } from 'commander';
import { ExitCode, type Problem, SlipwayError } from '../errors.ts';
import { colorsOf, writeError } from './output.ts';

/** The code of an error that nobody foresaw; `EX_SOFTWARE` of sysexits(3). */
const UNFORESEEN = 70;

/** How an error is printed with `--json`. Stable: programs read it. */
interface ErrorReport {
  code: string;
  message: string;
  hint: string | null;
  problems: readonly Problem[];
}

/**
 * Prints an error on stderr.
 * @returns the exit code that it stands for.
 */
export function reportError(error: unknown, options: { json: boolean }): number {
  if (error instanceof CommanderError) {
    // Help and version were asked for, and are printed.
    if (error.exitCode === ExitCode.Ok) return ExitCode.Ok;
    // Help was printed because nothing was asked for.
    if (error.code === 'commander.help') return ExitCode.Usage;
    print(usageReport(error), options);
    return ExitCode.Usage;
  }
  if (error instanceof SlipwayError) {
    print(
      {
        code: error.code,
        message: error.message,
        hint: error.hint ?? null,
        problems: problemsOf(error),
      },
      options,
    );
    return error.exitCode;
  }
  print(
    {
      code: 'INTERNAL',
      message: `This is a bug in Slipway: ${messageOf(error)}`,
      hint:
        process.env.SLIPWAY_DEBUG === '1'
          ? null
          : 'Please report it, with what SLIPWAY_DEBUG=1 before the same command prints.',
      problems: [],
    },
    options,
  );
  if (process.env.SLIPWAY_DEBUG === '1' && error instanceof Error) writeError(`${error.stack}\n`);
  return UNFORESEEN;
}

/** Commander puts its suggestion in brackets on a second line. */
function usageReport({ message }: CommanderError): ErrorReport {
  const [first = '', suggestion] = message.replace(/^error: /, '').split('\n');
  return {
    code: 'USAGE',
    message: `${first.charAt(0).toUpperCase()}${first.slice(1).replace(/\.$/, '')}.`,
    hint: suggestion?.replace(/^\((.*)\)$/, '$1') ?? '--help shows what there is.',
    problems: [],
  };
}

function problemsOf(error: SlipwayError): readonly Problem[] {
  return 'problems' in error && Array.isArray(error.problems) ? error.problems : [];
}

function messageOf(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}

function print(report: ErrorReport, { json }: { json: boolean }): void {
  if (json) {
    writeError(`${JSON.stringify({ error: report }, null, 2)}\n`);
    return;
  }
  const { red, dim } = colorsOf('stderr');
  const hint = report.hint === null ? '' : `${dim(report.hint)}\n`;
  writeError(`${red('slipway:')} ${report.message}\n${hint}`);
}
