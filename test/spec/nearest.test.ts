import { describe, expect, it } from 'vitest';
import { didYouMean, nearest } from '../../src/spec/nearest.ts';

describe('nearest', () => {
  it.each([
    ['imge', 'image'],
    ['prots', 'ports'],
    ['working_directory', 'workingDirectory'],
    ['ENTRYPOINT', 'entryPoint'],
    ['cpus', 'cpu'],
  ])('finds for %s %s', (written, found) =>
    expect(nearest(written, ['image', 'ports', 'workingDirectory', 'entryPoint', 'cpu'])).toBe(
      found,
    ),
  );

  it.each(['', 'x', 'nothing', 'tag'])('finds nothing for "%s"', (written) =>
    expect(didYouMean(written, ['image', 'cpu'])).toBeUndefined(),
  );
});
