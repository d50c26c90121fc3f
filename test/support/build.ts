/** Builds dist/ before the tests where a source is newer than it: some tests run what is shipped. */
import { execFileSync } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';

const ROOT = resolve(import.meta.dirname, '../..');

export function setup(): void {
  const built = statSync(join(ROOT, 'dist/cli.js'), { throwIfNoEntry: false })?.mtimeMs ?? 0;
  const sources = readdirSync(join(ROOT, 'src'), { recursive: true, withFileTypes: true });
  const newest = Math.max(
    ...sources.map((entry) => statSync(join(entry.parentPath, entry.name)).mtimeMs),
  );
  if (newest > built) execFileSync('npx', ['tsdown'], { cwd: ROOT, stdio: 'ignore' });
}
