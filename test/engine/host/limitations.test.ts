import { userInfo } from 'node:os';
import { describe, expect, it } from 'vitest';
import type { ContainerSpec, EngineFacts } from '../../../src/engine/engine.ts';
import { hostLimitations } from '../../../src/engine/host/limitations.ts';
import { container, freshEngine } from './support.ts';

const FACTS: EngineFacts = {
  name: 'host',
  version: 'Linux 6',
  cpus: 4,
  memory: 8192,
  architecture: 'x86_64',
  gpus: 1,
  rootless: true,
  local: true,
};

const port = { hostAddress: '127.0.0.1', containerPort: 80, protocol: 'tcp' } as const;
const { uid, gid, username } = userInfo();

/** What the limitations of a container with these keys say: `feature effect`. */
function limitationsOf(rest: Partial<ContainerSpec>): string[] {
  return hostLimitations(container('job', ['true'], rest), FACTS).map(
    ({ feature, effect }) => `${feature} ${effect}`,
  );
}

describe('what the host engine cannot honour', () => {
  it.each<[string, Partial<ContainerSpec>, string[]]>([
    ['an image', { image: 'python:3.13' }, ['image ignored']],
    ['a size', { cpus: 2, memory: 512 }, ['cpus ignored', 'memory ignored']],
    ['a shared memory size', { sharedMemorySize: 64 }, ['sharedMemorySize ignored']],
    ['no network', { network: { mode: 'none' } }, ['network refused']],
    ['another port', { ports: [{ ...port, hostPort: 8080 }] }, ['ports refused']],
    ['the same port', { ports: [{ ...port, hostPort: 80 }] }, ['ports ignored']],
    ['any port', { ports: [port] }, ['ports ignored']],
    ['another user', { user: 'nobody-of-that-name' }, ['user refused']],
    ['another group', { user: `${uid}:${gid + 1}` }, ['user refused']],
    ['another platform', { platform: 'linux/arm64' }, ['platform refused']],
    ['more GPUs', { gpus: 2 }, ['gpus refused']],
    ['a tmpfs', { mounts: [{ type: 'tmpfs', target: '/x', readOnly: false }] }, ['mounts ignored']],
    ['odd limits', { ulimits: [{ name: 'nice', soft: 1, hard: 1 }] }, ['ulimits ignored']],
    ['an odd secret name', { secrets: { 'a.b': 'c' } }, ['secrets refused']],
    ['a secret that shells set', { secrets: { PATH: '/x' } }, ['secrets refused']],
    ['privileges', { privileged: true }, ['privileged ignored']],
    ['a terminal', { pseudoTerminal: true }, ['pseudoTerminal ignored']],
    [
      'a device elsewhere',
      { devices: [{ host: '/dev/null', container: '/dev/x', permissions: 'rwm' }] },
      ['devices refused'],
    ],
    ['a process space', { pidMode: 'task' }, ['pidMode ignored']],
  ])('has %s', (_, rest, expected) => {
    expect(limitationsOf(rest)).toEqual(expected);
  });

  it('has nothing that a process does have', () => {
    const met: Partial<ContainerSpec> = {
      platform: 'linux/amd64',
      user: `${username}:${gid}`,
      privileged: false,
      capabilitiesAdded: [],
      extraHosts: {},
      gpus: 1,
      pidMode: 'host',
      network: { mode: 'host' },
      ulimits: [{ name: 'nofile', soft: 10, hard: 10 }],
      devices: [{ host: '/dev/null', container: '/dev/null', permissions: 'rwm' }],
      mounts: [{ type: 'bind', source: '/data', target: '/input/data', readOnly: true }],
      secrets: { TOKEN: 'x' },
    };
    expect(limitationsOf(met)).toEqual([]);
    expect(limitationsOf({ user: String(uid) })).toEqual([]);
  });

  it('says why, by name', () => {
    const [limitation] = hostLimitations(container('job', ['true'], { image: 'r-base:4' }), FACTS);
    expect(limitation?.why).toContain('not the image r-base:4');
  });
});

describe('the facts of this machine', () => {
  it('are those of its system', async () => {
    const { engine } = await freshEngine();
    const facts = await engine.facts();
    expect(facts).toMatchObject({ name: 'host', local: true, rootless: uid !== 0 });
    expect(facts.cpus).toBeGreaterThan(0);
    expect(facts.memory).toBeGreaterThan(64);
  });
});
