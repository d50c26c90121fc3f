/** What this machine itself has: Node, and the folder that Slipway keeps everything in. */
import { randomBytes } from 'node:crypto';
import { rm, statfs, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { makeFolder } from '../../make-folder.ts';
import { formatMemory } from '../../spec/units.ts';
import { type Check, check } from './check.ts';

/** Bytes of free space below which a run may well fill the disk. */
const LITTLE_SPACE = 1024 ** 3;

/**
 * @param floor what the package says of Node, as `>=20.19.0`.
 * @param version of this Node, without its `v`.
 */
export function checkNode(floor: string, version: string): Check {
  const needed = floor.replace(/^\D+/, '');
  const isEnough = version.localeCompare(needed, 'en', { numeric: true }) >= 0;
  return isEnough
    ? check('node', 'ok', `Node ${version} (${needed} or newer is needed)`)
    : check('node', 'broken', `Node ${version} is too old: ${needed} or newer is needed`, {
        hint: 'Install a newer Node: https://nodejs.org/en/download',
      });
}

/** Whether records, logs and files can be written, and how much of them. It makes the folder. */
export async function checkHome(home: string): Promise<Check> {
  const hint = 'Make it writable, or name another folder in SLIPWAY_HOME.';
  const probe = join(home, `.doctor-${randomBytes(4).toString('hex')}`);
  try {
    await makeFolder(home, 0o700);
    await writeFile(probe, '');
    await rm(probe);
  } catch (error) {
    return check('home', 'broken', `${home} cannot be written: ${(error as Error).message}`, {
      hint,
    });
  }
  const { bavail, bsize } = await statfs(home);
  const free = bavail * bsize;
  const message = `${home} (${formatMemory(free / 1024 ** 2)} free)`;
  if (free < LITTLE_SPACE) {
    return check('home', 'warning', message, {
      hint: 'Make space: slipway gc --older-than 7d forgets old runs with their logs.',
    });
  }
  return check('home', 'ok', message);
}
