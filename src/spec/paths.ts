import { homedir } from 'node:os';
import { join, resolve } from 'node:path';

/** Whether `path` is an address such as `s3://bucket/key` and not a path of this machine. */
export function isAddress(path: string): boolean {
  return /^[a-z][a-z0-9+.-]+:\/\//i.test(path);
}

/**
 * An absolute path: `~/` is the user's home folder, and what is relative is so to `folder`. A slash
 * at the end stays: it says that a folder is meant. What is empty or an address stays as it is, so
 * that a schema can refuse it.
 */
export function resolvePath(path: string, folder: string): string {
  if (path === '' || isAddress(path)) return path;
  const absolute = /^~(?:\/|$)/.test(path) ? join(homedir(), path.slice(1)) : resolve(folder, path);
  return path.endsWith('/') && !absolute.endsWith('/') ? `${absolute}/` : absolute;
}
