/** What is wrong with a job, and with the task definition that it makes. */
import { dirname, resolve } from 'node:path';
import type { Problem } from '../../errors.ts';
import { type CompiledJob, compileJob } from '../../launcher/compile.ts';
import { locate, readDocument, type SpecDocument, STANDARD_INPUT } from '../../spec/document.ts';
import { type Job, parseJob } from '../../spec/job.ts';
import { resolvePath } from '../../spec/paths.ts';
import { isPlainObject } from '../../spec/plain.ts';
import { parseTaskDefinition } from '../../spec/task-definition/parse.ts';
import type { TaskDefinition } from '../../spec/task-definition/task-definition.ts';
import { type Launch, validateTaskDefinition } from '../../spec/task-definition/validate.ts';
import { pathInValue } from './definition-path.ts';

/** Which key of a job stands for a key of its task definition or main container. */
const SHORTHANDS = new Map<unknown, keyof Job>([
  ['family', 'name'],
  ['image', 'image'],
  ['command', 'command'],
  ['entryPoint', 'entryPoint'],
  ['workingDirectory', 'workingDirectory'],
  ['environment', 'env'],
  ['secrets', 'secrets'],
  ['cpu', 'cpu'],
  ['memory', 'memory'],
  ['resourceRequirements', 'gpu'],
  ['runtimePlatform', 'architecture'],
  ['volumes', 'volumes'],
  ['mountPoints', 'volumes'],
  ['user', 'user'],
  ['privileged', 'privileged'],
  ['stopTimeout', 'stopTimeout'],
]);

/** The task definition that a job gives, and where its problems are. */
interface GivenDefinition {
  definition: TaskDefinition | undefined;
  problems: readonly Problem[];
  locate(problem: Problem): Problem[];
}

export async function jobProblems(
  document: SpecDocument,
  file: string,
  launch: Launch,
): Promise<Problem[]> {
  const { job, problems } = parseJob(document.value);
  const own = locate(problems, document);
  if (job === undefined) return own;
  const given = await givenDefinition(job, document, file);
  const found = [...own, ...given.problems];
  if (found.some(({ severity }) => severity === 'error')) return found;
  const compiled = compileJob(job, given.definition);
  // A job has no key for it, because on Fargate there is no other.
  const network = launch === 'fargate' ? { networkMode: 'awsvpc' as const } : {};
  const definition = { ...network, ...compiled.definition };
  const rest = validateTaskDefinition(definition, { launch }).flatMap((problem) => {
    const key = shorthandFor(problem.path, compiled);
    return key !== undefined && job[key] !== undefined
      ? locate([{ ...problem, path: [key] }], document)
      : given.locate(problem);
  });
  return [...found, ...rest];
}

async function givenDefinition(
  { taskDefinition }: Job,
  document: SpecDocument,
  file: string,
): Promise<GivenDefinition> {
  if (typeof taskDefinition !== 'string') {
    // Read already, with the job.
    const written = isPlainObject(document.value) ? document.value.taskDefinition : undefined;
    const at = taskDefinition === undefined ? [] : ['taskDefinition'];
    return {
      definition: taskDefinition,
      problems: [],
      locate: (problem) => place(problem, [...at, ...pathInValue(problem.path, written)], document),
    };
  }
  const folder = file === STANDARD_INPUT ? process.cwd() : dirname(resolve(file));
  const other = await readDocument(resolvePath(taskDefinition, folder));
  const { definition, problems } =
    other.problems.length > 0
      ? { definition: undefined, problems: other.problems }
      : parseTaskDefinition(other.value, { partial: true });
  return {
    definition,
    problems: locate(problems, other),
    locate: (problem) => place(problem, pathInValue(problem.path, other.value), other),
  };
}

function place(problem: Problem, path: Problem['path'], document: SpecDocument): Problem[] {
  return locate([{ ...problem, path }], document);
}

/** The key that a problem of the compiled task definition may have come from. */
function shorthandFor(
  path: Problem['path'],
  { definition, main }: CompiledJob,
): keyof Job | undefined {
  const [first, index, key] = path;
  if (first !== 'containerDefinitions') return SHORTHANDS.get(first);
  const container = definition.containerDefinitions?.[Number(index)];
  return container?.name === main ? SHORTHANDS.get(key) : undefined;
}
