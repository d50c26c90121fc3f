/** What is seldom met: remarks, and bounds at the edge of the rules. */
import { expect, it } from 'vitest';
import { formatProblem } from '../../../src/errors.ts';
import type {
  ContainerDefinition,
  TaskDefinition,
} from '../../../src/spec/task-definition/task-definition.ts';
import { type Launch, validateTaskDefinition } from '../../../src/spec/task-definition/validate.ts';

const A: ContainerDefinition = { name: 'a', image: 'a', memory: 64 };
const B: ContainerDefinition = { name: 'b', image: 'b', memory: 64 };
const FARGATE: TaskDefinition = {
  networkMode: 'awsvpc',
  cpu: '1024',
  memory: '2048',
  executionRoleArn: 'role',
};
const WINDOWS = 'WINDOWS_SERVER_2022_CORE';
const FILE = { type: 's3', value: 'arn:aws:s3:::bucket/a.env' } as const;

/** All problems, with their severity, of a definition that is right but for what is given. */
function found(change: TaskDefinition, launch: Launch): string[] {
  const definition = { family: 'f', containerDefinitions: [A], ...change };
  return validateTaskDefinition(definition, { launch }).map(
    (problem) => `${problem.severity} ${formatProblem(problem)}`,
  );
}

const only = (change: ContainerDefinition, others: TaskDefinition = {}): TaskDefinition => ({
  ...others,
  containerDefinitions: [{ ...A, ...change }],
});

it.each<[string, TaskDefinition, Launch, string]>([
  [
    'a parameter whose name is not filled in',
    only({ secrets: [{ name: 'K', valueFrom: '/{{stage}}/k' }] }, { executionRoleArn: 'role' }),
    'ec2',
    'warning containerDefinitions[0].secrets[0].valueFrom: has a placeholder, {{stage}}',
  ],
  [
    'a variable twice',
    only({
      environment: [
        { name: 'K', value: '1' },
        { name: 'K', value: '2' },
      ],
    }),
    'ec2',
    'warning containerDefinitions[0].environment[1].name: "K" is set twice',
  ],
  [
    'too many files of variables',
    only({ environmentFiles: Array.from({ length: 11 }, () => FILE) }),
    'ec2',
    'error containerDefinitions[0].environmentFiles: are at most 10, not 11',
  ],
  [
    'a Windows that Fargate does not have',
    { ...FARGATE, runtimePlatform: { operatingSystemFamily: 'WINDOWS_SERVER_2016_FULL' } },
    'fargate',
    'error runtimePlatform.operatingSystemFamily: WINDOWS_SERVER_2016_FULL is not supported',
  ],
  [
    'Windows on ARM64',
    {
      ...FARGATE,
      runtimePlatform: { operatingSystemFamily: WINDOWS, cpuArchitecture: 'ARM64' },
    },
    'fargate',
    'error runtimePlatform.cpuArchitecture: Windows on ARM64 is not supported',
  ],
  [
    'FSx for Windows on Fargate',
    {
      ...FARGATE,
      volumes: [
        {
          name: 'v',
          fsxWindowsFileServerVolumeConfiguration: {
            fileSystemId: 'fs-01234567',
            rootDirectory: 'share',
            authorizationConfig: { credentialsParameter: 'arn:p', domain: 'd' },
          },
        },
      ],
    },
    'fargate',
    'warning volumes[0].fsxWindowsFileServerVolumeConfiguration: FSx for Windows is documented',
  ],
  [
    'security options on Fargate',
    only({ dockerSecurityOptions: ['no-new-privileges'] }, FARGATE),
    'fargate',
    'error containerDefinitions[0].dockerSecurityOptions: is not supported on Fargate',
  ],
  [
    'two log routers',
    {
      containerDefinitions: [
        { ...A, firelensConfiguration: { type: 'fluentbit' } },
        {
          ...B,
          firelensConfiguration: { type: 'fluentd' },
          logConfiguration: { logDriver: 'awsfirelens' },
        },
      ],
    },
    'ec2',
    'error containerDefinitions[1].firelensConfiguration: a task has one log router',
  ],
  [
    'too many ranges of ports',
    only({
      portMappings: Array.from({ length: 101 }, (_, at) => ({
        containerPortRange: `${1000 + 2 * at}-${1001 + 2 * at}`,
      })),
    }),
    'ec2',
    'error containerDefinitions[0].portMappings: a container has at most 100 ranges',
  ],
  [
    'a port of two containers that share a network',
    {
      networkMode: 'awsvpc',
      containerDefinitions: [A, B].map((each) => ({
        ...each,
        portMappings: [{ containerPort: 80 }],
      })),
    },
    'ec2',
    'warning containerDefinitions[1].portMappings[0].containerPort: tcp port 80 is mapped already',
  ],
  [
    "a control of the host's network",
    only(
      { systemControls: [{ namespace: 'net.core.somaxconn', value: '1024' }] },
      { networkMode: 'host' },
    ),
    'ec2',
    'warning containerDefinitions[0].systemControls[0]: net.core.somaxconn would be',
  ],
  [
    'swappiness alone',
    only({ linuxParameters: { swappiness: 60 } }),
    'ec2',
    'warning containerDefinitions[0].linuxParameters.swappiness: does nothing without maxSwap',
  ],
  [
    'a soft limit above the hard one',
    only({ ulimits: [{ name: 'nofile', softLimit: 2, hardLimit: 1 }] }),
    'ec2',
    'warning containerDefinitions[0].ulimits[0].softLimit: of nofile is above the hard limit, 1',
  ],
  [
    'a path mounted twice',
    {
      ...only({
        mountPoints: [
          { sourceVolume: 'v', containerPath: '/v' },
          { sourceVolume: 'v', containerPath: '/v' },
        ],
      }),
      volumes: [{ name: 'v' }],
    },
    'ec2',
    'warning containerDefinitions[0].mountPoints[1].containerPath: "/v" is mounted twice',
  ],
  [
    'an accelerator without a name',
    only({ resourceRequirements: [{ type: 'InferenceAccelerator', value: undefined }] }),
    'ec2',
    'error containerDefinitions[0].resourceRequirements[0].value: must name one',
  ],
])('finds %s, and nothing else', (_, change, launch, expected) => {
  const lines = found(change, launch);
  expect(lines).toHaveLength(1);
  expect(lines[0]?.startsWith(expected), lines[0]).toBe(true);
});

it('refuses both settings of swap on Fargate', () =>
  expect(
    found(only({ linuxParameters: { maxSwap: 1, swappiness: 60 } }, FARGATE), 'fargate'),
  ).toEqual([
    'error containerDefinitions[0].linuxParameters.maxSwap: is not supported on Fargate',
    'error containerDefinitions[0].linuxParameters.swappiness: is not supported on Fargate',
  ]));
