import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ContainerSpec } from '../engine.ts';
import { ContainerExists, EngineFailed } from '../errors.ts';
import { argvOf } from './command.ts';
import { throughShell } from './environment.ts';
import { memoryKills } from './processes.ts';
import { files, readIfThere, readLatestStart, type StoredContainer } from './state.ts';
import { ulimitScript } from './ulimits.ts';
import { WRAPPER } from './wrapper.ts';

/** Before the name of a folder that is not a container yet: `.creating-<pid>-<random>`. */
export const CREATING = '.creating-';

/** Milliseconds that a wrapper may take to claim its start; it takes a few. */
const CLAIM_TIMEOUT = 30_000;

/**
 * Makes a container's folder, whole or not at all.
 *
 * @throws ContainerExists where the name is taken.
 */
export async function createFolder(folder: string, container: StoredContainer): Promise<void> {
  const parent = join(folder, '..');
  await mkdir(parent, { recursive: true });
  const partial = await mkdtemp(join(parent, `${CREATING}${process.pid}-`));
  try {
    await Promise.all([
      writeFile(files.container(partial), `${JSON.stringify(container)}\n`),
      writeFile(files.output(partial, 'stdout'), ''),
      writeFile(files.output(partial, 'stderr'), ''),
      mkdir(files.scratch(partial)),
    ]);
    await rename(partial, folder);
  } catch (error) {
    await rm(partial, { recursive: true, force: true });
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOTEMPTY' || code === 'EEXIST') throw new ContainerExists(container.spec.name);
    throw error;
  }
}

export interface Launch {
  folder: string;
  stored: StoredContainer;
  secrets: Readonly<Record<string, string>>;
  number: number;
  /** The shell and its options that runs the wrapper. */
  shell: readonly string[];
}

/**
 * Starts a wrapper in a session of its own. Gives it once it has claimed the start, and undefined
 * where another process's wrapper was first.
 *
 * @throws EngineFailed with the shell's words where no wrapper could claim it.
 */
export async function launch(options: Launch): Promise<ChildProcess | undefined> {
  const child = spawnWrapper(options);
  const ending = await new Promise<'claimed' | number | NodeJS.Signals | Error>((resolve) => {
    const timer = setTimeout(() => resolve(new Error('it did not answer')), CLAIM_TIMEOUT);
    const settle = (value: 'claimed' | number | NodeJS.Signals | Error) => {
      clearTimeout(timer);
      resolve(value);
    };
    child.once('error', settle);
    child.once('exit', (code, signal) => settle(code ?? signal ?? 0));
    child.stdout?.once('data', () => settle('claimed'));
  });
  child.stdout?.destroy();
  if (ending === 'claimed') return child;
  if (ending instanceof Error) child.kill('SIGKILL');
  // What the claim says, whatever the wrapper said: it may have been heard too late.
  const claimed = await readLatestStart(options.folder);
  if (claimed?.number === options.number) {
    return claimed.wrapper?.pid === child.pid ? child : undefined;
  }
  const words = await readIfThere(files.wrapperErrors(options.folder));
  const why = ending instanceof Error ? ending.message : `the shell ended with ${ending}`;
  throw new EngineFailed(
    `The container ${options.stored.spec.name} could not be started: ${why}. ${words ?? ''}`.trim(),
    { cause: ending instanceof Error ? ending : undefined },
  );
}

function spawnWrapper({ folder, stored, secrets, number, shell }: Launch): ChildProcess {
  const container: ContainerSpec = { ...stored.spec, secrets };
  const { environment, argv } = throughShell(container, stored.id, argvOf(container));
  const directory = container.workingDirectory ?? files.scratch(folder);
  const limits = ulimitScript(container.ulimits);
  const [program = '/bin/sh', ...options] = shell;
  const errors = openSync(files.wrapperErrors(folder), 'a');
  try {
    return spawn(
      program,
      [
        ...options,
        '-c',
        WRAPPER,
        'slipway',
        folder,
        String(number),
        directory,
        limits,
        String(memoryKills() ?? ''),
        ...argv,
      ],
      { detached: true, env: environment, cwd: '/', stdio: ['ignore', 'pipe', errors] },
    );
  } catch (error) {
    // For instance a command line that is longer than the system takes.
    throw new EngineFailed(
      `The container ${stored.spec.name} could not be started: ${(error as Error).message}.`,
      { cause: error },
    );
  } finally {
    closeSync(errors);
  }
}
