import { chmod, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Hello } from '../../src/commands/hello/say-hello.ts';
import { openSqliteStore } from '../../src/store/sqlite.ts';
import { slipway } from '../support/command-line.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

async function leftIn(home: string): Promise<string[]> {
  const store = await openSqliteStore(join(home, 'runs.db'));
  const left: string[] = [];
  for await (const { id } of store.list({})) left.push(`run ${id}`);
  await store.close();
  for (const folder of ['runs', 'host']) {
    const names = await readdir(join(home, folder)).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return [];
      throw error;
    });
    left.push(...names.map((name) => join(folder, name)));
  }
  return left;
}

test('on the host a job runs from end to end, and nothing of it is left', async () => {
  const home = await temporaryFolder();
  const { code, stdout, stderr } = await slipway(['hello', '--json'], home);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(JSON.parse(stdout)).toEqual({
    ok: true,
    hellos: [
      {
        engine: 'host',
        image: null,
        succeeded: true,
        output: 'Hello from Slipway.',
        reason: null,
        hint: null,
        leftover: null,
        seconds: {
          plan: expect.any(Number),
          start: expect.any(Number),
          run: expect.any(Number),
          cleanUp: expect.any(Number),
        },
      },
    ],
  });
  expect(await leftIn(home)).toEqual([]);
});

test('people see each part with its time, and what to type next', async () => {
  const { code, stdout } = await slipway(['hello'], await temporaryFolder());
  expect(code).toBe(0);
  expect(stdout).toMatch(/✔ +\d+ ms {2}checked the job for the host engine/);
  expect(stdout).toMatch(/✔ +\d+ ms {2}ran, and said: Hello from Slipway\./);
  expect(stdout).toContain('slipway run -- echo Hello');
});

test('an image without an engine says why, and the host is tried', async () => {
  const home = await temporaryFolder();
  const { code, stdout } = await slipway(['hello', '--json', '--image', 'alpine'], home, {
    env: { PATH: home },
  });
  const { ok, hellos } = JSON.parse(stdout) as { ok: boolean; hellos: Hello[] };
  expect({ code, ok }).toEqual({ code: 1, ok: false });
  expect(hellos).toHaveLength(2);
  expect(hellos[0]).toMatchObject({ engine: null, image: 'alpine', succeeded: false });
  expect(hellos[0]?.reason).toMatch(/Docker/);
  expect(hellos[1]).toMatchObject({ engine: 'host', image: null });
});

/** A podman that does nothing but what `script` says, in front of all else. */
async function withPodman(home: string, script: string): Promise<Record<string, string>> {
  const podman = join(home, 'podman');
  await writeFile(podman, `#!/bin/sh\n${script}\n`);
  await chmod(podman, 0o755);
  return { PATH: `${home}:${process.env.PATH}` };
}

const IN_PODMAN = ['hello', '--engine', 'podman', '--image', 'alpine'];

test('an engine that fails is told in its own words, and the host is tried', async () => {
  const home = await temporaryFolder();
  const env = await withPodman(
    home,
    `case "$1" in
      info) echo '{"host": {"cpus": 1, "memTotal": 1073741824}}';;
      run) echo "Error: not today, says the engine" >&2; exit 125;;
    esac`,
  );
  const { code, stdout } = await slipway(IN_PODMAN, home, { env });
  expect(code).toBe(1);
  expect(stdout).toMatch(/✖ .*not today, says the engine/);
  expect(stdout).toContain('ran, and said: Hello from Slipway.');
  expect(stdout).toContain('Slipway works here, but not with alpine.');
});

test('what cannot be removed is told, and its record stays for gc', async () => {
  const home = await temporaryFolder();
  const env = await withPodman(home, 'echo "the engine is ill" >&2; exit 125');
  const { code, stdout } = await slipway([...IN_PODMAN, '--json'], home, { env });
  const { hellos } = JSON.parse(stdout) as { hellos: Hello[] };
  expect(code).toBe(1);
  expect(hellos[0]).toMatchObject({
    succeeded: false,
    leftover: expect.stringContaining('the engine is ill'),
    seconds: { cleanUp: null },
  });
  expect(await leftIn(home)).toContainEqual(expect.stringMatching(/^run /));
});

test('a container engine without an image is a usage error', async () => {
  const { code, stderr } = await slipway(['hello', '--engine', 'docker'], await temporaryFolder());
  expect(code).toBe(2);
  expect(stderr).toContain('--image IMAGE');
});
