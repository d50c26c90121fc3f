/** An image for tests, made from this machine's static busybox: no registry is needed. */
import { execFile } from 'node:child_process';
import { chmod, copyFile, mkdir, mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ContainerEngine, type ContainerEngineName } from '../../src/engine/container-engine.ts';

const run = promisify(execFile);

const NEEDED = 'The container tests need a static busybox: apt-get install busybox-static';

const IMAGE = 'localhost/slipway-test:busybox';

/** The image that tests run, imported if it is not there. */
export async function busyboxImage(engine: ContainerEngineName): Promise<string> {
  await importBusyboxAs(engine, IMAGE);
  return IMAGE;
}

/** Gives an engine busybox under any name, as if it had been pulled. */
export async function importBusyboxAs(engine: ContainerEngineName, image: string): Promise<void> {
  if (await new ContainerEngine(engine).hasImage(image)) return;
  const folder = await mkdtemp(join(tmpdir(), 'slipway-busybox-'));
  try {
    const archive = join(folder, 'root.tar');
    await run('tar', ['-cf', archive, '-C', await rootFolder(folder), '.']);
    await run(engine, ['import', '-c', 'ENV PATH=/bin', archive, image]);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function rootFolder(folder: string): Promise<string> {
  const root = join(folder, 'root');
  const bin = join(root, 'bin');
  for (const name of ['bin', 'etc', 'tmp', 'proc', 'sys', 'dev']) {
    await mkdir(join(root, name), { recursive: true });
  }
  await chmod(join(root, 'tmp'), 0o1777);
  const busybox = await findBusybox();
  const { stdout } = await run(busybox, ['--list']);
  for (const applet of stdout.trim().split('\n')) {
    if (applet !== 'busybox') await symlink('busybox', join(bin, applet));
  }
  await copyFile(busybox, join(bin, 'busybox'));
  await chmod(join(bin, 'busybox'), 0o755);
  return root;
}

async function findBusybox(): Promise<string> {
  const { stdout } = await run('/bin/sh', ['-c', 'command -v busybox']).catch(() => {
    throw new Error(NEEDED);
  });
  const busybox = stdout.trim();
  // Where there is no ldd, the first container will tell.
  const libraries = await run('ldd', [busybox]).catch(() => ({ stdout: '' }));
  if (libraries.stdout.includes('=>')) throw new Error(`${NEEDED} (${busybox} is not static)`);
  return busybox;
}
