import { homedir } from 'node:os';
import { describe, expect, it } from 'vitest';
import { resolvePath } from '../../src/spec/paths.ts';

describe('resolvePath', () => {
  it.each([
    ['a/b', '/work/a/b'],
    ['../a', '/a'],
    ['/x/../y', '/y'],
    ['a/*.csv', '/work/a/*.csv'],
    ['out/', '/work/out/'],
    ['/', '/'],
    ['~', homedir()],
    ['~/a', `${homedir()}/a`],
    ['~/', `${homedir()}/`],
    ['~a', '/work/~a'],
    ['', ''],
    ['s3://bucket/key', 's3://bucket/key'],
    ['file:x', '/work/file:x'],
  ])('makes of %s %s', (written, path) => expect(resolvePath(written, '/work')).toBe(path));
});
