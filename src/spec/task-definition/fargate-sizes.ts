/** The sizes of tasks that Fargate has ("memory" of RegisterTaskDefinition in the ECS API reference). */

interface MemoryRange {
  /** In GiB. */
  from: number;
  to: number;
  step: number;
}

/** By cpu units; the smallest size has half a GiB besides. */
const MEMORY: ReadonlyMap<number, MemoryRange> = new Map([
  [256, { from: 1, to: 2, step: 1 }],
  [512, { from: 1, to: 4, step: 1 }],
  [1024, { from: 2, to: 8, step: 1 }],
  [2048, { from: 4, to: 16, step: 1 }],
  [4096, { from: 8, to: 30, step: 1 }],
  [8192, { from: 16, to: 60, step: 4 }],
  [16384, { from: 32, to: 120, step: 8 }],
]);

/** "Task CPU and memory" in the ECS developer guide: Windows has these only. */
const WINDOWS_CPU: readonly number[] = [1024, 2048, 4096];

export interface FargateSize {
  /** In units, 1024 to the vCPU. */
  cpu: number;
  /** In MiB. */
  memory: number;
}

/** All sizes, the smallest first. */
export function fargateSizes(windows = false): FargateSize[] {
  return [...MEMORY].flatMap(([cpu, { from, to, step }]) => {
    if (windows && !WINDOWS_CPU.includes(cpu)) return [];
    const count = (to - from) / step + 1;
    const steps = Array.from({ length: count }, (_, index) => (from + index * step) * 1024);
    return (cpu === 256 ? [512, ...steps] : steps).map((memory) => ({ cpu, memory }));
  });
}

/** The smallest size that has at least so much; where there is none, the largest. */
export function nearestFargateSize({ cpu, memory }: FargateSize, windows = false): FargateSize {
  const sizes = fargateSizes(windows);
  const enough = sizes.find((size) => size.cpu >= cpu && size.memory >= memory);
  return enough ?? sizes.at(-1) ?? { cpu, memory };
}
