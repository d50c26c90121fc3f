import { describe, expect, it } from 'vitest';
import { formatProblem } from '../../../src/errors.ts';
import { parseTaskDefinition } from '../../../src/spec/task-definition/parse.ts';
import type {
  ContainerDefinition,
  TaskDefinition,
} from '../../../src/spec/task-definition/task-definition.ts';
import { type Launch, validateTaskDefinition } from '../../../src/spec/task-definition/validate.ts';
import { VALID } from './definitions.ts';

const A: ContainerDefinition = { name: 'a', image: 'a', memory: 64 };
const B: ContainerDefinition = { name: 'b', image: 'b', memory: 64 };

/** Of a definition that is right but for what is given. */
function problems(
  change: TaskDefinition,
  launch: Launch = 'ec2',
  severity: 'error' | 'warning' = 'error',
): string[] {
  const definition = { family: 'f', containerDefinitions: [A], ...change };
  return validateTaskDefinition(definition, { launch })
    .filter((problem) => problem.severity === severity)
    .map((problem) => formatProblem(problem));
}

/** Of a first container that is right but for what is given. */
const inContainer = (
  change: ContainerDefinition,
  launch: Launch = 'ec2',
  severity: 'error' | 'warning' = 'error',
) =>
  problems({ containerDefinitions: [{ ...A, ...change }, B] }, launch, severity).map((line) =>
    line.replace('containerDefinitions[0].', ''),
  );

const FARGATE: TaskDefinition = { networkMode: 'awsvpc', cpu: '256', memory: '512' };

describe('what ECS takes', () => {
  it.each(Object.entries(VALID))('%s', (_, value) => {
    const { definition = {} } = parseTaskDefinition(value);
    const fargate = definition.requiresCompatibilities?.includes('FARGATE');
    for (const launch of [fargate ? 'fargate' : 'ec2', 'local'] as const) {
      const errors = validateTaskDefinition(definition, { launch }).filter(
        ({ severity }) => severity === 'error',
      );
      expect(errors).toEqual([]);
    }
  });

  it('has nothing to say about the simplest', () =>
    expect(
      validateTaskDefinition(
        { family: 'f', containerDefinitions: [A] },
        { launch: 'ec2', complete: true },
      ),
    ).toEqual([]));

  it('needs neither image nor size nor role where Slipway fills them in', () => {
    const definition: TaskDefinition = {
      containerDefinitions: [
        { name: 'a', secrets: [{ name: 'KEY', valueFrom: '/key' }], command: ['{{x}}'] },
      ],
    };
    expect(validateTaskDefinition(definition, { launch: 'local' })).toEqual([]);
    expect(validateTaskDefinition(definition, { launch: 'fargate', complete: false })).toEqual([]);
  });
});

describe('containers', () => {
  it.each<[TaskDefinition, string[]]>([
    [{ family: undefined }, ['family: is required']],
    [
      { family: '{{family}}' },
      [
        'family: may have up to 255 letters, digits, - and _, and nothing else ({{family}} is a placeholder to be filled in first)',
      ],
    ],
    [{ containerDefinitions: [] }, ['containerDefinitions: must have at least one container']],
    [
      { containerDefinitions: Array.from({ length: 11 }, (_, at) => ({ ...A, name: `a${at}` })) },
      ['containerDefinitions: a task has at most 10 containers, and these are 11'],
    ],
    [
      { containerDefinitions: [{ ...A, essential: false }] },
      [
        'containerDefinitions: at least one container must be essential (remove an "essential": false)',
      ],
    ],
    [
      { containerDefinitions: [A, B, A] },
      ['containerDefinitions[2].name: containerDefinitions[0] is called "a" already'],
    ],
    [
      { containerDefinitions: [{ memory: 64 }] },
      ['containerDefinitions[0].name: is required', 'containerDefinitions[0].image: is required'],
    ],
    [
      { containerDefinitions: [{ ...A, name: 'a b' }] },
      [
        'containerDefinitions[0].name: may have up to 255 letters, digits, - and _, and nothing else',
      ],
    ],
  ])('%j', (change, expected) => expect(problems(change)).toEqual(expected));

  it('has bounds for the length of names and of the whole', () => {
    expect(problems({ family: 'f'.repeat(255) })).toEqual([]);
    expect(problems({ family: 'f'.repeat(256) })).toEqual([
      'family: may have up to 255 letters, digits, - and _, and nothing else',
    ]);
    expect(
      problems({ containerDefinitions: [{ ...A, command: ['x'.repeat(64 * 1024)] }] }),
    ).toEqual(['a task definition has at most 64 KiB, and this has 65']);
  });

  it.each(['<IMAGE1_NAME>', '{{ image }}', 'repository:$TAG', 'a b', ''])('image %s', (image) =>
    expect(inContainer({ image })).toEqual([
      expect.stringMatching(/^image: may have only letters, digits and - _ : \. \/ # @/),
    ]),
  );

  it('remarks on an image that is still to be replaced', () =>
    expect(inContainer({ image: 'REPLACE_ME' }, 'ec2', 'warning')).toHaveLength(1));
});

describe('dependencies', () => {
  const on = (containerName: string, condition: 'START' | 'HEALTHY' | 'SUCCESS' | 'COMPLETE') => ({
    dependsOn: [{ containerName, condition }],
  });

  it.each<[ContainerDefinition[], string[]]>([
    [
      [
        { ...A, ...on('b', 'START') },
        { ...B, ...on('a', 'START') },
      ],
      ['containerDefinitions[0]: these containers wait for each other: a → b → a'],
    ],
    [
      [
        { ...A, links: ['b'] },
        { ...B, volumesFrom: [{ sourceContainer: 'a' }] },
      ],
      ['containerDefinitions[0]: these containers wait for each other: a → b → a'],
    ],
    [
      [{ ...A, ...on('a', 'START') }],
      ['containerDefinitions[0].dependsOn[0].containerName: container "a" cannot wait for itself'],
    ],
    [
      [A, { ...B, name: 'worker', ...on('wroker', 'START') }],
      [
        'containerDefinitions[1].dependsOn[0].containerName: there is no container "wroker" (did you mean "worker"?)',
      ],
    ],
    [
      [{ ...A, links: ['c:d'], volumesFrom: [{ sourceContainer: 'e' }] }],
      [
        'containerDefinitions[0].links[0]: there is no container "c" (did you mean "a"?)',
        'containerDefinitions[0].volumesFrom[0].sourceContainer: there is no container "e" (did you mean "a"?)',
      ],
    ],
    [
      [A, { ...B, ...on('a', 'HEALTHY') }],
      [
        'containerDefinitions[1].dependsOn[0].condition: container "a" has no health check, so it never becomes HEALTHY (give it a healthCheck, or wait for START)',
      ],
    ],
    [
      [A, { ...B, ...on('a', 'SUCCESS') }],
      [
        'containerDefinitions[1].dependsOn[0].condition: container "a" is essential, so the task would end with it; SUCCESS cannot wait for it (set "essential": false on "a")',
      ],
    ],
  ])('%j', (containerDefinitions, expected) =>
    expect(problems({ containerDefinitions })).toEqual(expected),
  );
});

describe('cpu and memory', () => {
  it.each<[TaskDefinition, string[]]>([
    [{ cpu: '1 CPU' }, ['cpu: must be cpu units or vCPU: "256", "1 vCPU"']],
    [{ cpu: '64' }, ['cpu: must be from 128 to 196608 units, not 64']],
    [
      { memory: '%MEMORY%' },
      [
        'memory: must be MiB or GB: "512", "2 GB" (%MEMORY% is a placeholder to be filled in first)',
      ],
    ],
    [
      {
        cpu: '1 vCPU',
        containerDefinitions: [
          { ...A, cpu: 1000 },
          { ...B, cpu: 25 },
        ],
      },
      ["cpu: the containers' cpu is 1025 units in sum, and the task's only 1024"],
    ],
    [
      {
        memory: '1GB',
        containerDefinitions: [
          { ...A, memory: 1000, memoryReservation: 1000 },
          { ...B, memoryReservation: 25, memory: 1024 },
        ],
      },
      [
        "memory: the containers' memoryReservation is 1025 MiB in sum, and the task's memory only 1024",
      ],
    ],
    [
      { memory: '512', containerDefinitions: [{ ...A, memory: 513 }] },
      ["containerDefinitions[0].memory: is 513 MiB, more than the whole task's 512 MiB"],
    ],
    [
      { containerDefinitions: [{ ...A, memory: undefined }] },
      [
        'containerDefinitions[0].memory: is required on EC2 where the task has none (give "memory" or "memoryReservation" in MiB)',
      ],
    ],
  ])('%j', (change, expected) => expect(problems(change)).toEqual(expected));

  it.each<[ContainerDefinition, string[]]>([
    [{ memory: 3 }, ['memory: must be at least 4 MiB, not 3']],
    [
      { memory: 64, memoryReservation: 65 },
      ['memory: must not be less than memoryReservation, which is 65 MiB'],
    ],
    [{ cpu: -1 }, ['cpu: must not be below 0']],
    [
      { resourceRequirements: [{ type: 'GPU', value: 'all' }] },
      ['resourceRequirements[0].value: must be a number of GPUs, as text (write "1")'],
    ],
    [
      { resourceRequirements: [{ type: 'InferenceAccelerator', value: 'device' }] },
      ['resourceRequirements[0].value: there is no inference accelerator "device"'],
    ],
  ])('%j', (change, expected) => expect(inContainer(change)).toEqual(expected));

  it('takes a container that has as much as it reserves, and remarks on very little', () => {
    expect(inContainer({ memoryReservation: 64 })).toEqual([]);
    expect(inContainer({ memory: 5 }, 'ec2', 'warning')).toEqual([
      'memory: is less than the 6 MiB that Docker needs from 20.10',
    ]);
  });
});

describe('volumes', () => {
  const efs = (change: object) => ({
    volumes: [{ name: 'v', efsVolumeConfiguration: { fileSystemId: 'fs-01234567', ...change } }],
  });

  it.each<[TaskDefinition, string[]]>([
    [{ volumes: [{}] }, ['volumes[0].name: is required']],
    [
      { volumes: [{ name: 'a/b' }] },
      ['volumes[0].name: may have up to 255 letters, digits, - and _, and nothing else'],
    ],
    [
      { volumes: [{ name: 'v' }, { name: 'v' }] },
      ['volumes[1].name: volumes[0] is called "v" already'],
    ],
    [
      {
        volumes: [
          { name: 'v', host: { sourcePath: '/v' }, dockerVolumeConfiguration: { scope: 'task' } },
        ],
      },
      ['volumes[0]: a volume is of one kind, and this has host and dockerVolumeConfiguration'],
    ],
    [
      {
        volumes: [
          { name: 'v', configuredAtLaunch: true },
          { name: 'w', configuredAtLaunch: true },
        ],
      },
      [
        'volumes[1].configuredAtLaunch: one volume is configured at launch, and volumes[0] is already',
      ],
    ],
    [
      efs({ fileSystemId: '<EFS_ID>' }),
      [
        'volumes[0].efsVolumeConfiguration.fileSystemId: must be the id of a file system: fs-0123456789abcdef0 (<EFS_ID> is a placeholder to be filled in first)',
      ],
    ],
    [
      efs({ authorizationConfig: { iam: 'ENABLED' } }),
      [
        'volumes[0].efsVolumeConfiguration.transitEncryption: must be "ENABLED" for IAM authorization',
      ],
    ],
    [
      efs({
        transitEncryption: 'ENABLED',
        rootDirectory: '/data',
        authorizationConfig: { accessPointId: 'fsap-01234567' },
      }),
      [
        'volumes[0].efsVolumeConfiguration.rootDirectory: goes not with an access point, which has its own (leave it out, or write "/")',
      ],
    ],
    [
      {
        volumes: [{ name: 'data' }],
        containerDefinitions: [
          { ...A, mountPoints: [{ sourceVolume: 'dta', containerPath: '/data' }] },
        ],
      },
      [
        'containerDefinitions[0].mountPoints[0].sourceVolume: there is no volume "dta" (did you mean "data"?)',
      ],
    ],
  ])('%j', (change, expected) => expect(problems(change)).toEqual(expected));
});

describe('networks', () => {
  it.each<[TaskDefinition['networkMode'], ContainerDefinition, string[]]>([
    ['bridge', { portMappings: [{}] }, ['portMappings[0].containerPort: is required']],
    [
      'bridge',
      { portMappings: [{ containerPort: 0, hostPort: 65536 }] },
      [
        'portMappings[0].containerPort: must be from 1 to 65535, not 0',
        'portMappings[0].hostPort: must be from 0 to 65535, not 65536',
      ],
    ],
    [
      'awsvpc',
      { portMappings: [{ containerPort: 80, hostPort: 8080 }] },
      [
        'portMappings[0].hostPort: must be the containerPort, 80, in network mode awsvpc, not 8080 (or leave it out)',
      ],
    ],
    [
      'bridge',
      {
        portMappings: [
          { containerPort: 80, hostPort: 8080 },
          { containerPort: 81, hostPort: 8080 },
        ],
      },
      ['portMappings[1].hostPort: tcp port 8080 is mapped already, by containerDefinitions[0]'],
    ],
    [
      'bridge',
      { portMappings: [{ containerPortRange: '90-80', containerPort: 80, name: 'Web' }] },
      [
        'portMappings[0].containerPortRange: must be two ports from 1 to 65535 in their order, as "8000-8010"',
        'portMappings[0].containerPortRange: goes without containerPort and hostPort',
        'portMappings[0].name: may have up to 64 of a-z, 0-9, _ and -, and not begin with -',
      ],
    ],
    [
      'host',
      { portMappings: [{ containerPortRange: '80-90' }] },
      [
        'portMappings[0].containerPortRange: is not in network mode host (only in bridge and awsvpc)',
      ],
    ],
    [
      'awsvpc',
      { links: ['b'], hostname: 'a' },
      [
        'links: is not supported in network mode awsvpc (only in bridge; in awsvpc containers share localhost)',
        'hostname: is not supported in network mode awsvpc',
      ],
    ],
  ])('%s %j', (networkMode, change, expected) =>
    expect(
      problems({ networkMode, containerDefinitions: [{ ...A, ...change }, B] }).map((line) =>
        line.replace('containerDefinitions[0].', ''),
      ),
    ).toEqual(expected),
  );

  it('refuses a proxy that is not there, or in another mode', () =>
    expect(problems({ proxyConfiguration: { containerName: 'envoy' } })).toEqual([
      'proxyConfiguration: needs network mode awsvpc (write "networkMode": "awsvpc")',
      'proxyConfiguration.containerName: there is no container "envoy"',
    ]));
});

describe('settings', () => {
  it.each<[ContainerDefinition, string[]]>([
    [
      { healthCheck: { command: ['CMD-SHELL'], interval: 4, timeout: 61, retries: 0 } },
      [
        'healthCheck.command: must say what to run (as ["CMD-SHELL", "curl -f http://localhost/ || exit 1"])',
        'healthCheck.interval: must be from 5 to 300, not 4',
        'healthCheck.timeout: must be from 2 to 60, not 61',
        'healthCheck.retries: must be from 1 to 10, not 0',
      ],
    ],
    [{ healthCheck: { command: [] } }, [expect.stringMatching(/^healthCheck.command: must say/)]],
    [
      {
        restartPolicy: {
          enabled: true,
          restartAttemptPeriod: 59,
          ignoredExitCodes: Array.from({ length: 51 }, (_, code) => code),
        },
      },
      [
        'restartPolicy.restartAttemptPeriod: must be from 60 to 1800, not 59',
        'restartPolicy.ignoredExitCodes: are at most 50, not 51',
      ],
    ],
    [{ stopTimeout: -1 }, ['stopTimeout: must not be below 0, not -1']],
    [
      { linuxParameters: { swappiness: 101, maxSwap: -1, tmpfs: [{ size: 0 }] } },
      [
        'linuxParameters.swappiness: must be from 0 to 100, not 101',
        'linuxParameters.maxSwap: must not be below 0, not -1',
        'linuxParameters.tmpfs[0].size: must be at least 1 MiB, not 0',
      ],
    ],
  ])('%j', (change, expected) => expect(inContainer(change)).toEqual(expected));
});

describe('variables, secrets and roles', () => {
  it.each<[ContainerDefinition, string[]]>([
    [
      {
        environment: [{ name: 'KEY', value: '' }],
        secrets: [{ name: 'KEY', valueFrom: 'env:KEY' }],
      },
      ['secrets[0].name: there is a variable or secret "KEY" already (remove one of them)'],
    ],
    [
      { secrets: [{ name: 'KEY', valueFrom: '/key' }] },
      ['executionRoleArn: is required for secrets'],
    ],
    [
      { environmentFiles: [{ type: 's3', value: 's3://settings/prod.env' }] },
      [
        'environmentFiles[0].value: must be the ARN of a file on S3 that ends with .env: arn:aws:s3:::bucket/key.env',
      ],
    ],
  ])('%j', (change, expected) => expect(inContainer(change)).toEqual(expected));

  it('refuses an empty source of a secret, and an ARN that is not filled in', () =>
    expect(
      problems({
        executionRoleArn: 'role',
        containerDefinitions: [
          {
            ...A,
            secrets: [
              { name: 'A', valueFrom: '' },
              { name: 'B', valueFrom: 'arn:aws:ssm:{{region}}:123456789012:parameter/b' },
            ],
          },
        ],
      }),
    ).toEqual([
      'containerDefinitions[0].secrets[0].valueFrom: must name a parameter or a secret',
      'containerDefinitions[0].secrets[1].valueFrom: has a placeholder, {{region}}, that is not filled in',
    ]));

  it.each(['arn:aws:iam::<ACCOUNT_ID>:role/task', 'arn:aws:iam::ACCOUNT:role/task', '{{role}}'])(
    'refuses the role %s',
    (taskRoleArn) =>
      expect(problems({ taskRoleArn })).toEqual([
        expect.stringMatching(/^taskRoleArn: must be a role's name, or its ARN/),
      ]),
  );
});

describe('logs', () => {
  it.each<[ContainerDefinition, string[]]>([
    [
      { logConfiguration: { logDriver: 'awslogs' } },
      ['logConfiguration.options: awslogs requires awslogs-region and awslogs-group'],
    ],
    [
      { logConfiguration: { logDriver: 'awsfirelens' } },
      ['logConfiguration.logDriver: awsfirelens needs a container with a firelensConfiguration'],
    ],
    [
      { firelensConfiguration: { type: 'fluentbit' } },
      ['firelensConfiguration: needs a container with the log driver awsfirelens'],
    ],
  ])('%j', (change, expected) => expect(inContainer(change)).toEqual(expected));
});

describe('tags', () => {
  const numbered = (length: number) => Array.from({ length }, (_, at) => ({ key: `k${at}` }));

  it.each<[string, TaskDefinition['tags'], string[]]>([
    ['one too many', numbered(51), ['tags: are at most 50, and these are 51']],
    [
      'a key twice',
      [{ key: 'team' }, { key: 'Team' }, { key: 'team' }],
      ['tags[2].key: tags[0] has the key "team" already'],
    ],
    [
      'empty and long texts',
      [{ value: 'v' }, { key: 'k'.repeat(129), value: 'v'.repeat(257) }],
      [
        'tags[0].key: must have from 1 to 128 characters, not 0',
        'tags[1].key: must have from 1 to 128 characters, not 129',
        'tags[1].value: has at most 256 characters',
      ],
    ],
    [
      'texts of the greatest length, and those of AWS, which do not count',
      [
        ...numbered(49),
        { key: 'é'.repeat(128), value: '𝒗'.repeat(256) },
        { key: 'aws:cloudformation:stack-name', value: 's' },
      ],
      [],
    ],
  ])('%s', (_, tags, expected) => expect(problems({ tags })).toEqual(expected));

  it('remarks on those that are reserved for AWS', () =>
    expect(problems({ tags: [{ key: 'AWS:a', value: 'b' }] }, 'ec2', 'warning')).toEqual([
      'tags[0].key: "AWS:a" is reserved for AWS, which sets it itself (leave it out)',
    ]));
});

describe('Fargate', () => {
  it.each<[TaskDefinition, string[]]>([
    [
      { networkMode: undefined, cpu: undefined, memory: undefined },
      [
        'networkMode: is required on Fargate (write "awsvpc")',
        'cpu: is required on Fargate, for the whole task',
        'memory: is required on Fargate, for the whole task',
      ],
    ],
    [{ networkMode: 'bridge' }, ['networkMode: "bridge" is not on Fargate (write "awsvpc")']],
    [
      { memory: '3 GB' },
      [
        'cpu: Fargate has no size with 256 cpu units and 3 GiB (the nearest is "cpu": "512", "memory": "3072")',
      ],
    ],
    [
      { runtimePlatform: { operatingSystemFamily: 'WINDOWS_SERVER_2019_CORE' } },
      [
        'cpu: Fargate has no size with 256 cpu units and 512 MiB for Windows (the nearest is "cpu": "1024", "memory": "2048")',
      ],
    ],
    [
      {
        placementConstraints: [{ type: 'memberOf', expression: 'a == b' }],
        inferenceAccelerators: [{ deviceName: 'd', deviceType: 't' }],
        ipcMode: 'task',
        pidMode: 'host',
        ephemeralStorage: { sizeInGiB: 20 },
      },
      [
        'placementConstraints: is not supported on Fargate',
        'inferenceAccelerators: is not supported on Fargate',
        'ipcMode: is not supported on Fargate',
        'pidMode: "host" is not supported on Fargate (write "task")',
        'ephemeralStorage.sizeInGiB: must be from 21 to 200, not 20 (without it, a task has 20)',
      ],
    ],
    [
      {
        volumes: [
          { name: 'v', host: { sourcePath: '/v' } },
          { name: 'w', dockerVolumeConfiguration: {} },
        ],
      },
      [
        'volumes[0].host.sourcePath: a path of the host is not supported on Fargate (leave "host" out)',
        'volumes[1].dockerVolumeConfiguration: is not supported on Fargate',
      ],
    ],
  ])('%j', (change, expected) =>
    expect(problems({ ...FARGATE, ...change }, 'fargate')).toEqual(expected),
  );

  it.each<[ContainerDefinition, string[]]>([
    [{ privileged: true }, ['privileged: is not supported on Fargate']],
    [{ privileged: false }, []],
    [
      { resourceRequirements: [{ type: 'GPU', value: '1' }] },
      ['resourceRequirements[0].type: GPU is not supported on Fargate (launch it on EC2)'],
    ],
    [{ stopTimeout: 121 }, ['stopTimeout: is at most 120 seconds on Fargate, not 121']],
    [
      { logConfiguration: { logDriver: 'json-file' } },
      [
        'logConfiguration.logDriver: json-file is not supported on Fargate (it has awslogs, splunk, awsfirelens)',
      ],
    ],
    [
      { image: '123456789012.dkr.ecr.eu-west-1.amazonaws.com/a' },
      ['executionRoleArn: is required for images in ECR'],
    ],
    [
      {
        linuxParameters: {
          capabilities: { add: ['SYS_PTRACE', 'NET_ADMIN'] },
          devices: [{ hostPath: '/dev/fuse' }],
          sharedMemorySize: 64,
          maxSwap: 0,
        },
      },
      [
        'linuxParameters.devices: is not supported on Fargate',
        'linuxParameters.sharedMemorySize: is not supported on Fargate',
        'linuxParameters.maxSwap: is not supported on Fargate',
        'linuxParameters.capabilities.add[1]: adding NET_ADMIN is not supported on Fargate (only SYS_PTRACE may be added)',
      ],
    ],
  ])('%j', (change, expected) =>
    expect(
      problems({ ...FARGATE, containerDefinitions: [{ ...A, ...change }, B] }, 'fargate').map(
        (line) => line.replace('containerDefinitions[0].', ''),
      ),
    ).toEqual(expected),
  );

  it('has its rules wherever the definition requires it, and nowhere else', () => {
    const change: TaskDefinition = { containerDefinitions: [{ ...A, privileged: true }] };
    expect(problems(change, 'local')).toEqual([]);
    expect(problems(change, 'ec2')).toEqual([]);
    expect(problems({ ...change, requiresCompatibilities: ['FARGATE'] }, 'local')).toEqual([
      'containerDefinitions[0].privileged: is not supported on Fargate',
    ]);
  });
});
