import { expect, test } from 'vitest';
import { jobJsonSchema } from '../../src/spec/json-schema.ts';
import { slipway } from '../support/command-line.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

test('the schema is one JSON document on stdout', async () => {
  const { code, stdout, stderr } = await slipway(['schema'], await temporaryFolder());
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(JSON.parse(stdout)).toEqual(JSON.parse(JSON.stringify(jobJsonSchema())));
  expect(JSON.parse(stdout)).toMatchObject({
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    additionalProperties: false,
  });
});

test('that of a task definition is another', async () => {
  const { stdout } = await slipway(['schema', '--task-definition'], await temporaryFolder());
  expect(JSON.parse(stdout)).toMatchObject({ title: 'An ECS task definition' });
});

test('the help says how an editor finds it', async () => {
  const { stdout } = await slipway(['schema', '--help'], await temporaryFolder());
  expect(stdout).toContain('# yaml-language-server: $schema=');
});
