import { expect, test } from 'vitest';
import { taskDefinitionJsonSchema } from '../../../src/spec/task-definition/json-schema.ts';
import { READ_ONLY, STRUCTURES } from '../../../src/spec/task-definition/shape.generated.ts';

const schema = JSON.parse(JSON.stringify(taskDefinitionJsonSchema()));

test('it has every key that ECS has, and no other', () => {
  const { members = {}, required = [] } = STRUCTURES.TaskDefinition ?? {};
  expect(Object.keys(schema.properties).sort()).toEqual(
    [...Object.keys(members), ...READ_ONLY].sort(),
  );
  expect(schema).toMatchObject({ type: 'object', required, additionalProperties: false });
});

test('lists, maps, numbers, choices and structures are told apart', () => {
  expect(schema.properties).toMatchObject({
    family: { type: 'string' },
    cpu: { type: ['string', 'number'] },
    networkMode: { $ref: '#/$defs/NetworkMode' },
    containerDefinitions: { type: 'array', items: { $ref: '#/$defs/ContainerDefinition' } },
    revision: { readOnly: true },
  });
  expect(schema.$defs.NetworkMode.enum).toContain('awsvpc');
  expect(schema.$defs.ContainerDefinition.properties).toMatchObject({
    memory: { type: 'integer' },
    essential: { type: 'boolean' },
    dockerLabels: { type: 'object', additionalProperties: { type: 'string' } },
    command: { type: 'array', items: { type: 'string' } },
  });
});

test('every reference is to something that it defines', () => {
  const references = [...JSON.stringify(schema).matchAll(/"#\/\$defs\/(\w+)"/g)];
  expect(references.length).toBeGreaterThan(30);
  for (const [, name] of references) expect(schema.$defs).toHaveProperty(name ?? '');
});
