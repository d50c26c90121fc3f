import { homedir } from 'node:os';
import { join, resolve } from 'node:path';

/**
 * An absolute path: `~/` is the user's home folder, and what is relative is so to `folder`. An empty
 * path stays one, so that a schema can refuse it.
 */
export function resolvePath(path: string, folder: string): string {
  if (path === '') return '';
  if (path === '~') return homedir();
  return path.startsWith('~/') ? join(homedir(), path.slice(2)) : resolve(folder, path);
}
