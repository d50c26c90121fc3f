/** The findings of `validate`, for people and for programs. */
import { formatProblem, type Problem } from '../../errors.ts';
import { printable } from '../text/width.ts';
import type { CheckedFile } from './check-file.ts';

/** Stable: programs read it. */
export interface FileReport {
  file: string;
  kind: 'job' | 'task-definition' | null;
  valid: boolean;
  problems: readonly ProblemReport[];
}

export interface ProblemReport {
  severity: Problem['severity'];
  /** Keys and indexes from the root of the file. */
  path: Problem['path'];
  message: string;
  hint: string | null;
  /** The file that it is in, which a job may have named. */
  file: string;
  /** From 1. */
  line: number | null;
  column: number | null;
}

export function reportOf({ file, kind, valid, problems }: CheckedFile): FileReport {
  return {
    file,
    kind: kind ?? null,
    valid,
    problems: problems.map((problem) => ({
      severity: problem.severity,
      path: problem.path,
      message: problem.message,
      hint: problem.hint ?? null,
      file: problem.source ?? file,
      line: problem.line ?? null,
      column: problem.column ?? null,
    })),
  };
}

/** `job.yaml:3:1: error: memroy: there is no such key (did you mean "memory"?)`, as compilers do. */
export function problemLine(problem: Problem, { file }: CheckedFile, severity: string): string {
  const { source = file, line, column } = problem;
  const place = [source, line, column].filter((part) => part !== undefined).join(':');
  const what = { severity: problem.severity, path: problem.path, message: problem.message };
  const said = printable(formatProblem({ ...what, hint: problem.hint }));
  return `${place}: ${severity}: ${said}`;
}

const KINDS = { job: 'job', 'task-definition': 'task definition' } as const;

/** `valid job`, `not a valid task definition`. */
export function verdictOf({ kind, valid }: CheckedFile): string {
  const what = kind === undefined ? 'file' : KINDS[kind];
  return valid ? `valid ${what}` : `not a valid ${what}`;
}

/** `3 files: 2 valid, 1 not (3 errors, 1 warning)`. */
export function summaryOf(files: readonly CheckedFile[]): string {
  const problems = files.flatMap((file) => file.problems);
  const errors = problems.filter(({ severity }) => severity === 'error').length;
  const invalid = files.filter(({ valid }) => !valid).length;
  const verdicts = [
    `${files.length - invalid} valid`,
    ...(invalid === 0 ? [] : [`${invalid} not`]),
  ].join(', ');
  const found = [
    ...(errors === 0 ? [] : [count(errors, 'error')]),
    ...(problems.length === errors ? [] : [count(problems.length - errors, 'warning')]),
  ].join(', ');
  return `${count(files.length, 'file')}: ${verdicts}${found === '' ? '' : ` (${found})`}`;
}

function count(amount: number, word: string): string {
  return `${amount} ${word}${amount === 1 ? '' : 's'}`;
}
