import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { generate } from '../../../scripts/generate-task-definition.ts';

it('is what the SDK has (else: npm run generate)', () => {
  const path = new URL('../../../src/spec/task-definition/shape.generated.ts', import.meta.url);
  expect(readFileSync(path, 'utf8')).toBe(generate());
});
