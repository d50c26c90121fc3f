import { ExitCode, UsageError } from '../../errors.ts';
import { STANDARD_INPUT } from '../../spec/document.ts';
import type { Launch } from '../../spec/task-definition/validate.ts';
import { colorsOf, note, printJson, printLine } from '../output.ts';
import { type CheckedFile, checkFile } from './check-file.ts';
import { problemLine, reportOf, summaryOf, verdictOf } from './report.ts';

export interface ValidateOptions {
  launch?: Launch;
  json?: boolean;
}

/**
 * Prints what is wrong with each file.
 * @returns the exit code.
 */
export async function validateFiles(
  files: readonly string[],
  { launch, json }: ValidateOptions,
): Promise<number> {
  if (files.filter((file) => file === STANDARD_INPUT).length > 1) {
    throw new UsageError('Standard input can only be read once.', { hint: 'Name - once.' });
  }
  const checked: CheckedFile[] = [];
  for (const file of files) {
    const one = await checkFile(file, launch);
    checked.push(one);
    if (!json) printFile(one);
  }
  if (json) printJson({ files: checked.map(reportOf) });
  else note(summaryOf(checked));
  return checked.every(({ valid }) => valid) ? ExitCode.Ok : ExitCode.Failed;
}

function printFile(checked: CheckedFile): void {
  const { green, red, yellow } = colorsOf('stdout');
  for (const problem of checked.problems) {
    const word = problem.severity === 'error' ? red('error') : yellow('warning');
    printLine(problemLine(problem, checked, word));
  }
  const name = checked.file === STANDARD_INPUT ? 'standard input' : checked.file;
  const paint = checked.valid ? green : red;
  printLine(`${name}: ${paint(verdictOf(checked))}`);
}
