/** cpu, memory and devices: of the task, of its containers, and both together. */
import type { Problem } from '../../errors.ts';
import { formatMemory } from '../units.ts';
import { refusal, remark } from './findings.ts';
import type { ContainerDefinition, TaskDefinition } from './task-definition.ts';
import { mustMatch } from './unfilled.ts';

/** "cpu" and "memory" of RegisterTaskDefinition: a number, or one with `vCPU` or `GB`. */
const CPU = /^\s*(\d+|(\d+(\.\d+)?|\.\d+)\s*vcpu)\s*$/i;
const MEMORY = /^\s*(\d+|(\d+(\.\d+)?|\.\d+)\s*gb)\s*$/i;

/** Of a task on instances: 0.125 to 192 vCPU ("cpu" of RegisterTaskDefinition). */
const LEAST_TASK_CPU = 128;
const MOST_TASK_CPU = 196_608;

/** What the Docker daemon needs for a container, of old and from 20.10 ("memory" of ContainerDefinition). */
const LEAST_MEMORY = 4;
const LEAST_MEMORY_NOW = 6;

/** A task's `cpu` in units: `"256"`, `".25 vCPU"`; undefined where it is not of this form. */
export function taskCpu({ cpu }: TaskDefinition): number | undefined {
  return cpu === undefined || !CPU.test(cpu) ? undefined : amount(cpu, 1024);
}

/** A task's `memory` in MiB: `"512"`, `"0.5 GB"`; undefined where it is not of this form. */
export function taskMemory({ memory }: TaskDefinition): number | undefined {
  return memory === undefined || !MEMORY.test(memory) ? undefined : amount(memory, 1024);
}

function amount(text: string, unit: number): number {
  const number = Number.parseFloat(text);
  return /[a-z]/i.test(text) ? Math.round(number * unit) : number;
}

export interface ResourceRules {
  /** Whether what Slipway would fill in must be there already. */
  complete: boolean;
  /** Fargate has sizes of its own, and its containers need no memory of theirs. */
  fargate: boolean;
}

export function resourcesProblems(
  definition: TaskDefinition,
  { complete, fargate }: ResourceRules,
): Problem[] {
  const containers = definition.containerDefinitions ?? [];
  return [
    ...mustMatch(CPU, definition.cpu, ['cpu'], 'must be cpu units or vCPU: "256", "1 vCPU"'),
    ...mustMatch(MEMORY, definition.memory, ['memory'], 'must be MiB or GB: "512", "2 GB"'),
    ...(fargate ? [] : taskProblems(definition)),
    ...sumProblems(definition, containers),
    ...containers.flatMap((container, index) => [
      ...memoryProblems(container, index, definition, complete && !fargate),
      ...requirementProblems(container, index, definition),
    ]),
  ];
}

function taskProblems(definition: TaskDefinition): Problem[] {
  const cpu = taskCpu(definition);
  if (cpu === undefined || (cpu >= LEAST_TASK_CPU && cpu <= MOST_TASK_CPU)) return [];
  return refusal(['cpu'], `must be from ${LEAST_TASK_CPU} to ${MOST_TASK_CPU} units, not ${cpu}`);
}

/** ECS: "The sum of all container 'cpu' values cannot be greater than the value of the task 'cpu'." */
function sumProblems(
  definition: TaskDefinition,
  containers: readonly ContainerDefinition[],
): Problem[] {
  const cpu = taskCpu(definition);
  const memory = taskMemory(definition);
  const cpuSum = containers.reduce((sum, container) => sum + (container.cpu ?? 0), 0);
  const reserved = containers.reduce((sum, each) => sum + (each.memoryReservation ?? 0), 0);
  return [
    ...(cpu !== undefined && cpuSum > cpu
      ? refusal(
          ['cpu'],
          `the containers' cpu is ${cpuSum} units in sum, and the task's only ${cpu}`,
        )
      : []),
    ...(memory !== undefined && reserved > memory
      ? refusal(
          ['memory'],
          `the containers' memoryReservation is ${reserved} MiB in sum, and the task's memory only ${memory}`,
        )
      : []),
  ];
}

function memoryProblems(
  { memory, memoryReservation, cpu }: ContainerDefinition,
  index: number,
  definition: TaskDefinition,
  needsMemory: boolean,
): Problem[] {
  const path = ['containerDefinitions', index, 'memory'];
  const ofTask = taskMemory(definition);
  if (!memory && !memoryReservation && needsMemory && definition.memory === undefined) {
    return refusal(
      path,
      'is required on EC2 where the task has none',
      'give "memory" or "memoryReservation" in MiB',
    );
  }
  return [
    ...leastMemory(memory, path),
    ...leastMemory(memoryReservation, [...path.slice(0, 2), 'memoryReservation']),
    ...(cpu !== undefined && cpu < 0
      ? refusal([...path.slice(0, 2), 'cpu'], 'must not be below 0')
      : []),
    // ECS takes both as equal, whatever its reference says of "greater".
    ...(memory && memoryReservation && memory < memoryReservation
      ? refusal(path, `must not be less than memoryReservation, which is ${memoryReservation} MiB`)
      : []),
    ...(memory && ofTask !== undefined && memory > ofTask
      ? refusal(path, `is ${memory} MiB, more than the whole task's ${formatMemory(ofTask)}`)
      : []),
  ];
}

function leastMemory(memory: number | undefined, path: Problem['path']): Problem[] {
  // Zero is what the console writes for none.
  if (!memory || memory >= LEAST_MEMORY_NOW) return [];
  return memory < LEAST_MEMORY
    ? refusal(path, `must be at least ${LEAST_MEMORY} MiB, not ${memory}`)
    : remark(path, `is less than the ${LEAST_MEMORY_NOW} MiB that Docker needs from 20.10`);
}

/** "ResourceRequirement" of the ECS API reference. */
function requirementProblems(
  { resourceRequirements = [] }: ContainerDefinition,
  index: number,
  { inferenceAccelerators = [] }: TaskDefinition,
): Problem[] {
  const names = inferenceAccelerators.map(({ deviceName }) => deviceName);
  return resourceRequirements.flatMap(({ type, value, sharingStrategy }, at) => {
    const path = ['containerDefinitions', index, 'resourceRequirements', at, 'value'];
    if (type === 'GPU' && sharingStrategy === undefined) {
      return /^[1-9]\d*$/.test(value ?? '')
        ? []
        : refusal(path, 'must be a number of GPUs, as text', 'write "1"');
    }
    if (type !== 'InferenceAccelerator' || names.includes(value)) return [];
    return value === undefined
      ? refusal(path, 'must name one of inferenceAccelerators')
      : refusal(path, `there is no inference accelerator "${value}"`);
  });
}
