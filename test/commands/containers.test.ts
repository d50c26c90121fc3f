import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { busyboxImage } from '../support/busybox-image.ts';
import { slipway } from '../support/command-line.ts';
import { presentEngines } from '../support/engines.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

for (const engine of await presentEngines()) {
  describe(`slipway run on ${engine}`, () => {
    it('runs a task of two containers, whose lines have their names in front', async () => {
      const home = await temporaryFolder();
      const image = await busyboxImage(engine);
      const definition = {
        family: 'pair',
        containerDefinitions: [
          {
            name: 'side',
            image,
            essential: false,
            command: ['sh', '-c', 'echo from the side'],
          },
          {
            name: 'app',
            image,
            command: ['sh', '-c', 'echo from the app; echo an error >&2; exit 3'],
            dependsOn: [{ containerName: 'side', condition: 'SUCCESS' }],
          },
        ],
      };
      await writeFile(join(home, 'task.json'), JSON.stringify(definition));
      const run = ['run', 'task.json', '--engine', engine];
      const { code, stdout, stderr } = await slipway(run, home);
      expect({ code, stdout }).toEqual({
        code: 3,
        stdout: 'side │ from the side\napp  │ from the app\n',
      });
      expect(stderr).toContain('app  │ an error\n');
      expect((await slipway(['logs', 'last', '--container', 'app'], home)).stdout).toBe(
        'from the app\n',
      );
      const left = JSON.parse((await slipway(['gc', '--json'], home)).stdout);
      expect(left).toEqual({ adopted: [], removed: [], leftovers: [] });
    });

    it('enters a container, stops it, and leaves nothing', async () => {
      const home = await temporaryFolder();
      const image = await busyboxImage(engine);
      const job = ['run', '--detach', '--engine', engine, '--image', image];
      const id = (await slipway([...job, '--', 'sleep', '120'], home)).stdout.trim();
      const started = await untilRunning(home, id);
      expect(started).toBe('RUNNING');
      const inside = await slipway(['exec', id, '--', 'sh', '-c', 'echo inside; exit 6'], home);
      expect(inside).toMatchObject({ code: 6, stdout: 'inside\n' });
      expect((await slipway(['stop', '--kill', id], home)).code).toBe(0);
      const shown = JSON.parse((await slipway(['show', id, '--json'], home)).stdout);
      expect(shown).toMatchObject({ state: 'STOPPED', removedAt: expect.any(String) });
    });

    it('says why an image cannot be had, and exits with 125', async () => {
      const home = await temporaryFolder();
      const image = ['--image', 'localhost/slipway-test:absent', '--pull', 'never'];
      const { code, stdout, stderr } = await slipway(
        ['run', '--engine', engine, ...image, '--', 'true'],
        home,
      );
      expect({ code, stdout }).toEqual({ code: 125, stdout: '' });
      expect(stderr).toContain('localhost/slipway-test:absent');
    });
  });
}

async function untilRunning(home: string, id: string): Promise<string> {
  for (;;) {
    const { state } = JSON.parse((await slipway(['show', id, '--json'], home)).stdout);
    if (!['PENDING', 'PROVISIONING', 'STARTING'].includes(state)) return state;
  }
}
