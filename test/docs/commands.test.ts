/** Every command and program in the documentation is run, in a copy of what a clone has. */
import { cp, mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { importBusyboxAs } from '../support/busybox-image.ts';
import { binaryFolder, ended, environment } from '../support/command-line.ts';
import { presentEngines } from '../support/engines.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const PAGES = [
  'README.md',
  'examples/README.md',
  'docs/jobs.md',
  'docs/command-line.md',
  'docs/library.md',
];

/** The image that the documentation and the examples name. */
const IMAGE = 'docker.io/library/busybox:1.37';

const engines = [...(await presentEngines()), 'host' as const];

/** Lines of indented blocks that begin with the program's name. */
function commandsIn(page: string): string[] {
  return page.split('\n').flatMap((line) => /^ {4}(slipway .*)$/.exec(line)?.[1] ?? []);
}

function blocksIn(page: string, language: string): string[] {
  const blocks = page.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\`$`, 'gm'));
  return [...blocks].map((block) => block[1] ?? '');
}

/** What a clone has, and the file and texts that the front page speaks of. */
async function clone(): Promise<{ folder: string; env: Record<string, string | undefined> }> {
  const base = await temporaryFolder();
  const folder = join(base, 'clone');
  await cp(join(ROOT, 'examples'), join(folder, 'examples'), { recursive: true });
  await cp(join(ROOT, 'README.md'), join(folder, 'README.md'));
  await cp(join(ROOT, 'examples/word-count/texts'), join(folder, 'texts'), { recursive: true });
  const readme = await readFile(join(ROOT, 'README.md'), 'utf8');
  await writeFile(join(folder, 'count.yaml'), blocksIn(readme, 'yaml')[0] ?? '');
  const commandLine = await readFile(join(ROOT, 'docs/command-line.md'), 'utf8');
  await writeFile(join(folder, 'slipway.config.yaml'), blocksIn(commandLine, 'yaml')[0] ?? '');
  await mkdir(join(folder, 'node_modules'));
  await symlink(ROOT, join(folder, 'node_modules/slipway'));
  const env = environment(join(base, 'home'));
  return { folder, env: { ...env, PATH: `${await binaryFolder(base)}:${process.env.PATH}` } };
}

beforeAll(async () => {
  for (const engine of engines) if (engine !== 'host') await importBusyboxAs(engine, IMAGE);
});

describe.each(PAGES)('%s', (page) => {
  it.each(engines)('has commands that work, with %s', { timeout: 240_000 }, async (engine) => {
    const { folder, env } = await clone();
    const text = await readFile(join(ROOT, page), 'utf8');
    for (const command of commandsIn(text)) {
      const { code, stderr } = await ended('/bin/sh', ['-c', command], {
        cwd: folder,
        env: { ...env, SLIPWAY_ENGINE: engine },
      });
      // Stopped on purpose by the page itself.
      expect({ command, code, stderr }).toEqual({ command, code: 0, stderr });
    }
  });
});

describe.each(['README.md', 'docs/library.md'])('%s', (page) => {
  it('has a program that works', { timeout: 120_000 }, async () => {
    const { folder, env } = await clone();
    const [program = ''] = blocksIn(await readFile(join(ROOT, page), 'utf8'), 'ts');
    const file = join(folder, 'program.mjs');
    await writeFile(file, page === 'README.md' ? onEngine(program) : program);
    const { code, stderr } = await ended(process.execPath, [file], { cwd: dirname(file), env });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  });
});

/** Where there is no container engine, the same program on the host. */
function onEngine(program: string): string {
  if (engines.length > 1) return program;
  return program.replace(/dockerImage: .*,/, "engine: 'host',");
}
