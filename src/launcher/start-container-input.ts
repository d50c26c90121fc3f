/**
 * What `startContainer` takes: the keys of a job, and the names that users of aws-container-launcher
 * know, in camelCase. Those that only make sense on AWS have their types now and are refused here.
 */
import { UsageError } from '../errors.ts';
import type { JobInput } from '../spec/job.ts';
import type { TaskDefinition } from '../spec/task-definition/task-definition.ts';
import { NotOnThisBackend } from './errors.ts';

/** Options of a launcher that only make sense on AWS. */
export interface AwsLauncherOptions {
  region?: string | undefined;
  /** Of the table that keeps the state of runs. */
  monitoringTableTags?: Readonly<Record<string, string>> | undefined;
  /** Minutes to wait for a spot instance. */
  spotInstanceDeployingTimeoutInMinutes?: number | undefined;
}

export type Storage =
  | {
      type: 'ebs';
      deviceName?: string | undefined;
      /** In GiB. */
      volumeSize: number;
      volumeType?: 'standard' | 'io1' | 'io2' | 'gp2' | 'gp3' | 'sc1' | 'st1' | undefined;
      dir?: string | undefined;
    }
  | { type: 'fsx'; fileSystemId: string; dir?: string | undefined }
  | { type: 'ssd_instance_store'; dir?: string | undefined };

export interface SpotOptions {
  /** Percent. */
  maxInterruptionFrequency?: number | undefined;
  maxInstanceTypeCandidates?: number | undefined;
  spotAllocationStrategy?:
    | 'lowest-price'
    | 'capacity-optimized'
    | 'capacity-optimized-prioritized'
    | undefined;
}

export interface ScalingOptions {
  scalingEnabled?: boolean | undefined;
  scalingOptions?:
    | {
        /** Seconds: 10, 30, or a multiple of 60. */
        period?: number | undefined;
        evaluationPeriods?: number | undefined;
        /** Percent of CPU below which an instance counts as idle. */
        threshold?: number | undefined;
      }
    | undefined;
}

interface RoleOptions {
  /** An existing role; it goes before the others. */
  arn?: string | undefined;
  policyDocuments?: readonly object[] | undefined;
  managedPolicyArns?: readonly string[] | undefined;
}

/** Options of a container that only make sense on AWS. */
export interface AwsContainerOptions {
  instanceType?: string | undefined;
  subnetIds?: readonly string[] | undefined;
  ec2SgIds?: readonly string[] | undefined;
  isSpot?: boolean | undefined;
  spot?: SpotOptions | undefined;
  storages?: readonly Storage[] | undefined;
  options?: ScalingOptions | undefined;
  iam?:
    | {
        ec2?: RoleOptions | undefined;
        ecsTask?: RoleOptions | undefined;
        ecsTaskExecution?: RoleOptions | undefined;
      }
    | undefined;
  logs?: { ecsTask?: { group: string; streamPrefix: string } | undefined } | undefined;
}

export interface StartContainerInput extends JobInput, AwsContainerOptions {
  /** Of the run: a second start with the same one gives the first. */
  id?: string | undefined;
  /** The same as `image`. */
  dockerImage?: string | undefined;
  /** Lines for a shell, run in order until one fails. Instead of `command`. */
  commands?: readonly string[] | undefined;
  /** The same as `taskDefinition`. */
  ecsTaskDefinition?: TaskDefinition | undefined;
  /** Put behind the name. */
  nameSuffix?: string | undefined;
}

/** Why each option of a container waits for AWS. */
const AWS_ONLY: Readonly<Record<keyof AwsContainerOptions, string>> = {
  instanceType: 'instance types are EC2’s; here cpu and memory are the limits',
  subnetIds: 'subnets are a VPC’s',
  ec2SgIds: 'security groups are a VPC’s',
  isSpot: 'spot capacity is EC2’s',
  spot: 'spot capacity is EC2’s',
  storages:
    'EBS, FSx and instance stores are an instance’s; here volumes name folders of this machine',
  options: 'this machine is not scaled in',
  iam: 'there are no IAM roles here; secrets pass credentials',
  logs: 'logs stay on this machine and are read with logs()',
};

const AWS_ONLY_LAUNCHER: Readonly<Record<keyof AwsLauncherOptions, string>> = {
  region: 'this machine is in none',
  monitoringTableTags: 'records of local runs are in a file',
  spotInstanceDeployingTimeoutInMinutes: 'spot capacity is EC2’s',
};

/** @throws NotOnThisBackend with a sentence for each option that waits for AWS. */
export function refuseAwsOptions(launcher: AwsLauncherOptions, input: StartContainerInput): void {
  const given = [
    ...Object.entries(AWS_ONLY_LAUNCHER).filter(
      ([key]) => launcher[key as keyof AwsLauncherOptions] !== undefined,
    ),
    ...Object.entries(AWS_ONLY).filter(
      ([key]) => input[key as keyof AwsContainerOptions] !== undefined,
    ),
  ];
  if (given.length === 0) return;
  const reasons = given.map(([key, why]) => `  ${key}: ${why}`);
  throw new NotOnThisBackend(
    ['These options only make sense on AWS, and this container runs here:', ...reasons].join('\n'),
    { hint: 'Leave them out.' },
  );
}

/**
 * The job that an input stands for, still to be parsed.
 * @throws UsageError where a thing is said twice, under both of its names.
 */
export function jobOf(input: StartContainerInput): Record<string, unknown> {
  const { id, dockerImage, commands, ecsTaskDefinition, nameSuffix, ...job } = input;
  refuseBoth('dockerImage', dockerImage, 'image', job.image);
  refuseBoth('commands', commands, 'command', job.command);
  refuseBoth('ecsTaskDefinition', ecsTaskDefinition, 'taskDefinition', job.taskDefinition);
  const name = [job.name, nameSuffix].filter((part) => part !== undefined).join('-');
  return withoutUndefined({
    ...job,
    image: job.image ?? dockerImage,
    command: job.command ?? (commands && ['set -e', ...commands].join('\n')),
    taskDefinition: job.taskDefinition ?? ecsTaskDefinition,
    name: name === '' ? undefined : name,
  });
}

function refuseBoth(alias: string, one: unknown, key: string, other: unknown): void {
  if (one === undefined || other === undefined) return;
  throw new UsageError(`${alias} and ${key} are the same thing, and both are given.`, {
    hint: `Leave ${alias} out.`,
  });
}

function withoutUndefined(value: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(value).filter(([, entry]) => entry !== undefined));
}
