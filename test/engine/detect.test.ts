import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createEngine, detectEngine, isInstalled } from '../../src/engine/detect.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

/** An environment in which the command lines are scripts; Docker's is asked, not its socket. */
async function machine(commands: Readonly<Record<string, string>>) {
  const folder = await temporaryFolder();
  for (const [name, text] of Object.entries(commands)) {
    await writeFile(join(folder, name), `#!/bin/sh\n${text}\n`, { mode: 0o755 });
  }
  return { PATH: folder, DOCKER_HOST: 'tcp://192.0.2.1:2375' };
}

describe('finding an engine', () => {
  it.each<[string, Record<string, string>, string | undefined]>([
    ['Docker where it answers', { docker: 'exit 0', podman: 'exit 0' }, 'docker'],
    ['Podman where Docker does not answer', { docker: 'exit 1', podman: 'exit 0' }, 'podman'],
    ['Podman where there is no Docker', { podman: 'exit 0' }, 'podman'],
    ['nothing where Docker alone does not answer', { docker: 'exit 1' }, undefined],
    ['nothing where there is nothing', {}, undefined],
  ])('gives %s', async (_, commands, expected) => {
    expect(await detectEngine(await machine(commands))).toBe(expected);
  });

  it('takes for a command only a file that can be executed, in any folder of the PATH', async () => {
    const folder = await temporaryFolder();
    const PATH = `/no/such/folder::${folder}`;
    expect(await isInstalled('podman', { PATH })).toBe(false);
    await mkdir(join(folder, 'docker'));
    expect(await isInstalled('docker', { PATH })).toBe(false);
    await writeFile(join(folder, 'podman'), '', { mode: 0o644 });
    expect(await isInstalled('podman', { PATH })).toBe(false);
    await chmod(join(folder, 'podman'), 0o755);
    expect(await isInstalled('podman', { PATH })).toBe(true);
    expect(await isInstalled('podman', {})).toBe(false);
  });

  it('makes an engine by its name', async () => {
    const folder = await temporaryFolder();
    for (const name of ['docker', 'podman', 'host'] as const) {
      expect(createEngine(name, { folder }).name).toBe(name);
    }
  });
});
