import { describe, expect, it } from 'vitest';
import { readDockerFacts, readPodmanFacts } from '../../src/engine/engine-facts.ts';
import { EngineUnavailable } from '../../src/engine/errors.ts';

const says =
  (answers: Readonly<Record<string, unknown>>, stderr = '', exitCode = 0) =>
  async ([first = '']: readonly string[]) => ({
    exitCode,
    stdout: JSON.stringify(answers[first]) ?? '',
    stderr,
  });

const DOCKER = {
  ServerVersion: '28.1',
  NCPU: 8,
  MemTotal: 16 * 1024 ** 3 + 1,
  Architecture: 'aarch64',
  SecurityOptions: ['name=seccomp,profile=builtin', 'name=rootless'],
  CgroupVersion: '2',
  ClientInfo: { Context: 'default' },
};

describe('the facts of an engine', () => {
  it('are read from what Docker says', async () => {
    expect(await readDockerFacts(says({ info: DOCKER }), {})).toMatchObject({
      name: 'docker',
      version: '28.1',
      cpus: 8,
      memory: 16_384,
      architecture: 'arm64',
      rootless: true,
      cgroupVersion: 2,
      local: true,
    });
  });

  it.each([
    ['tcp://192.0.2.1:2375', false],
    ['ssh://somebody@example.org', false],
    ['unix:///run/user/1000/docker.sock', true],
  ])('know where %s is', async (host, local) => {
    const byVariable = await readDockerFacts(says({ info: DOCKER }), { DOCKER_HOST: host });
    expect(byVariable.local).toBe(local);
    const info = { ...DOCKER, ClientInfo: { Context: 'other' } };
    const byContext = await readDockerFacts(says({ info, context: host }), {});
    expect(byContext.local).toBe(local);
  });

  it('are read from what Podman says', async () => {
    const host = {
      cpus: 2,
      memTotal: 4 * 1024 ** 3,
      arch: 'amd64',
      cgroupVersion: 'v1',
      serviceIsRemote: false,
      security: { rootless: true },
    };
    const info = { host, version: { Version: '4.3.1' } };
    expect(await readPodmanFacts(says({ info }))).toMatchObject({
      name: 'podman',
      version: '4.3.1',
      cpus: 2,
      memory: 4096,
      architecture: 'x86_64',
      rootless: true,
      cgroupVersion: 1,
      local: true,
    });
  });

  it('are missing, with the engine’s own words, where it cannot be reached', async () => {
    const down = { ServerErrors: ['Cannot connect to the Docker daemon at unix:///x.'] };
    const docker = readDockerFacts(says({ info: down }, '', 1), {});
    await expect(docker).rejects.toThrow(EngineUnavailable);
    await expect(docker).rejects.toThrow('Cannot connect to the Docker daemon');
    const podman = readPodmanFacts(says({}, 'Error: permission denied', 125));
    await expect(podman).rejects.toThrow('permission denied');
    await expect(podman).rejects.toMatchObject({ hint: expect.stringContaining('may not talk') });
  });
});
