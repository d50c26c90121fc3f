import { describe, expect, it } from 'vitest';
import {
  fargateSizes,
  nearestFargateSize,
} from '../../../src/spec/task-definition/fargate-sizes.ts';

/** cpu units, and GiB, of "memory" of RegisterTaskDefinition in the ECS API reference. */
const SIZES: Readonly<Record<string, number[]>> = {
  256: [0.5, 1, 2],
  512: [1, 2, 3, 4],
  1024: [2, 3, 4, 5, 6, 7, 8],
  2048: [4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16],
  4096: [8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30],
  8192: [16, 20, 24, 28, 32, 36, 40, 44, 48, 52, 56, 60],
  16384: [32, 40, 48, 56, 64, 72, 80, 88, 96, 104, 112, 120],
};

describe('fargateSizes', () => {
  it('are those of the reference', () =>
    expect(fargateSizes()).toEqual(
      Object.entries(SIZES).flatMap(([cpu, gibibytes]) =>
        gibibytes.map((memory) => ({ cpu: Number(cpu), memory: memory * 1024 })),
      ),
    ));

  it('are fewer for Windows', () =>
    expect([...new Set(fargateSizes(true).map(({ cpu }) => cpu))]).toEqual([1024, 2048, 4096]));
});

describe('nearestFargateSize', () => {
  it.each([
    [
      { cpu: 256, memory: 4096 },
      { cpu: 512, memory: 4096 },
    ],
    [
      { cpu: 300, memory: 100 },
      { cpu: 512, memory: 1024 },
    ],
    [
      { cpu: 8192, memory: 17000 },
      { cpu: 8192, memory: 20480 },
    ],
    [
      { cpu: 4096, memory: 32768 },
      { cpu: 8192, memory: 32768 },
    ],
    [
      { cpu: 99_999, memory: 1 },
      { cpu: 16384, memory: 122_880 },
    ],
  ])('of %j is %j', (size, expected) => expect(nearestFargateSize(size)).toEqual(expected));
});
