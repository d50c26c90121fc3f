/** One run's own piece of the machine: all that it may leave behind is found in it, or by its name. */
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import {
  cp,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  realpath,
  rm,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import type { EngineName } from '../../src/engine/engine.ts';
import { type Ended, ended } from '../support/command-line.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const KILLER = resolve(import.meta.dirname, 'killer.mjs');

/** Milliseconds that what is about to happen may take. */
const LIMIT = 20_000;
const LOOK = 25;

/** Which process dies, when, and with whom: see killer.mjs. */
export interface Strike {
  role: 'client' | 'supervisor';
  /** 0 to count the moments and kill nobody. */
  at: number;
  /** Counted from here on, where given. */
  armed?: string | undefined;
  children?: boolean | undefined;
}

/** What the host engine and the jobs need: with nothing else, `gc` asks no other engine each time. */
const PROGRAMS = ['sh', 'cat', 'grep', 'ln', 'mv', 'seq', 'sleep'];

export interface Build {
  cli: string;
  /** The PATH of runs on the host. */
  bin: string;
  remove: () => Promise<void>;
}

/** A copy of what is shipped, which nobody builds anew while it runs. */
export async function copyOfBuild(): Promise<Build> {
  // Below node_modules, from where its packages are found and which nobody commits.
  const folder = join(ROOT, 'node_modules', '.cache', `slipway-kill-${process.pid}`);
  await cp(join(ROOT, 'dist'), join(folder, 'dist'), { recursive: true });
  await writeFile(join(folder, 'package.json'), '{"type":"module"}');
  await mkdir(join(folder, 'bin'));
  for (const name of PROGRAMS) {
    await symlink(
      (await promisify(execFile)('which', [name])).stdout.trim(),
      join(folder, 'bin', name),
    );
  }
  return {
    cli: join(folder, 'dist', 'cli.js'),
    bin: join(folder, 'bin'),
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

export class Site {
  readonly #build: Build;
  readonly folder: string;
  readonly engine: EngineName;
  /** Where outputs go. */
  readonly out: string;
  /** Unlike any other run's, so that what bears it is this run's. */
  readonly id = `kill${randomBytes(5).toString('hex')}`;

  private constructor(build: Build, folder: string, engine: EngineName, out: string) {
    this.#build = build;
    this.folder = folder;
    this.engine = engine;
    this.out = out;
  }

  /** @param elsewhere in which folder outputs are put in one of their own; the site's where absent. */
  static async make(build: Build, engine: EngineName, elsewhere?: string): Promise<Site> {
    const folder = await realpath(await mkdtemp(join(tmpdir(), 'slipway-kill-')));
    for (const name of ['ledger', 'temporary', 'out']) await mkdir(join(folder, name));
    await writeFile(join(folder, 'text.txt'), 'some text\n');
    const out =
      elsewhere === undefined
        ? join(folder, 'out')
        : await mkdtemp(join(elsewhere, 'slipway-kill-'));
    return new Site(build, folder, engine, out);
  }

  path(...names: string[]): string {
    return join(this.folder, ...names);
  }

  /** Runs `slipway` to its end, whoever kills it. */
  async slipway(args: readonly string[], strike?: Strike): Promise<Ended> {
    return ended(process.execPath, [this.#build.cli, ...args], {
      cwd: this.folder,
      env: { ...this.#environment(), ...(strike && this.#threat(strike)) },
    });
  }

  #environment(): Record<string, string | undefined> {
    const { NODE_OPTIONS, SLIPWAY_ENGINE, SLIPWAY_PROFILE, FORCE_COLOR, ...rest } = process.env;
    return {
      ...rest,
      ...(this.engine === 'host' && { PATH: this.#build.bin }),
      SLIPWAY_HOME: this.path('home'),
      XDG_CONFIG_HOME: this.path('config'),
      TMPDIR: this.path('temporary'),
    };
  }

  #threat({ role, at, armed, children }: Strike): Record<string, string> {
    return {
      NODE_OPTIONS: `--import=${KILLER}`,
      KILL_ROLE: role,
      KILL_AT: String(at),
      KILL_NOTE: this.path('killed'),
      ...(armed !== undefined && { KILL_ARMED: armed }),
      ...(children && { KILL_CHILDREN: 'yes' }),
    };
  }

  /** Where somebody was killed; or, where nobody was to be, how many moments there were. */
  async note(): Promise<string | undefined> {
    return existsSync(this.path('killed')) ? readFile(this.path('killed'), 'utf8') : undefined;
  }

  /** How often the job itself ran, by its own account. */
  async ledger(): Promise<string[]> {
    const names = await readdir(this.path('ledger'));
    const texts = await Promise.all(
      names.map((name) => readFile(this.path('ledger', name), 'utf8')),
    );
    return texts
      .join('')
      .split('\n')
      .filter((line) => line !== '');
  }

  /** Waits until the job has noted that it runs; whoever runs it must not end before. */
  async noted(client?: Promise<Ended>): Promise<void> {
    const runs = async () => (await this.ledger()).length > 0;
    const ending = client?.then(async (end) => {
      if (!(await runs())) throw new Error(`It ended and had not run: ${JSON.stringify(end)}`);
    });
    await Promise.race([until('the job to run', runs), ...(ending === undefined ? [] : [ending])]);
  }

  /** Waits until no process of this run has `word` among its words. */
  async gone(word: string): Promise<void> {
    await until(`${word} to end`, async () =>
      (await this.#processesNow()).every(({ words }) => !words.includes(word)),
    );
  }

  /** Kills all processes of Slipway itself, and nothing that they have started. */
  async killSlipway(): Promise<void> {
    await this.#kill((words) => words.includes(this.#build.cli));
  }

  /** Kills the process through which Slipway follows the container. */
  async killEngineClient(): Promise<void> {
    const isClient = ([program = '', verb]: readonly string[]) =>
      basename(program) === this.engine && verb === 'run';
    if ((await this.#kill(isClient)) === 0) throw new Error(`There is no ${this.engine} run.`);
  }

  /** @returns how many were killed. */
  async #kill(isMeant: (words: readonly string[]) => boolean): Promise<number> {
    let count = 0;
    for (const { pid, words } of await this.#processesNow()) {
      if (!isMeant(words)) continue;
      try {
        process.kill(pid, 'SIGKILL');
        count += 1;
      } catch (error) {
        // It has ended by itself since.
        if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
      }
    }
    return count;
  }

  /** All that is there of this run besides its record and its log, asked of the machine itself. */
  async leftovers(): Promise<string[]> {
    const files = await this.#files();
    return [...files, ...(await this.#processes()), ...(await this.#resources())];
  }

  async #files(): Promise<string[]> {
    const entries = await readdir(this.folder, { recursive: true, withFileTypes: true });
    const outputs = (await readdir(this.out)).filter((name) => name !== 'copy');
    return [
      ...entries
        .map((entry) => join(entry.parentPath, entry.name).slice(this.folder.length + 1))
        .filter((path) => !this.#belongs(path))
        .map((path) => `file ${path}`),
      ...outputs.map((name) => `output ${name}`),
    ];
  }

  /** The record, the log, and what this test has put there itself. */
  #belongs(path: string): boolean {
    const run = `home/runs/${this.id}`;
    return [
      /^(ledger|temporary|out|home|home\/runs|home\/host)$/,
      /^(text\.txt|job\.json|killed|armed|ledger\/\w+|out\/copy)$/,
      /^home\/(id|runs\.db(-wal|-shm)?)$/,
      new RegExp(`^${run}(/supervisor\\.log|/\\d+|/\\d+/logs|/\\d+/logs/[\\w-]+\\.log)?$`),
    ].some((known) => known.test(path));
  }

  /** Waits for those that are about to end: the last supervisor lives a little longer than its run. */
  async #processes(): Promise<string[]> {
    let found: { pid: number; words: string[] }[] = [];
    await until('processes to end', async () => {
      found = await this.#processesNow();
      return found.length === 0;
    }).catch(() => undefined);
    return found.map(({ pid, words }) => `process ${pid}: ${words.join(' ').slice(0, 200)}`);
  }

  async #processesNow(): Promise<{ pid: number; words: string[] }[]> {
    const found: { pid: number; words: string[] }[] = [];
    for (const pid of await readdir('/proc')) {
      if (!/^\d+$/.test(pid) || Number(pid) === process.pid) continue;
      const read = (name: string) => readFile(`/proc/${pid}/${name}`, 'utf8').catch(() => '');
      const [line, variables] = [await read('cmdline'), await read('environ')];
      const isOurs = [this.folder, this.id].some((mark) => (line + variables).includes(mark));
      if (isOurs) found.push({ pid: Number(pid), words: line.split('\0') });
    }
    return found;
  }

  async #resources(): Promise<string[]> {
    const { engine } = this;
    if (engine === 'host') return [];
    const found: string[] = [];
    for (const words of [
      ['ps', '--all', '--format', '{{.Names}} {{.Labels}}'],
      ['volume', 'ls', '--format', '{{.Name}} {{.Labels}}'],
      ['network', 'ls', '--format', '{{.Name}} {{.Labels}}'],
    ]) {
      const { code, stdout, stderr } = await ended(engine, words, { env: process.env });
      if (code !== 0) throw new Error(`${engine} ${words.join(' ')}: ${stderr}`);
      const ours = stdout.split('\n').filter((line) => line.includes(this.id));
      found.push(...ours.map((line) => `${engine} ${words[0]}: ${line}`));
    }
    return found;
  }

  async remove(): Promise<void> {
    await rm(this.out, { recursive: true, force: true });
    await rm(this.folder, { recursive: true, force: true });
  }
}

async function until(what: string, holds: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + LIMIT;
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error(`Waited ${LIMIT / 1000} s for ${what}.`);
    await new Promise((settle) => setTimeout(settle, LOOK));
  }
}
