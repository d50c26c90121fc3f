/** The shape of a task definition, as ECS's JSON has it. */
export type * from './shape.generated.ts';
