/** The findings of `validate`, for people and for programs. */
import { formatPath, formatProblem, type Problem } from '../../errors.ts';
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
  /** As people write it: `containerDefinitions[0].image`. */
  path: string;
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
      path: formatPath(problem.path),
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
  return `${place}: ${severity}: ${formatProblem({ ...what, hint: problem.hint })}`;
}

/** `2 files, 1 not valid: 3 errors, 1 warning`. */
export function summaryOf(files: readonly CheckedFile[]): string {
  const problems = files.flatMap((file) => file.problems);
  const errors = problems.filter(({ severity }) => severity === 'error').length;
  const invalid = files.filter(({ valid }) => !valid).length;
  const found = [count(errors, 'error'), count(problems.length - errors, 'warning')].join(', ');
  if (invalid === 0) return `${count(files.length, 'file')}, valid: ${found}`;
  return `${count(files.length, 'file')}, ${invalid} not valid: ${found}`;
}

function count(amount: number, word: string): string {
  return `${amount} ${word}${amount === 1 ? '' : 's'}`;
}
