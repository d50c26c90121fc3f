import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { EngineFailed } from '../errors.ts';
import { environmentOf, MARKER } from './environment.ts';
import { isAlive } from './identity.ts';
import { readProc } from './process-start.ts';
import { sendSignal } from './processes.ts';
import { files, readCommand, readLatestStart, type StoredContainer } from './state.ts';

/** What a shell exits with for a program that is not there, and for one that cannot be executed. */
const NOT_FOUND = 127;
const NOT_EXECUTABLE = 126;

export interface Execution {
  folder: string;
  stored: StoredContainer;
  /** Undefined where another process started the container. */
  secrets: Readonly<Record<string, string>> | undefined;
  argv: readonly string[];
}

/** Runs a command beside the container's own and gives its exit code; its output is dropped. */
export async function execute(options: Execution, timeoutSeconds: number): Promise<number> {
  const { folder, stored, argv } = options;
  const environment = await environmentOfRunning(options);
  const child = spawn(argv[0] ?? '', argv.slice(1), {
    cwd: stored.spec.workingDirectory ?? files.scratch(folder),
    env: environment,
    detached: true,
    stdio: 'ignore',
  });
  let timedOut = false;
  const timer = setTimeout(() => {
    timedOut = true;
    if (child.pid !== undefined) sendSignal(-child.pid, 'SIGKILL');
  }, timeoutSeconds * 1000);
  const code = await exitCodeOf(child).finally(() => clearTimeout(timer));
  if (!timedOut) return code;
  throw new EngineFailed(
    `${argv.join(' ')} did not end within ${timeoutSeconds} s in ${stored.spec.name}.`,
  );
}

/** The same on this process's own streams. */
export async function executeAttached(
  options: Execution,
  workingDirectory: string | undefined,
): Promise<number> {
  const { folder, stored, argv } = options;
  const child = spawn(argv[0] ?? '', argv.slice(1), {
    cwd: workingDirectory ?? stored.spec.workingDirectory ?? files.scratch(folder),
    env: await environmentOfRunning(options),
    stdio: 'inherit',
  });
  return exitCodeOf(child);
}

/** The command's own environment. @throws EngineFailed where the container does not run. */
async function environmentOfRunning(options: Execution): Promise<Record<string, string>> {
  const { folder, stored } = options;
  const start = await readLatestStart(folder);
  const command = start === undefined ? undefined : await readCommand(folder, start.number);
  if (command === undefined || !(await isAlive(command))) {
    throw new EngineFailed(`The container ${stored.spec.name} does not run.`);
  }
  const secrets = options.secrets ?? secretsOf(command.pid, stored);
  return { ...environmentOf(stored.spec, secrets), [MARKER]: stored.id };
}

/** Secrets are written nowhere, but the process that was given them has them. */
function secretsOf(pid: number, stored: StoredContainer): Record<string, string> {
  if (stored.secretNames.length === 0) return {};
  const variables = new Map(
    (readProc(`/proc/${pid}/environ`) ?? '').split('\0').map((variable) => {
      const end = variable.indexOf('=');
      return [variable.slice(0, end), variable.slice(end + 1)];
    }),
  );
  const secrets: Record<string, string> = {};
  for (const name of stored.secretNames) {
    const value = variables.get(name);
    if (value === undefined) {
      throw new EngineFailed(
        `The secret ${name} of ${stored.spec.name} cannot be had again: only the process that started the container knew it.`,
      );
    }
    secrets[name] = value;
  }
  return secrets;
}

function exitCodeOf(child: ReturnType<typeof spawn>): Promise<number> {
  return new Promise((resolve, reject) => {
    child.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') resolve(NOT_FOUND);
      else if (error.code === 'EACCES') resolve(NOT_EXECUTABLE);
      else reject(new EngineFailed(`The command could not be run: ${error.message}.`));
    });
    child.once('exit', (code, signal) => {
      resolve(code ?? 128 + (signal === null ? 0 : constants.signals[signal]));
    });
  });
}
