/** JSON Schema of a job, for editors. Needs zod. */
import { z } from 'zod';
import { jobSchema } from './job-schema.ts';

/** A JSON Schema, as plain data. */
export type JsonSchema = Readonly<Record<string, unknown>>;

/**
 * The JSON Schema (draft 2020-12) of a job as a person writes it, with a description of each key. A
 * task definition is any object in it: ECS's own rules are for `slipway validate`.
 */
export function jobJsonSchema(): JsonSchema {
  const schema = z.toJSONSchema(jobSchema, { io: 'input', target: 'draft-2020-12' });
  return { ...schema, title: 'A Slipway job' };
}
