import { describe, expect, it } from 'vitest';
import type { ContainerSpec, EngineFacts } from '../../src/engine/engine.ts';
import { containerLimitations } from '../../src/engine/limitations.ts';

const FACTS: EngineFacts = {
  name: 'docker',
  version: '28',
  cpus: 4,
  memory: 8192,
  architecture: 'x86_64',
  gpus: 1,
  rootless: false,
  cgroupVersion: 2,
  local: true,
};

const effects = (change: Partial<ContainerSpec>, facts: Partial<EngineFacts> = {}) =>
  containerLimitations(
    {
      name: 'job',
      labels: {},
      environment: {},
      secrets: {},
      mounts: [],
      network: { mode: 'bridge' },
      ports: [],
      ...change,
    },
    { ...FACTS, ...facts },
  ).map(({ feature, effect }) => `${effect} ${feature}`);

const bind = { type: 'bind', source: '/a', target: '/b', readOnly: true } as const;
const volume = { type: 'volume', source: 'a', target: '/b', readOnly: true } as const;

describe('what a container engine cannot honour', () => {
  it.each<[string, Partial<ContainerSpec>, Partial<EngineFacts>, string[]]>([
    ['nothing of nothing', {}, {}, []],
    ['nothing of what fits', { memory: 8192, cpus: 4, gpus: 1, mounts: [bind] }, {}, []],
    ['least memory', { memory: 5 }, {}, ['refused memory']],
    ['the least that is enough', { memory: 6 }, {}, []],
    ['more memory than there is', { memory: 8193 }, {}, ['ignored memory']],
    ['memory where none is told', { memory: 8193 }, { memory: 0 }, []],
    [
      'limits without root on v1',
      { cpus: 1 },
      { rootless: true, cgroupVersion: 1 },
      ['ignored memory'],
    ],
    ['limits without root on v2', { cpus: 1 }, { rootless: true }, []],
    ['more GPUs than there are', { gpus: 2 }, {}, ['refused resourceRequirements']],
    ['another platform', { platform: 'linux/arm64' }, {}, ['ignored runtimePlatform']],
    ['its own platform', { platform: 'linux/amd64' }, {}, []],
    ['swappiness on v2', { memorySwappiness: 60 }, {}, ['ignored linuxParameters.swappiness']],
    ['swappiness on v1', { memorySwappiness: 60 }, { cgroupVersion: 1 }, []],
    ['files on another machine', { mounts: [bind] }, { local: false }, ['refused mountPoints']],
    ['volumes on another machine', { mounts: [volume] }, { local: false }, []],
  ])('%s', (_, change, facts, expected) => {
    expect(effects(change, facts)).toEqual(expected);
  });
});
