/** What engines with containers promise beyond engine.ts: isolation, limits, mounts, networks, volumes. */
import { randomBytes } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { connect, createServer, type Server } from 'node:net';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { hasVolumes, importsImages } from '../../src/engine/engine.ts';
import { EngineFailed, ImageMissing } from '../../src/engine/errors.ts';
import { Bench, type EngineUnderTest } from '../support/engine-under-test.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const LOOP = 'while :; do sleep 0.05; done';

export function testContainerEngine(name: string, make: () => Promise<EngineUnderTest>): void {
  describe(`containers of ${name}`, { timeout: 60_000 }, () => {
    let bench: Bench;
    beforeEach(async () => {
      bench = new Bench(await make());
    });
    afterEach(() => bench.clean());

    const loopback = (hostPort?: number) => ({
      hostAddress: '127.0.0.1',
      hostPort,
      containerPort: 8080,
      protocol: 'tcp' as const,
    });

    it('see folders and files of odd names, read-only where it is said', async () => {
      const here = await temporaryFolder();
      const odd = 'a "b", c=\'d\' ü';
      await mkdir(join(here, odd));
      await writeFile(join(here, odd, 'in'), 'text');
      const { output, status } = await bench.toEnd(
        bench.script('job', 'cat "/one, two/in"; echo x > "/one, two/no" || cp /file "/w ü/out"', {
          mounts: [
            { type: 'bind', source: join(here, odd), target: '/one, two', readOnly: true },
            { type: 'bind', source: join(here, odd, 'in'), target: '/file', readOnly: true },
            { type: 'bind', source: join(here, odd), target: '/w ü', readOnly: false },
          ],
        }),
      );
      expect(output.stdout).toBe('text');
      expect(output.stderr).toContain('Read-only');
      expect(status.exitCode).toBe(0);
      expect(await readFile(join(here, odd, 'out'), 'utf8')).toBe('text');
    });

    it('have the user, the limits and the rights that are asked for', async () => {
      const script = [
        'id -u; id -g; ulimit -n; ulimit -Hn; hostname',
        'cat /proc/sys/net/ipv4/ip_unprivileged_port_start',
        'df -m /scratch | tail -1 | tr -s " " | cut -d" " -f2',
        'df -m /dev/shm | tail -1 | tr -s " " | cut -d" " -f2',
        'grep one.test /etc/hosts | tr -s "\\t " " "',
        'touch /no 2>&1 | grep -c Read-only',
        'grep CapEff /proc/self/status | cut -f2',
        'cat /proc/1/comm | grep -cv "^sh$"',
      ];
      const { output } = await bench.toEnd(
        bench.script('job', script.join('\n'), {
          user: '1234:4321',
          hostname: 'somewhere',
          // Podman drops its configured defaults once one is given, and its own may be above what
          // the machine that tests run on allows.
          ulimits: [
            { name: 'nofile', soft: 512, hard: 600 },
            { name: 'nproc', soft: 2048, hard: 4096 },
          ],
          systemControls: { 'net.ipv4.ip_unprivileged_port_start': '80' },
          mounts: [{ type: 'tmpfs', target: '/scratch', readOnly: false, sizeMebibytes: 3 }],
          sharedMemorySize: 5,
          extraHosts: { 'one.test': '192.0.2.7' },
          readonlyRootFilesystem: true,
          capabilitiesDropped: ['ALL'],
          initProcessEnabled: true,
        }),
      );
      expect(output.stdout.trim().split('\n')).toEqual([
        ...['1234', '4321', '512', '600', 'somewhere', '80', '3', '5'],
        ...['192.0.2.7 one.test', '1', '0000000000000000', '1'],
      ]);
    });

    it('have a terminal where it is asked for', async () => {
      const { output } = await bench.toEnd(
        bench.container('job', ['sh', '-c', 'tty >/dev/null && echo yes'], {
          pseudoTerminal: true,
        }),
      );
      expect(output.stdout).toBe('yes\r\n');
    });

    it('that take more memory than they may are ended for it', async () => {
      const { status } = await bench.toEnd(
        bench.script('job', 'head -c 200m /dev/zero | tail', { memory: 16, memorySwap: 16 }),
      );
      expect(status.exitCode).not.toBe(0);
      const direct = await bench.toEnd(
        bench.container('direct', ['tail', '/dev/zero'], { memory: 16, memorySwap: 16 }),
      );
      expect(direct.status).toMatchObject({ exitCode: 137, outOfMemory: true });
    });

    it('that SIGKILL ends within their memory are not', async () => {
      const { ended } = await bench.until(
        'ready',
        bench.script('job', `echo ready; ${LOOP}`, { memory: 16 }),
      );
      await bench.engine.signal(bench.name('job'), 'SIGKILL');
      await ended;
      expect(await bench.status(bench.name('job'))).toMatchObject({
        exitCode: 137,
        outOfMemory: false,
      });
    });

    it('tell what they use while they run', async () => {
      await bench.until(
        'ready',
        bench.script('job', `x=$(head -c 8000000 /dev/zero | tr "\\000" x); echo ready; ${LOOP}`),
      );
      const status = await bench.status(bench.name('job'));
      expect(status.peakMemory).toBeGreaterThan(7);
      expect(status.peakMemory).toBeLessThan(500);
      expect(status.cpuTime).toBeGreaterThan(0);
    });

    it('are reached on loopback at the port that is published, and nowhere else', async () => {
      await bench.until(
        'ready',
        bench.script('job', 'echo ready; while :; do echo hello | nc -l -p 8080; done', {
          ports: [loopback()],
        }),
      );
      const [port] = (await bench.status(bench.name('job'))).ports ?? [];
      expect(port).toMatchObject({ hostAddress: '127.0.0.1', containerPort: 8080 });
      await expect
        .poll(() => answer('127.0.0.1', port?.hostPort ?? 0), { timeout: 10_000 })
        .toBe('hello\n');
      const others = Object.values(networkInterfaces())
        .flat()
        .filter((one) => one?.family === 'IPv4' && !one.internal);
      for (const other of others) {
        expect(await answer(other?.address ?? '', port?.hostPort ?? 0)).toBeUndefined();
      }
    });

    it('share a network where they are told to', async () => {
      await bench.until(
        'ready',
        bench.script('one', 'echo ready; while :; do echo hello | nc -l -p 8080; done'),
      );
      const { output } = await bench.toEnd(
        bench.script('two', 'until nc 127.0.0.1 8080 </dev/null; do sleep 0.05; done', {
          network: { mode: 'container', container: bench.name('one') },
        }),
      );
      expect(output.stdout).toBe('hello\n');
    });

    it('whose port is taken are refused with the engine’s words, at the first start and later', async () => {
      const server = await listen();
      const port = (server.address() as { port: number }).port;
      const spec = bench.script('job', 'echo ran', { ports: [loopback(port)] });
      try {
        const refused = bench.engine.run(spec, () => undefined);
        await expect(refused).rejects.toThrow(EngineFailed);
        await expect(refused).rejects.toThrow(/address already in use|port is already/);
      } finally {
        server.close();
      }
      await bench.engine.remove(spec.name);
      await bench.toEnd(spec);
      const again = await listen(port);
      try {
        await expect(bench.engine.start(spec.name, () => undefined)).rejects.toThrow(EngineFailed);
      } finally {
        again.close();
      }
      expect((await bench.log(spec.name)).stdout).toBe('ran\n');
    });

    it('of an image that is not there are refused, and not pulled', async () => {
      const spec = bench.container('job', ['true'], { image: 'localhost/slipway-test:missing' });
      await expect(bench.engine.run(spec, () => undefined)).rejects.toThrow(ImageMissing);
      expect(await bench.engine.hasImage('localhost/slipway-test:missing')).toBe(false);
      expect(await bench.engine.inspect([spec.name])).toEqual([]);
    });

    it('run with nobody attached', async () => {
      if (!importsImages(bench.engine)) throw new Error('It cannot start a container detached.');
      const spec = bench.script('job', `trap 'exit 3' TERM; echo ready; ${LOOP}`);
      await bench.engine.startDetached(spec);
      await expect(bench.engine.startDetached(spec)).rejects.toThrow(EngineFailed);
      const log = bench.log(spec.name);
      await expect
        .poll(() => bench.engine.exec(spec.name, ['true'], 10), { timeout: 10_000 })
        .toBe(0);
      await bench.engine.stop(spec.name, 20);
      expect((await log).stdout).toBe('ready\n');
      expect((await bench.status(spec.name)).exitCode).toBe(3);
    });

    it('share volumes, which are made once, found by their labels, and removed', async () => {
      const { engine } = bench;
      if (!hasVolumes(engine)) throw new Error('It has no volumes.');
      const volume = { name: bench.name('volume'), labels: { ...bench.labels, part: '1' } };
      const mounts = [
        { type: 'volume', source: volume.name, target: '/shared', readOnly: false } as const,
      ];
      await engine.createVolume(volume);
      await engine.createVolume(volume);
      await bench.toEnd(bench.script('one', 'echo text > /shared/file', { mounts }));
      const { output } = await bench.toEnd(bench.script('two', 'cat /shared/file', { mounts }));
      expect(output.stdout).toBe('text\n');
      expect(await engine.listVolumes(bench.labels)).toEqual([
        { name: volume.name, labels: volume.labels },
      ]);
      expect(await engine.listVolumes({ ...bench.labels, part: '2' })).toEqual([]);
      await expect(engine.removeVolume(volume.name)).rejects.toThrow(EngineFailed);
      await Promise.all(['one', 'two'].map((part) => engine.remove(bench.name(part))));
      await engine.removeVolume(volume.name);
      await engine.removeVolume(volume.name);
      expect(await engine.listVolumes(bench.labels)).toEqual([]);
    });

    it('may have a secret of any name but those that the engine heeds, which are refused', async () => {
      const value = randomBytes(8).toString('hex');
      const spec = bench.script('job', 'true', { secrets: { DOCKER_HOST: value } });
      const refused = bench.engine.run(spec, () => undefined);
      await expect(refused).rejects.toThrow('DOCKER_HOST');
      await expect(refused).rejects.not.toThrow(value);
      expect(await bench.engine.inspect([spec.name])).toEqual([]);
    });
  });
}

async function listen(port = 0): Promise<Server> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  return server;
}

/** What a server says of itself; undefined where there is none. */
async function answer(host: string, port: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    let text = '';
    const socket = connect({ host, port, timeout: 2000 });
    socket.on('data', (bytes) => {
      text += bytes.toString();
    });
    socket.on('timeout', () => socket.destroy());
    socket.on('error', () => undefined);
    socket.on('close', () => resolve(text === '' ? undefined : text));
  });
}
