import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { resolvePath } from './paths.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Slipway's home: `SLIPWAY_HOME`, or else a folder in the user's data folder, as the XDG Base
 * Directory Specification has it, or macOS.
 * @param folder what a relative `SLIPWAY_HOME` is relative to; default the current folder.
 */
export function slipwayHome(
  env: Environment = process.env,
  folder: string = process.cwd(),
  platform: NodeJS.Platform = process.platform,
): string {
  const named = env.SLIPWAY_HOME;
  return named === undefined || named === ''
    ? dataFolder(env, platform)
    : resolvePath(named, folder);
}

/** Where Slipway's home is if nobody names another. */
export function dataFolder(env: Environment, platform: NodeJS.Platform = process.platform): string {
  const named = absolute(env.XDG_DATA_HOME);
  if (named !== undefined) return join(named, 'slipway');
  return platform === 'darwin'
    ? join(userHome(env), 'Library', 'Application Support', 'slipway')
    : join(userHome(env), '.local', 'share', 'slipway');
}

/** Where the user's own configuration of Slipway is. */
export function configFolder(env: Environment): string {
  return join(absolute(env.XDG_CONFIG_HOME) ?? join(userHome(env), '.config'), 'slipway');
}

function userHome(env: Environment): string {
  return absolute(env.HOME) ?? homedir();
}

/** The specification has relative paths ignored. */
function absolute(path: string | undefined): string | undefined {
  return path !== undefined && isAbsolute(path) ? path : undefined;
}
