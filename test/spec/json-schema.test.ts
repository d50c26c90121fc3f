import { describe, expect, it } from 'vitest';
import { JOB_KEYS } from '../../src/spec/job.ts';
import { jobJsonSchema } from '../../src/spec/json-schema.ts';

const schema = JSON.parse(JSON.stringify(jobJsonSchema()));

describe('jobJsonSchema', () => {
  it('describes every key, and refuses others', () => {
    expect(schema).toMatchObject({
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      type: 'object',
      additionalProperties: false,
    });
    expect(Object.keys(schema.properties)).toEqual(JOB_KEYS);
    for (const key of JOB_KEYS) expect(schema.properties[key].description, key).toMatch(/\w/);
    expect(schema.required).toBeUndefined();
  });

  it('takes what a person may write, not what it becomes', () => {
    expect(schema.properties).toMatchObject({
      command: { anyOf: [{ type: 'string' }, { type: 'array', items: { type: 'string' } }] },
      memory: { type: ['string', 'number'] },
      env: { additionalProperties: { type: ['string', 'number', 'boolean'] } },
      envFile: { anyOf: [{ type: 'string' }, { type: 'array' }] },
      architecture: { enum: expect.arrayContaining(['x86_64', 'amd64', 'ARM64']) },
      engine: { enum: ['docker', 'podman', 'host'] },
      on: { enum: ['local'] },
    });
    const [short, long] = schema.properties.volumes.items.anyOf;
    expect(short).toMatchObject({ type: 'string' });
    expect(long).toMatchObject({ required: ['path'], additionalProperties: false });
    expect(schema.properties.retries.anyOf[1].properties.on).toBeDefined();
    expect(schema.properties.taskDefinition.anyOf).toMatchObject([
      { type: 'string' },
      { type: 'object' },
      { type: 'array' },
    ]);
  });
});
