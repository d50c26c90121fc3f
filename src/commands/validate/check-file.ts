/** What is wrong with one file, a job or a task definition, with no engine and no network. */
import { type Problem, SlipwayError } from '../../errors.ts';
import { locate, readDocument, type SpecDocument } from '../../spec/document.ts';
import { kindOf } from '../../spec/job-file.ts';
import { parseTaskDefinition } from '../../spec/task-definition/parse.ts';
import { type Launch, validateTaskDefinition } from '../../spec/task-definition/validate.ts';
import { pathInValue } from './definition-path.ts';
import { jobProblems } from './job-problems.ts';

/** What was found about a file. */
export interface CheckedFile {
  file: string;
  /** Undefined where nothing could be read. */
  kind: 'job' | 'task-definition' | undefined;
  valid: boolean;
  problems: readonly Problem[];
}

/** @param launch whose rules; by default this machine's for a job, and ECS's for a task definition. */
export async function checkFile(file: string, launch: Launch | undefined): Promise<CheckedFile> {
  try {
    const document = await readDocument(file, { textIn: ['env', 'tags'] });
    if (document.problems.length > 0) return checked(file, undefined, document.problems);
    const kind = kindOf(document.value);
    const problems =
      kind === 'job'
        ? await jobProblems(document, file, launch ?? 'local')
        : definitionProblems(document, launch);
    return checked(file, kind, problems);
  } catch (error) {
    // A file that is not there: the others are still to be checked.
    if (!(error instanceof SlipwayError)) throw error;
    const { message, hint } = error;
    return checked(file, undefined, [{ severity: 'error', path: [], message, hint }]);
  }
}

function checked(
  file: string,
  kind: CheckedFile['kind'],
  problems: readonly Problem[],
): CheckedFile {
  return {
    file,
    kind,
    valid: problems.every(({ severity }) => severity !== 'error'),
    problems: problems.toSorted(byPlace),
  };
}

/** From the top of the file down, as it is read; what is in another file stays where it is. */
function byPlace(one: Problem, other: Problem): number {
  if (one.source !== other.source) return 0;
  const lines = (one.line ?? 0) - (other.line ?? 0);
  return lines === 0 ? (one.column ?? 0) - (other.column ?? 0) : lines;
}

function definitionProblems(document: SpecDocument, launch: Launch | undefined): Problem[] {
  const { definition, problems } = parseTaskDefinition(document.value);
  if (definition === undefined) return locate(problems, document);
  const rules = validateTaskDefinition(definition, {
    launch: launch ?? launchOf(document),
  }).map((problem) => ({ ...problem, path: pathInValue(problem.path, document.value) }));
  return locate([...problems, ...rules], document);
}

/** ECS takes a definition for EC2, and for what it requires; a list of containers is only for here. */
function launchOf({ value }: SpecDocument): Launch {
  return Array.isArray(value) ? 'local' : 'ec2';
}
