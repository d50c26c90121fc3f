/** The command line of Docker or Podman, with what both have in common in their answers. */
import { type CommandOptions, type CommandResult, runCommand, spawnApart } from './command.ts';
import { quoteField } from './container-arguments.ts';
import { EngineFailed } from './errors.ts';

export type ContainerEngineName = 'docker' | 'podman';

const ABSENT =
  /no such (container|object|volume|image)|no container with (name|id)|no such volume/i;
const NOT_RUNNING =
  /is not running|not in a running state|can only (kill|stop)|already stopped|is not paused/i;

export class EngineClient {
  readonly name: ContainerEngineName;
  readonly #environment: Readonly<Record<string, string | undefined>>;
  readonly #folder: string;

  constructor(
    name: ContainerEngineName,
    environment: Readonly<Record<string, string | undefined>>,
    folder: string,
  ) {
    this.name = name;
    this.#environment = environment;
    this.#folder = folder;
  }

  /** Starts the command line with its output to read. */
  attach(words: readonly string[], environment: Readonly<Record<string, string>> = {}) {
    return spawnApart(this.name, words, {
      env: { ...this.#environment, ...environment } as NodeJS.ProcessEnv,
      cwd: this.#folder,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  }

  /** Runs the command line to its end, whatever that is. */
  command(words: readonly string[], options: Partial<CommandOptions> = {}): Promise<CommandResult> {
    return runCommand(this.name, words, {
      ...options,
      folder: this.#folder,
      environment: { ...this.#environment, ...options.environment },
    });
  }

  /** @throws EngineFailed where it fails. */
  async expect(words: readonly string[], options: Partial<CommandOptions> = {}) {
    const result = await this.command(words, options);
    if (result.exitCode !== 0) throw this.failure(words.slice(0, 2).join(' '), result);
    return result;
  }

  /** What is not there any more, or does not run any more, needs nothing done to it. */
  unlessGone(command: string, result: CommandResult): void {
    if (result.exitCode === 0) return;
    if (isAbsent(result) || NOT_RUNNING.test(result.stderr)) return;
    throw this.failure(command, result);
  }

  failure(command: string, result: CommandResult): EngineFailed {
    return new EngineFailed(`${this.name} ${command} failed: ${lastWords(result)}`);
  }

  /**
   * What narrows a list; the labels themselves decide, because Podman 4.3 lists volumes that have any
   * of the labels. Podman reads a filter as a line of CSV, Docker as it is.
   */
  labelFilters(labels: Readonly<Record<string, string>>): string[] {
    return Object.entries(labels).flatMap(([key, value]) => {
      const filter = `label=${key}=${value}`;
      return ['--filter', this.name === 'podman' ? quoteField(filter) : filter];
    });
  }
}

/** Whether the engine says that there is no such thing. */
export function isAbsent(result: CommandResult): boolean {
  return ABSENT.test(result.stderr);
}

/** Whether a thing has all of these labels. */
export function hasLabels(
  own: Readonly<Record<string, string>>,
  wanted: Readonly<Record<string, string>>,
): boolean {
  return Object.entries(wanted).every(([key, value]) => own[key] === value);
}

/** The engine's own words for what went wrong. */
export function lastWords(result: CommandResult): string {
  return tidy(result.stderr) || tidy(result.stdout) || `exit code ${result.exitCode}`;
}

/** The engine's words without what only its own users need. */
export function tidy(words: string): string {
  return words
    .replaceAll(/^(docker: )?(Error response from daemon: |Error: )/gm, '')
    .replaceAll(/\n*Run 'docker run --help' for more information\s*/g, '')
    .replaceAll(/\s+See 'docker run --help'\.\s*/g, '')
    .trim();
}
