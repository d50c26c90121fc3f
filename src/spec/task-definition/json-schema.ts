/** JSON Schema of a task definition, for editors, from the same table that files are read by. */
import type { JsonSchema } from '../json-schema.ts';
import { ENUMS, READ_ONLY, STRUCTURES, type Structure } from './shape.generated.ts';

const SCALARS = ['string', 'integer', 'boolean'];

/**
 * The JSON Schema (draft 2020-12) of a whole task definition, bare. What ECS refuses beyond its shape
 * is for `slipway validate`.
 */
export function taskDefinitionJsonSchema(): JsonSchema {
  const structures = Object.entries(STRUCTURES).map(([name, structure]) => [
    name,
    structureSchema(structure),
  ]);
  const enums = Object.entries(ENUMS).map(([name, values]) => [name, { enum: values }]);
  const { TaskDefinition, ...others } = Object.fromEntries([...structures, ...enums]) as Record<
    string,
    { properties?: JsonSchema }
  >;
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'An ECS task definition',
    ...TaskDefinition,
    properties: {
      ...TaskDefinition?.properties,
      // Text for ECS, a number for most people, and read as the same.
      cpu: { type: ['string', 'number'] },
      memory: { type: ['string', 'number'] },
      ...Object.fromEntries(READ_ONLY.map((key) => [key, { readOnly: true }])),
    },
    $defs: others,
  };
}

function structureSchema({ members, required }: Structure): JsonSchema {
  return {
    type: 'object',
    properties: Object.fromEntries(
      Object.entries(members).map(([key, type]) => [key, typeSchema(type)]),
    ),
    ...(required.length > 0 && { required }),
    additionalProperties: false,
  };
}

function typeSchema(type: string): JsonSchema {
  if (type.endsWith('[]')) return { type: 'array', items: typeSchema(type.slice(0, -2)) };
  if (type === 'map') return { type: 'object', additionalProperties: { type: 'string' } };
  return SCALARS.includes(type) ? { type } : { $ref: `#/$defs/${type}` };
}
