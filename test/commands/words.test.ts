import { describe, expect, it } from 'vitest';
import { splitAtSeparator } from '../../src/commands/words.ts';

/** What was typed, and what commander leaves of it. */
const cases: [string[], string[], string[], string[]][] = [
  [
    ['run', 'job.yaml', '--', 'echo', 'hi'],
    ['job.yaml', 'echo', 'hi'],
    ['job.yaml'],
    ['echo', 'hi'],
  ],
  [['run', '--', 'echo', '--', 'x'], ['echo', '--', 'x'], [], ['echo', '--', 'x']],
  [['run', 'a', 'b'], ['a', 'b'], ['a', 'b'], []],
  [['run', '--name', '--', '--', 'echo'], ['echo'], [], ['echo']],
  [['run', 'job.yaml', '--'], ['job.yaml'], ['job.yaml'], []],
];

describe('the words behind --', () => {
  it.each(cases)('%j', (raw, operands, before, after) => {
    expect(splitAtSeparator(raw, operands)).toEqual({ before, after });
  });
});
