import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { runArguments } from '../../src/engine/container-arguments.ts';
import type { ContainerSpec } from '../../src/engine/engine.ts';
import { EngineFailed } from '../../src/engine/errors.ts';

const MINIMAL: ContainerSpec = {
  name: 'job',
  labels: {},
  image: 'the-image',
  environment: {},
  secrets: {},
  mounts: [],
  network: { mode: 'bridge' },
  ports: [],
};

const wordsOf = (change: Partial<ContainerSpec>, engine: 'docker' | 'podman' = 'docker') =>
  runArguments(engine, { ...MINIMAL, ...change }).words;

/** What follows each occurrence of an option. */
const valuesOf = (option: string, change: Partial<ContainerSpec>) => {
  const words = wordsOf(change);
  return words.flatMap((word, index) => (word === option ? [words[index + 1]] : []));
};

const variableName = fc.stringMatching(/^[A-Z_][A-Z0-9_]{0,8}$/).map((name) => `V_${name}`);

describe('the words for a container', () => {
  it('leave to the engine what is not said, but never pull, and log where it can be read', () => {
    expect(wordsOf({})).toEqual([
      ...['--name', 'job', '--pull=never', '--log-driver', 'json-file'],
      ...['--log-opt', 'max-size=1000000g', '--network', 'bridge', 'the-image'],
    ]);
    expect(wordsOf({}, 'podman')).toEqual([
      ...['--name', 'job', '--pull=never', '--log-driver', 'k8s-file'],
      ...['--network', 'bridge', 'the-image'],
    ]);
  });

  it('end with the image and what it runs, whatever the words are', () => {
    fc.assert(
      fc.property(fc.array(fc.string()), fc.array(fc.string()), (rest, command) => {
        const words = wordsOf({ entryPoint: ['program', ...rest], command });
        const expected = ['the-image', ...rest, ...command];
        expect(words.slice(-expected.length)).toEqual(expected);
        expect(words.slice(0, -expected.length)).toContain('--entrypoint');
      }),
    );
  });

  it('hold no value of a variable that can be handed on by name', () => {
    fc.assert(
      fc.property(
        fc.dictionary(variableName, fc.string()),
        fc.dictionary(variableName, fc.string()),
        (environment, secrets) => {
          const result = runArguments('docker', { ...MINIMAL, environment, secrets });
          expect(result.environment).toEqual({ ...environment, ...secrets });
          expect(result.words.filter((word) => word.startsWith('V_')).sort()).toEqual(
            Object.keys({ ...environment, ...secrets }).sort(),
          );
        },
      ),
    );
  });

  it.each([
    'PATH',
    'HOME',
    'DOCKER_HOST',
    'CONTAINERS_CONF',
    'http_proxy',
    'HTTPS_PROXY',
    'LD_PRELOAD',
    'not a name',
    'dotted.name',
  ])('keep %s from the engine’s own command line', (name) => {
    const result = runArguments('docker', { ...MINIMAL, environment: { [name]: 'value' } });
    expect(result.environment).toEqual({});
    expect(result.words).toContain(`${name}=value`);
    const secret = () => runArguments('docker', { ...MINIMAL, secrets: { [name]: 'hidden' } });
    expect(secret).toThrow(EngineFailed);
    expect(secret).toThrow(name);
    expect(secret).not.toThrow('hidden');
  });

  it('write a mount so that it reads back as it was, whatever its paths are', () => {
    const path = fc.string({ unit: 'grapheme', minLength: 1 }).map((name) => `/${name}`);
    fc.assert(
      fc.property(path, path, fc.boolean(), (source, target, readOnly) => {
        const [mount = ''] = valuesOf('--mount', {
          mounts: [{ type: 'bind', source, target, readOnly }],
        });
        expect(readFields(mount)).toEqual([
          ...['type=bind', `source=${source}`, `target=${target}`],
          ...(readOnly ? ['readonly'] : []),
        ]);
      }),
    );
  });

  it('write a tmpfs with its size and options', () => {
    const tmpfs = { type: 'tmpfs', target: '/scratch', readOnly: false } as const;
    expect(valuesOf('--tmpfs', { mounts: [tmpfs] })).toEqual(['/scratch']);
    expect(
      valuesOf('--tmpfs', { mounts: [{ ...tmpfs, sizeMebibytes: 64, options: ['noexec'] }] }),
    ).toEqual(['/scratch:size=64m,noexec']);
  });

  it('publish a port on its address, an IPv6 one in brackets', () => {
    const port = { containerPort: 80, protocol: 'tcp' } as const;
    const ports = [
      { ...port, hostAddress: '127.0.0.1' },
      { ...port, hostAddress: '127.0.0.1', hostPort: 8080 },
      { ...port, hostAddress: '::1', hostPort: 53, protocol: 'udp' as const },
    ];
    expect(valuesOf('--publish', { ports })).toEqual([
      ...['127.0.0.1::80/tcp', '127.0.0.1:8080:80/tcp', '[::1]:53:80/udp'],
    ]);
  });

  it('publish nothing where the network is not the container’s own', () => {
    const ports = [{ hostAddress: '127.0.0.1', containerPort: 80, protocol: 'tcp' as const }];
    for (const network of [
      { mode: 'host' },
      { mode: 'none' },
      { mode: 'container', container: 'holder' },
    ] as const) {
      expect(valuesOf('--publish', { network, ports })).toEqual([]);
    }
  });

  it('give every size in MiB, and no limit of swap as the engines write it', () => {
    const change = { memory: 512, memoryReservation: 256, memorySwap: -1, sharedMemorySize: 0.5 };
    expect(valuesOf('--memory', change)).toEqual(['512m']);
    expect(valuesOf('--memory-reservation', change)).toEqual(['256m']);
    expect(valuesOf('--memory-swap', change)).toEqual(['-1']);
  });

  it.each<[string, Partial<ContainerSpec>, string[]]>([
    ['--label', { labels: { 'slipway:run': 'a=b' } }, ['slipway:run=a=b']],
    ['--network', { network: { mode: 'container', container: 'holder' } }, ['container:holder']],
    ['--workdir', { workingDirectory: '/a b' }, ['/a b']],
    ['--user', { user: '1000:1000' }, ['1000:1000']],
    ['--platform', { platform: 'linux/arm64' }, ['linux/arm64']],
    ['--hostname', { hostname: 'here' }, ['here']],
    ['--add-host', { extraHosts: { db: '10.0.0.1' } }, ['db:10.0.0.1']],
    ['--dns', { dnsServers: ['10.0.0.2', '10.0.0.3'] }, ['10.0.0.2', '10.0.0.3']],
    ['--dns-search', { dnsSearchDomains: ['example.org'] }, ['example.org']],
    ['--cpus', { cpus: 0.25 }, ['0.25']],
    ['--cpu-shares', { cpuShares: 256 }, ['256']],
    ['--memory-swappiness', { memorySwappiness: 0 }, ['0']],
    ['--gpus', { gpus: 2 }, ['2']],
    ['--gpus', { gpus: 0 }, []],
    ['--ulimit', { ulimits: [{ name: 'nofile', soft: 10, hard: 20 }] }, ['nofile=10:20']],
    [
      '--device',
      { devices: [{ host: '/dev/fuse', container: '/dev/f', permissions: 'rw' }] },
      ['/dev/fuse:/dev/f:rw'],
    ],
    ['--sysctl', { systemControls: { 'net.core.somaxconn': '9' } }, ['net.core.somaxconn=9']],
    ['--cap-add', { capabilitiesAdded: ['SYS_PTRACE'] }, ['SYS_PTRACE']],
    ['--cap-drop', { capabilitiesDropped: ['ALL'] }, ['ALL']],
    ['--security-opt', { securityOptions: ['no-new-privileges'] }, ['no-new-privileges']],
    ['--pid', { pidMode: 'host' }, ['host']],
    ['--ipc', { ipcMode: 'none' }, ['none']],
  ])('say %s of %j', (option, change, expected) => {
    expect(valuesOf(option, change)).toEqual(expected);
  });

  it.each<[string, Partial<ContainerSpec>]>([
    ['--privileged', { privileged: true }],
    ['--read-only', { readonlyRootFilesystem: true }],
    ['--init', { initProcessEnabled: true }],
    ['--interactive', { interactive: true }],
    ['--tty', { pseudoTerminal: true }],
  ])('have %s only where it is asked for', (option, change) => {
    expect(wordsOf(change)).toContain(option);
    expect(wordsOf({})).not.toContain(option);
  });

  it('name GPUs one by one where the engine knows them as devices', () => {
    const { words } = runArguments('podman', { ...MINIMAL, gpus: 2 }, { gpuDevices: 'devices' });
    expect(words.filter((word) => word.startsWith('nvidia'))).toEqual([
      ...['nvidia.com/gpu=0', 'nvidia.com/gpu=1'],
    ]);
  });
});

/** Reads one record of CSV as RFC 4180 has it. */
function readFields(line: string): string[] {
  const fields = [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^",]*))/gs)];
  return fields.map(([, quoted, plain]) => quoted?.replaceAll('""', '"') ?? plain ?? '');
}
