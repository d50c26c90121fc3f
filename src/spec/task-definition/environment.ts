/** Variables, secrets, and the roles that fetch them. */
import type { Problem } from '../../errors.ts';
import { refusal, remark } from './findings.ts';
import type { ContainerDefinition, TaskDefinition } from './task-definition.ts';
import { mustMatch, placeholderIn } from './unfilled.ts';

/** A role's ARN, or its short name ("taskRoleArn" of RegisterTaskDefinition). */
const ROLE = /^(arn:aws[a-z-]*:iam::\d{12}:role\/)?[\w+=,.@/-]*$/;

const MOST_FILES = 10;
const FILE = /^arn:aws[a-z-]*:s3:::[^/]+\/.*\.env$/;

/** An image in a private registry of ECR. */
const ECR_IMAGE = /\.dkr[.-]ecr[.-]/;

/** Values of secrets that are found on the machine that launches, and not on AWS. */
const HERE = /^(env|file):/;

export interface RoleRules {
  /** Whether a role must be there already, which Slipway would fill in. */
  complete: boolean;
  fargate: boolean;
}

export function environmentProblems(definition: TaskDefinition, rules: RoleRules): Problem[] {
  return [
    ...(['taskRoleArn', 'executionRoleArn'] as const).flatMap((key) =>
      mustMatch(
        ROLE,
        definition[key],
        [key],
        "must be a role's name, or its ARN: arn:aws:iam::<12 digits>:role/<name>",
      ),
    ),
    ...(rules.complete && !definition.executionRoleArn ? roleProblems(definition, rules) : []),
    ...(definition.containerDefinitions ?? []).flatMap((container, index) => [
      ...secretProblems(container, ['containerDefinitions', index, 'secrets']),
      ...repeatedVariables(container, ['containerDefinitions', index, 'environment']),
      ...fileProblems(container, ['containerDefinitions', index, 'environmentFiles']),
    ]),
  ];
}

/**
 * ECS: "When you are specifying container secrets, you must also specify a value for
 * 'executionRoleArn'." and "Fargate requires task definition to have execution role ARN to support
 * ECR images", or "log driver awslogs".
 */
function roleProblems(
  { containerDefinitions = [] }: TaskDefinition,
  { fargate }: RoleRules,
): Problem[] {
  const reasons = containerDefinitions.flatMap(({ secrets, image = '', logConfiguration }) => [
    ...(secrets?.some(({ valueFrom }) => !HERE.test(valueFrom ?? '')) ? ['secrets'] : []),
    ...(fargate && ECR_IMAGE.test(image) ? ['images in ECR'] : []),
    ...(fargate && logConfiguration?.logDriver === 'awslogs' ? ['the log driver awslogs'] : []),
  ]);
  return reasons[0] === undefined
    ? []
    : refusal(['executionRoleArn'], `is required for ${[...new Set(reasons)].join(', ')}`);
}

/** ECS: "The secret name must be unique and not shared with any … environment variables". */
function secretProblems(
  { secrets = [], environment = [] }: ContainerDefinition,
  path: Problem['path'],
): Problem[] {
  const taken = new Set(environment.map(({ name }) => name));
  return secrets.flatMap(({ name, valueFrom = '' }, index) => {
    const repeated = taken.has(name);
    taken.add(name);
    return [
      ...(repeated
        ? refusal(
            [...path, index, 'name'],
            `there is a variable or secret "${name}" already`,
            'remove one of them',
          )
        : []),
      ...sourceProblems(valueFrom, [...path, index, 'valueFrom']),
    ];
  });
}

function sourceProblems(valueFrom: string, path: Problem['path']): Problem[] {
  if (valueFrom === '') return refusal(path, 'must name a parameter or a secret');
  const placeholder = HERE.test(valueFrom) ? undefined : placeholderIn(valueFrom);
  if (placeholder === undefined) return [];
  const message = `has a placeholder, ${placeholder}, that is not filled in`;
  return valueFrom.startsWith('arn:') ? refusal(path, message) : remark(path, message);
}

/** ECS takes them; which one counts is left to the engine. */
function repeatedVariables(
  { environment = [] }: ContainerDefinition,
  path: Problem['path'],
): Problem[] {
  const seen = new Set<string>();
  return environment.flatMap(({ name = '' }, index) => {
    const repeated = seen.has(name);
    seen.add(name);
    return repeated ? remark([...path, index, 'name'], `"${name}" is set twice`) : [];
  });
}

/** "environmentFiles" of ContainerDefinition in the ECS API reference. */
function fileProblems(
  { environmentFiles = [] }: ContainerDefinition,
  path: Problem['path'],
): Problem[] {
  return [
    ...(environmentFiles.length > MOST_FILES
      ? refusal(path, `are at most ${MOST_FILES}, not ${environmentFiles.length}`)
      : []),
    ...environmentFiles.flatMap(({ value }, index) =>
      mustMatch(
        FILE,
        value,
        [...path, index, 'value'],
        'must be the ARN of a file on S3 that ends with .env: arn:aws:s3:::bucket/key.env',
      ),
    ),
  ];
}
