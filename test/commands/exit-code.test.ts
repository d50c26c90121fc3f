import { describe, expect, it } from 'vitest';
import { exitCodeOf } from '../../src/commands/exit-code.ts';

describe('the exit code of a run', () => {
  it.each([
    ['SUCCEEDED', 0, undefined, 0],
    ['FAILED', 3, 'USER_CODE', 3],
    ['FAILED', 137, 'OUT_OF_MEMORY', 137],
    ['FAILED', 143, 'TIMEOUT', 124],
    ['FAILED', undefined, 'IMAGE_PULL', 125],
    ['FAILED', 0, 'STAGING', 125],
    ['STOPPED', 143, undefined, 143],
    ['STOPPED', 0, undefined, 130],
    ['STOPPED', undefined, undefined, 130],
  ] as const)('%s with exit code %s and %s is %i', (state, exitCode, failure, code) => {
    expect(exitCodeOf({ state, exitCode, failure })).toBe(code);
  });
});
