/** Finds the engines of this machine. */
import { access, constants, stat } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { ContainerEngine, type ContainerEngineName } from './container-engine.ts';
import type { Engine, EngineName } from './engine.ts';
import { createHostEngine } from './host/host.ts';

export interface EngineOptions {
  /** Of the engine's command line. Default: this process's. */
  environment?: Readonly<Record<string, string | undefined>> | undefined;
  /** Slipway's own folder: the host engine keeps what it knows of its processes in `host` below it. */
  folder: string;
}

/** The engine of this name; whether it can be reached, its first use tells. */
export function createEngine(name: EngineName, options: EngineOptions): Engine {
  if (name === 'host') return createHostEngine({ folder: join(options.folder, 'host') });
  return new ContainerEngine(name, options.environment, options.folder);
}

/**
 * Docker if it can be reached, else Podman, else undefined. A running daemon is told by its socket,
 * because asking it takes as long as starting a container.
 */
export async function detectEngine(
  environment: Readonly<Record<string, string | undefined>> = process.env,
): Promise<ContainerEngineName | undefined> {
  const [docker, podman] = await Promise.all([
    isInstalled('docker', environment).then(
      async (installed) => installed && dockerListens(environment),
    ),
    isInstalled('podman', environment),
  ]);
  return docker ? 'docker' : podman ? 'podman' : undefined;
}

/** Whether a command is on the PATH. */
export async function isInstalled(
  command: string,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<boolean> {
  const folders = (environment.PATH ?? '').split(delimiter).filter((folder) => folder !== '');
  const found = await Promise.all(folders.map((folder) => canRun(join(folder, command))));
  return found.includes(true);
}

async function canRun(file: string): Promise<boolean> {
  return Promise.all([access(file, constants.X_OK), stat(file)]).then(
    // A folder can be "executed" too.
    ([, found]) => found.isFile(),
    () => false,
  );
}

/** Seconds that a daemon may take to say that it is there. */
const LISTEN_TIMEOUT = 5;

async function dockerListens(
  environment: Readonly<Record<string, string | undefined>>,
): Promise<boolean> {
  const custom = environment.DOCKER_HOST !== undefined || environment.DOCKER_CONTEXT !== undefined;
  if (!custom && (await connects('/var/run/docker.sock'))) return true;
  // Another socket or machine, as a context or a variable has it: only the command line knows.
  const { runCommand } = await import('./command.ts');
  return runCommand('docker', ['version', '--format', '{{.Server.Version}}'], {
    environment,
    timeout: LISTEN_TIMEOUT,
  }).then(
    ({ exitCode }) => exitCode === 0,
    () => false,
  );
}

async function connects(socket: string): Promise<boolean> {
  const { connect } = await import('node:net');
  return new Promise((resolve) => {
    const connection = connect(socket);
    const settle = (listens: boolean) => {
      connection.destroy();
      resolve(listens);
    };
    connection.once('connect', () => settle(true));
    connection.once('error', () => settle(false));
    connection.setTimeout(LISTEN_TIMEOUT * 1000, () => settle(false));
  });
}
