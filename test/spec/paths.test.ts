import { homedir } from 'node:os';
import { describe, expect, it } from 'vitest';
import { resolvePath } from '../../src/spec/paths.ts';

describe('resolvePath', () => {
  it.each([
    ['a/b', '/base/a/b'],
    ['../a', '/a'],
    ['/x/../y', '/y'],
    ['a/*.csv', '/base/a/*.csv'],
    ['out/', '/base/out/'],
    ['/', '/'],
    ['~', homedir()],
    ['~/a', `${homedir()}/a`],
    ['~/', `${homedir()}/`],
    ['~a', '/base/~a'],
    ['', ''],
    ['s3://bucket/key', 's3://bucket/key'],
    ['file:x', '/base/file:x'],
  ])('makes of %s %s', (written, path) => expect(resolvePath(written, '/base')).toBe(path));
});
