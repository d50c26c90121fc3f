/** What is read from a file: a value, and where each part of it stands. */
import type { Problem } from '../errors.ts';

export interface DocumentPosition {
  line: number;
  column: number;
}

export interface SpecDocument {
  /** As it was named. */
  file: string;
  /** Undefined where `problems` has an error. */
  value: unknown;
  /** What is wrong with it as YAML or JSON. */
  problems: readonly Problem[];
  /** Where the key or item at `path` is, or else the nearest thing around it. */
  position(path: readonly (string | number)[]): DocumentPosition | undefined;
}

export interface TextOptions {
  /** Keys of maps whose numbers are taken as they are written: `VERSION: 1.10` is "1.10". */
  textIn?: readonly string[] | undefined;
  /** What an empty file stands for; a problem where absent. */
  emptyValue?: unknown;
}

/** The problems with the document's name, and the lines and columns of what they are about. */
export function locate(problems: readonly Problem[], document: SpecDocument): Problem[] {
  return problems.map((problem) =>
    problem.line === undefined && problem.source === undefined
      ? { ...problem, source: document.file, ...document.position(problem.path) }
      : problem,
  );
}

/** A document of which nothing could be read. */
export function broken(
  file: string,
  message: string,
  position: DocumentPosition | undefined = undefined,
): SpecDocument {
  const problem: Problem = { severity: 'error', path: [], message, source: file, ...position };
  return { file, value: undefined, problems: [problem], position: () => undefined };
}
