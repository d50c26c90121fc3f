import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  formatDuration,
  formatMemory,
  parseCpu,
  parseDuration,
  parseMemory,
} from '../../src/spec/units.ts';

describe('parseMemory', () => {
  it.each([
    ['16 GiB', 16_384],
    ['512MiB', 512],
    ['512m', 512],
    ['2', 2048],
    [0.5, 512],
    ['1.5gb', 1536],
    ['1048576 b', 1],
  ])('reads %s as %s MiB', (written, expected) => expect(parseMemory(written)).toBe(expected));

  it.each(['', 'lots', '-1', '0', '5 parsecs', Number.NaN, -2])('refuses %s', (written) =>
    expect(parseMemory(written)).toBeUndefined(),
  );

  it('reads back what formatMemory writes', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1023 }), (mebibytes) => {
        expect(parseMemory(formatMemory(mebibytes))).toBe(mebibytes);
      }),
    );
  });
});

describe('parseDuration', () => {
  it.each([
    ['90s', 90],
    ['1h 30m', 5400],
    ['500 ms', 0.5],
    ['45', 45],
    [0, 0],
  ])('reads %s as %s s', (written, expected) => expect(parseDuration(written)).toBe(expected));

  it.each(['', 'soon', '-1s', '1 fortnight', '3h later', -1])('refuses %s', (written) =>
    expect(parseDuration(written)).toBeUndefined(),
  );
});

describe('parseCpu', () => {
  it.each([
    ['0.25', 0.25],
    ['2 vCPU', 2],
    ['1024 units', 1],
    [4, 4],
  ])('reads %s as %s vCPU', (written, expected) => expect(parseCpu(written)).toBe(expected));

  it.each(['0', 'many', -1])('refuses %s', (written) => expect(parseCpu(written)).toBeUndefined());
});

describe('formatDuration', () => {
  it.each([
    [0.42, '0.4s'],
    [59.6, '1m'],
    [200, '3m 20s'],
    [7500, '2h 5m'],
    [86_400, '1d'],
  ])('writes %s s as %s', (seconds, expected) => expect(formatDuration(seconds)).toBe(expected));
});
