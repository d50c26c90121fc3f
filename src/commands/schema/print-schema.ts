import { printJson } from '../output.ts';

/** Each kind's schema is made from what its files are read by, and loaded only when it is asked for. */
export async function printSchema(kind: 'job' | 'task-definition'): Promise<void> {
  if (kind === 'job') {
    const { jobJsonSchema } = await import('../../spec/json-schema.ts');
    printJson(jobJsonSchema());
  } else {
    const { taskDefinitionJsonSchema } = await import('../../spec/task-definition/json-schema.ts');
    printJson(taskDefinitionJsonSchema());
  }
}
