import { describe, expect, it } from 'vitest';
import { formatProblem, SlipwayError, SpecError } from '../src/errors.ts';

describe('SpecError', () => {
  const problem = {
    severity: 'error' as const,
    path: ['containerDefinitions', 0, 'imgae'],
    message: 'unknown key',
    hint: 'did you mean "image"?',
    line: 4,
    column: 7,
  };

  it('names every problem, its place, and the way out', () => {
    const error = new SpecError('job.yaml', [problem, { ...problem, path: ['cpu'] }]);
    expect(error).toBeInstanceOf(SlipwayError);
    expect(error.exitCode).toBe(2);
    expect(error.message.split('\n')).toHaveLength(3);
    expect(error.message).toContain('containerDefinitions[0].imgae: unknown key');
  });

  it('writes positions as editors link them', () => {
    expect(formatProblem(problem, 'job.yaml')).toBe(
      'job.yaml:4:7: containerDefinitions[0].imgae: unknown key (did you mean "image"?)',
    );
  });
});
