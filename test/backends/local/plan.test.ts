import { describe, expect, it } from 'vitest';
import type { Task } from '../../../src/backends/backend.ts';
import { checkDefinition } from '../../../src/backends/local/check.ts';
import { taskFolders } from '../../../src/backends/local/folders.ts';
import { planTask } from '../../../src/backends/local/plan.ts';
import type { TaskSurroundings } from '../../../src/backends/local/planned.ts';
import { STRUCTURES } from '../../../src/spec/task-definition/shape.generated.ts';
import type {
  ContainerDefinition,
  TaskDefinition,
} from '../../../src/spec/task-definition/task-definition.ts';

function task(definition: TaskDefinition, change: Partial<Task> = {}): Task {
  return {
    run: 'r',
    attempt: 2,
    definition,
    main: 'main',
    inputs: {},
    outputs: {},
    environmentFiles: [],
    ports: [],
    pull: 'missing',
    keepFailed: false,
    ...change,
  };
}

function plan(definition: TaskDefinition, change: Partial<Task> = {}, engine = 'docker') {
  const here: TaskSurroundings = {
    homeId: 'h',
    folders: taskFolders('/home', { run: 'r', attempt: 2 }),
    engine: engine as 'docker',
    cpus: 4,
    inputs: [{ name: 'in', source: '/here/in put', extra: [] }],
  };
  return planTask(task(definition, change), here);
}

const alone = (container: ContainerDefinition, rest: TaskDefinition = {}) =>
  plan({ ...rest, containerDefinitions: [{ name: 'main', ...container }] }).containers[0];

describe('planTask', () => {
  it('derives names and labels from the run, so that nothing is created twice', () => {
    expect(alone({ dockerLabels: { mine: '1' } })?.spec).toMatchObject({
      name: 'slipway-r-2-main',
      labels: {
        mine: '1',
        'slipway:home': 'h',
        'slipway:run': 'r',
        'slipway:attempt': '2',
        'slipway:container': 'main',
      },
    });
  });

  it.each([
    [{ command: ['cat', '{in}', '{x}'] }, { command: ['cat', '/input/in', '{x}'] }, 'docker'],
    [{ command: ['cat', '{in}'] }, { command: ['cat', '/here/in put'] }, 'host'],
    [
      { entryPoint: ['/bin/sh', '-ec'], command: ['cat {in}'] },
      { entryPoint: ['/bin/sh', '-ec'], command: ["cat '/here/in put'"] },
      'host',
    ],
  ])('fills paths into %j', (container, expected, engine) => {
    const { containers } = plan(
      { containerDefinitions: [{ name: 'main', ...container }] },
      {},
      engine,
    );
    expect(containers[0]?.spec).toMatchObject(expected);
  });

  it('bounds each container by the task, and no container by more than the machine', () => {
    expect(alone({}, { cpu: '8 vCPU', memory: '2 GB' })?.spec).toMatchObject({
      cpus: 4,
      memory: 2048,
    });
    expect(alone({ memory: 64, memoryReservation: 32 }, { memory: '512' })?.spec).toMatchObject({
      memory: 64,
      memoryReservation: 32,
    });
    const swap = { linuxParameters: { maxSwap: 100, swappiness: 5 } };
    expect(alone({ memory: 64, ...swap })?.spec).toMatchObject({
      memorySwap: 164,
      memorySwappiness: 5,
    });
  });

  it('shares one network in awsvpc, which has all the ports', () => {
    const { containers, holder } = plan({
      networkMode: 'awsvpc',
      containerDefinitions: [
        { name: 'main', portMappings: [{ containerPort: 80 }] },
        { name: 'side', portMappings: [{ containerPort: 53, protocol: 'udp' }] },
      ],
    });
    const network = { mode: 'container', container: 'slipway-r-2-.pause' };
    expect(containers.map(({ spec }) => spec.network)).toEqual([network, network]);
    expect(containers.flatMap(({ spec }) => spec.ports)).toEqual([]);
    expect(holder?.ports).toEqual([
      { hostAddress: '127.0.0.1', containerPort: 80, protocol: 'tcp' },
      { hostAddress: '127.0.0.1', containerPort: 53, protocol: 'udp' },
    ]);
  });

  it.each([
    [{}, { mode: 'bridge' }],
    [{ networkMode: 'awsvpc' as const }, { mode: 'bridge' }],
    [{ networkMode: 'host' as const }, { mode: 'host' }],
    [{ networkMode: 'none' as const }, { mode: 'none' }],
  ])('gives a lone container of %j its network', (rest, network) => {
    expect(alone({}, rest)?.spec.network).toEqual(network);
  });

  it('publishes mapped ports and ranges on loopback', () => {
    const ports = [{ containerPort: 80, hostPort: 8080 }, { containerPortRange: '90-91' }];
    expect(alone({ portMappings: ports })?.spec.ports).toEqual([
      { hostAddress: '127.0.0.1', hostPort: 8080, containerPort: 80, protocol: 'tcp' },
      { hostAddress: '127.0.0.1', containerPort: 90, protocol: 'tcp' },
      { hostAddress: '127.0.0.1', containerPort: 91, protocol: 'tcp' },
    ]);
  });

  it('mounts volumes, those of others, inputs and the output folder', () => {
    const { containers, volumes } = plan(
      {
        volumes: [
          { name: 'own' },
          { name: 'here', host: { sourcePath: '/srv' } },
          { name: 'all', dockerVolumeConfiguration: { scope: 'shared', autoprovision: true } },
        ],
        containerDefinitions: [
          {
            name: 'main',
            volumesFrom: [{ sourceContainer: 'side', readOnly: true }],
            mountPoints: [{ sourceVolume: 'all', containerPath: '/all' }],
          },
          {
            name: 'side',
            mountPoints: [
              { sourceVolume: 'own', containerPath: '/own' },
              { sourceVolume: 'here', containerPath: '/srv', readOnly: true },
            ],
          },
        ],
      },
      { outputs: { out: '/x' } },
    );
    const main = containers.find(({ name }) => name === 'main');
    expect(main?.spec.mounts).toEqual([
      { type: 'volume', source: 'all', target: '/all', readOnly: false },
      { type: 'volume', source: 'slipway-r-2-own', target: '/own', readOnly: true },
      { type: 'bind', source: '/srv', target: '/srv', readOnly: true },
      { type: 'bind', source: '/here/in put', target: '/input/in', readOnly: true },
      { type: 'bind', source: '/home/runs/r/2/output', target: '/output', readOnly: false },
    ]);
    expect(main?.dependsOn).toEqual([{ container: 'side', condition: 'START' }]);
    expect(volumes.map(({ name, shared }) => [name, shared])).toEqual([
      ['slipway-r-2-own', false],
      ['all', true],
    ]);
  });

  it('takes ECS’s defaults for health checks, restarts and stops', () => {
    const container = alone({
      healthCheck: { command: ['CMD-SHELL', 'test -f {in}'] },
      restartPolicy: { enabled: true, ignoredExitCodes: [3] },
    });
    expect(container).toMatchObject({
      healthCheck: {
        argv: ['/bin/sh', '-c', 'test -f /input/in'],
        interval: 30,
        timeout: 5,
        retries: 3,
        startPeriod: 0,
      },
      restartPolicy: { ignoredExitCodes: [3], attemptPeriod: 300 },
      stopTimeout: 30,
    });
    expect(alone({ healthCheck: { command: ['NONE'] } })?.healthCheck).toBeUndefined();
    expect(alone({ healthCheck: { command: ['CMD', 'a', 'b'] } })?.healthCheck?.argv).toEqual([
      'a',
      'b',
    ]);
  });
});

describe('checkDefinition', () => {
  it('refuses by name what no engine here can do', () => {
    const problems = checkDefinition(
      task({
        runtimePlatform: { operatingSystemFamily: 'WINDOWS_SERVER_2022_CORE' },
        volumes: [{ name: 'v', efsVolumeConfiguration: { fileSystemId: 'fs-1' } }],
        containerDefinitions: [
          {
            name: 'main',
            secrets: [{ name: 'KEY', valueFrom: 'arn:aws:ssm:eu-west-1:123456789012:parameter/x' }],
            environmentFiles: [{ type: 's3', value: 'arn:aws:s3:::b/x.env' }],
          },
        ],
      }),
      'docker',
    );
    expect(problems.map(({ severity, path }) => [severity, ...path])).toEqual([
      ['error', 'runtimePlatform'],
      ['error', 'volumes', 0],
      ['error', 'containerDefinitions', 0, 'secrets'],
      ['error', 'containerDefinitions', 0, 'environmentFiles'],
    ]);
  });

  it('warns by name of what is passed over', () => {
    const problems = checkDefinition(
      task({
        taskRoleArn: 'arn:aws:iam::123456789012:role/x',
        ephemeralStorage: { sizeInGiB: 30 },
        containerDefinitions: [{ name: 'main', logConfiguration: { logDriver: 'awslogs' } }],
      }),
      'docker',
    );
    expect(problems.map(({ severity, path }) => [severity, path.at(-1)])).toEqual([
      ['warning', 'taskRoleArn'],
      ['warning', 'ephemeralStorage'],
      ['warning', 'logConfiguration'],
    ]);
  });
});

/**
 * What becomes of everything that ECS has. A field that the SDK gains is in neither list, and this
 * test then asks what this machine does with it: it must not be passed over in silence.
 */
describe('every field of a task definition', () => {
  const done = {
    TaskDefinition: [
      'containerDefinitions, volumes, networkMode, cpu, memory, pidMode, ipcMode, runtimePlatform',
      'requiresCompatibilities, family, tags',
    ],
    ContainerDefinition: [
      'name, image, cpu, memory, memoryReservation, links, portMappings, essential, restartPolicy',
      'entryPoint, command, environment, mountPoints, volumesFrom, linuxParameters, secrets',
      'dependsOn, startTimeout, stopTimeout, hostname, user, workingDirectory, disableNetworking',
      'privileged, readonlyRootFilesystem, dnsServers, dnsSearchDomains, extraHosts',
      'dockerSecurityOptions, interactive, pseudoTerminal, dockerLabels, ulimits, healthCheck',
      'systemControls, resourceRequirements',
    ],
    Volume: ['name, host, dockerVolumeConfiguration'],
    LinuxParameters: [
      'capabilities, devices, initProcessEnabled, sharedMemorySize, tmpfs, maxSwap, swappiness',
    ],
  };
  const remarked = {
    TaskDefinition: [
      'taskRoleArn, proxyConfiguration, ephemeralStorage, inferenceAccelerators',
      'placementConstraints, enableFaultInjection',
      // The role with which AWS pulls images and reads secrets: the user's own logins do that here.
      'executionRoleArn',
    ],
    ContainerDefinition: [
      'environmentFiles, logConfiguration, firelensConfiguration, repositoryCredentials',
      // Which digest a tag meant when a service began: a task is started once.
      'credentialSpecs, versionConsistency',
    ],
    Volume: [
      'efsVolumeConfiguration, s3filesVolumeConfiguration',
      'fsxWindowsFileServerVolumeConfiguration, configuredAtLaunch',
    ],
    LinuxParameters: [],
  };

  it.each(Object.keys(done) as (keyof typeof done)[])('of %s is known', (structure) => {
    const known = [...done[structure], ...remarked[structure]].flatMap((line) => line.split(', '));
    expect(known.sort()).toEqual(Object.keys(STRUCTURES[structure]?.members ?? {}).sort());
  });
});
