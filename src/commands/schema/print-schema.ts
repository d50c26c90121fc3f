import { jobJsonSchema } from '../../spec/json-schema.ts';
import { printJson } from '../output.ts';

export function printSchema(): void {
  printJson(jobJsonSchema());
}
