/** The command line from its sources, as a process of its own. */
import { spawn } from 'node:child_process';
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const CLI = resolve(import.meta.dirname, '../../src/cli.ts');
const TSX = fileURLToPath(import.meta.resolve('tsx'));

export interface Ended {
  code: number | null;
  stdout: string;
  stderr: string;
}

export interface Surroundings {
  cwd?: string;
  /** Over this process's own environment. */
  env?: Readonly<Record<string, string | undefined>>;
  input?: string;
}

/** Runs `slipway` to its end; nothing of the machine's own configuration reaches it. */
export async function slipway(
  args: readonly string[],
  home: string,
  { cwd, env, input }: Surroundings = {},
): Promise<Ended> {
  return ended(process.execPath, ['--import', TSX, CLI, ...args], {
    cwd: cwd ?? home,
    env: { ...environment(home), ...env },
    ...(input !== undefined && { input }),
  });
}

/** The environment in which Slipway's home and all of its user's folders are below `home`. */
export function environment(home: string): Record<string, string | undefined> {
  const { SLIPWAY_PROFILE, SLIPWAY_ENGINE, FORCE_COLOR, ...rest } = process.env;
  return { ...rest, SLIPWAY_HOME: home, XDG_CONFIG_HOME: join(home, 'config'), HOME: home };
}

/** Makes a folder with an executable `slipway`, for shells, and gives its path. */
export async function binaryFolder(folder: string): Promise<string> {
  const bin = join(folder, 'bin');
  const file = join(bin, 'slipway');
  await mkdir(bin);
  await writeFile(file, `#!/bin/sh\nexec '${process.execPath}' --import '${TSX}' '${CLI}' "$@"\n`);
  await chmod(file, 0o755);
  return bin;
}

/** Runs any program to its end. */
export async function ended(
  program: string,
  args: readonly string[],
  { cwd, env, input }: Surroundings,
): Promise<Ended> {
  const child = spawn(program, args, { cwd, env });
  const stdout: Buffer[] = [];
  const stderr: Buffer[] = [];
  child.stdout.on('data', (bytes) => stdout.push(bytes));
  child.stderr.on('data', (bytes) => stderr.push(bytes));
  // A program that does not read its input may be gone before all of it is written.
  child.stdin.on('error', () => undefined);
  child.stdin.end(input ?? '');
  const code = await new Promise<number | null>((settle, fail) => {
    child.on('error', fail);
    child.on('close', settle);
  });
  return {
    code,
    stdout: Buffer.concat(stdout).toString(),
    stderr: Buffer.concat(stderr).toString(),
  };
}
