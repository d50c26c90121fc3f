import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatProblem } from '../../../src/errors.ts';
import { parseTaskDefinition } from '../../../src/spec/task-definition/parse.ts';
import { VALID } from './definitions.ts';

const container = { name: 'a', image: 'a' };

function problemsOf(value: unknown, partial = false): string[] {
  return parseTaskDefinition(value, { partial }).problems.map((problem) => formatProblem(problem));
}

describe('parseTaskDefinition', () => {
  it.each(Object.entries(VALID))('takes %s', (_, value) =>
    expect(parseTaskDefinition(value)).toEqual({ definition: value, problems: [] }),
  );

  it('writes the size of a task as text, as ECS does', () =>
    expect(
      parseTaskDefinition({ family: 'f', cpu: 256, memory: 512, containerDefinitions: [] })
        .definition,
    ).toEqual({ family: 'f', cpu: '256', memory: '512', containerDefinitions: [] }));

  it('takes what describe-task-definition prints, without what is read-only', () => {
    const described = {
      taskDefinition: {
        taskDefinitionArn: 'arn:aws:ecs:eu-west-1:123456789012:task-definition/f:3',
        family: 'f',
        revision: 3,
        status: 'ACTIVE',
        registeredAt: new Date(0),
        containerDefinitions: [{ ...container, hostname: null, dockerLabels: { a: null } }],
        volumes: [],
      },
      tags: [{ key: 'a', value: 'b' }],
    };
    const { definition, problems } = parseTaskDefinition(described);
    expect(definition).toEqual({
      family: 'f',
      containerDefinitions: [{ ...container, dockerLabels: {} }],
      volumes: [],
      tags: [{ key: 'a', value: 'b' }],
    });
    expect(problems.map(({ severity, path }) => [severity, path.join('.')])).toEqual([
      ['warning', 'taskDefinition.taskDefinitionArn'],
      ['warning', 'taskDefinition.revision'],
      ['warning', 'taskDefinition.status'],
      ['warning', 'taskDefinition.registeredAt'],
    ]);
  });

  it('takes containers alone, and tells of them by their place in the list', () => {
    expect(parseTaskDefinition([container])).toEqual({
      definition: { containerDefinitions: [container] },
      problems: [],
    });
    expect(problemsOf([{ imge: 'a' }])).toEqual([
      '[0].imge: there is no such key (did you mean "image"?)',
    ]);
  });

  it('takes the one container of a partial definition, and less', () => {
    expect(parseTaskDefinition({ containerDefinitions: container }, { partial: true })).toEqual({
      definition: { containerDefinitions: [container] },
      problems: [],
    });
    expect(problemsOf({ containerDefinitions: { memory: '5' } }, true)).toEqual([
      'containerDefinitions.memory: must be a whole number, not "5" (write 5)',
    ]);
    expect(problemsOf({}, true)).toEqual([]);
  });

  it.each<[string, unknown, string[]]>([
    ['nothing', null, ['must be a task definition: an object, or a list']],
    ['text', 'family', ['must be a task definition: an object, or a list']],
    ['an empty object', {}, ['family: is required', 'containerDefinitions: is required']],
    ['a list of text', ['a'], ['[0]: must be an object, not "a"']],
    [
      "CloudFormation's spelling",
      { Family: 'f', ContainerDefinitions: [{ Name: 'a' }] },
      [
        'Family: is CloudFormation\'s spelling (ECS writes "family")',
        'ContainerDefinitions: is CloudFormation\'s spelling (ECS writes "containerDefinitions")',
      ],
    ],
    [
      'wrong types, all at once',
      {
        family: 7,
        requiresCompatibilities: 'FARGATE',
        networkMode: 'vpc',
        containerDefinitions: [
          {
            ...container,
            cpu: 1.5,
            essential: 'False',
            command: 'run',
            environment: { A: 'b' },
            dockerLabels: { a: 1 },
            portMappings: [{ containerPort: 80, protocol: 'TCP' }],
            dependsOn: [{ containerName: 'b' }],
            secrets: [null],
          },
        ],
      },
      [
        'family: must be text, not 7 (write "7")',
        'requiresCompatibilities: must be a list, not "FARGATE" (write ["FARGATE"])',
        'networkMode: must be one of awsvpc, bridge, host, none, not "vpc"',
        'containerDefinitions[0].cpu: must be a whole number, not 1.5',
        'containerDefinitions[0].essential: must be true or false, not "False" (write false)',
        'containerDefinitions[0].command: must be a list, not "run" (write ["run"])',
        'containerDefinitions[0].environment: must be a list, not an object',
        'containerDefinitions[0].dockerLabels.a: must be text, not 1 (write "1")',
        'containerDefinitions[0].portMappings[0].protocol: must be one of tcp, udp, not "TCP" (did you mean "tcp"?)',
        'containerDefinitions[0].dependsOn[0].condition: is required',
        'containerDefinitions[0].secrets[0]: must be an object, not null',
      ],
    ],
    [
      'values that a template leaves open',
      {
        family: 'f',
        networkMode: '{{networkMode}}',
        requiresCompatibilities: ['<LAUNCH_TYPE>'],
        containerDefinitions: [container],
      },
      [
        'networkMode: must be one of awsvpc, bridge, host, none, not "{{networkMode}}" ({{networkMode}} is a placeholder to be filled in first)',
        'requiresCompatibilities[0]: must be one of EC2, EXTERNAL, FARGATE, MANAGED_INSTANCES, not "<LAUNCH_TYPE>" (<LAUNCH_TYPE> is a placeholder to be filled in first)',
      ],
    ],
    [
      'keys beside a wrapped definition',
      { taskDefinition: { family: 'f', containerDefinitions: [container] }, failures: [] },
      ['failures: there is no such key beside "taskDefinition" (only "tags" may be)'],
    ],
    [
      'the names of what all objects have',
      { family: 'f', containerDefinitions: [container], constructor: {}, toString: 'a' },
      ['constructor: there is no such key', 'toString: there is no such key'],
    ],
  ])('refuses %s', (_, value, expected) => {
    expect(problemsOf(value)).toEqual(expected);
    expect(parseTaskDefinition(value).definition).toBeUndefined();
  });

  it('refuses a cycle in the data instead of walking along it', () => {
    const cyclic: Record<string, unknown> = { family: 'f' };
    cyclic.containerDefinitions = [cyclic];
    expect(problemsOf(cyclic)).toEqual(['containerDefinitions[0]: must not contain itself']);
  });

  it('never throws, and has either a definition or an error', () => {
    fc.assert(
      fc.property(fc.anything(), fc.boolean(), (value, partial) => {
        const { definition, problems } = parseTaskDefinition(value, { partial });
        const refused = problems.some(({ severity }) => severity === 'error');
        expect(definition === undefined).toBe(refused);
      }),
      { numRuns: 500 },
    );
  });
});
