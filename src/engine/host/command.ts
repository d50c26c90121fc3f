import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { delimiter, join, resolve } from 'node:path';
import type { ContainerSpec } from '../engine.ts';
import { EngineFailed } from '../errors.ts';
import { environmentOf } from './environment.ts';
import { missing } from './state.ts';

/** The entry point and the command, which together are what is run. */
export function argvOf(container: Pick<ContainerSpec, 'entryPoint' | 'command'>): string[] {
  return [...(container.entryPoint ?? []), ...(container.command ?? [])];
}

/**
 * Refuses, before anything is created, what could not be started.
 *
 * @throws EngineFailed where there is no command, no such program or no such working directory.
 */
export async function checkCommand(
  container: Omit<ContainerSpec, 'secrets'>,
  directory: string | undefined,
): Promise<void> {
  const [program] = argvOf(container);
  if (program === undefined) {
    throw new EngineFailed(`The container ${container.name} has no command.`, {
      hint: 'The host engine has no image to take one from: give a command.',
    });
  }
  if (directory !== undefined) await checkDirectory(directory);
  const path = environmentOf(container, {}).PATH ?? '';
  // A path with a slash is taken from the working directory; a fresh one has nothing in it.
  const candidates = program.includes('/')
    ? [resolve(directory ?? '/', program)]
    : path.split(delimiter).map((folder) => join(folder || '.', program));
  for (const candidate of candidates) if (await isExecutable(candidate)) return;
  throw new EngineFailed(
    program.includes('/')
      ? `There is no program ${candidates[0]}, or it may not be executed.`
      : `There is no program ${program} in the PATH ${path}.`,
    { hint: "The host engine runs this machine's own programs: install it, or use an image." },
  );
}

async function checkDirectory(directory: string): Promise<void> {
  const status = await stat(directory).catch(missing);
  if (status?.isDirectory()) return;
  const what = status === undefined ? 'does not exist' : 'is not a folder';
  throw new EngineFailed(`The working directory ${directory} ${what}.`, {
    hint: 'On the host engine it is a folder of this machine; without one a fresh folder is used.',
  });
}

async function isExecutable(file: string): Promise<boolean> {
  const status = await stat(file).catch(() => undefined);
  if (!status?.isFile()) return false;
  return access(file, constants.X_OK).then(
    () => true,
    () => false,
  );
}
