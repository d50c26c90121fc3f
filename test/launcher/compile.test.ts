import { describe, expect, it } from 'vitest';
import { compileJob } from '../../src/launcher/compile.ts';
import type { LoadedJob } from '../../src/spec/job-file.ts';
import type { TaskDefinition } from '../../src/spec/task-definition/task-definition.ts';

const compile = (job: LoadedJob, given?: TaskDefinition) => compileJob(job, given);
const only = (job: LoadedJob, given?: TaskDefinition) =>
  compile(job, given).definition.containerDefinitions?.[0];

describe('compileJob', () => {
  it('makes one container of a job alone', () => {
    expect(
      compile({ name: 'a.b', image: 'i', command: ['x', 'y'], cpu: 0.5, memory: 512 }),
    ).toEqual({
      definition: {
        family: 'a-b',
        cpu: '512',
        memory: '512',
        containerDefinitions: [{ name: 'main', image: 'i', command: ['x', 'y'] }],
      },
      main: 'main',
      inputs: {},
      outputs: {},
      environmentFiles: [],
      ports: [],
    });
  });

  it('hands one string to a shell, behind an entry point that is asked for', () => {
    expect(only({ command: 'a | b' })).toMatchObject({
      entryPoint: ['/bin/sh', '-c'],
      command: ['a | b'],
    });
    expect(only({ command: 'a | b', entryPoint: ['tini', '--'] })).toMatchObject({
      entryPoint: ['tini', '--'],
      command: ['/bin/sh', '-c', 'a | b'],
    });
  });

  it('lays the shorthands over the main container and leaves the others alone', () => {
    const given: TaskDefinition = {
      family: 'web',
      containerDefinitions: [
        { name: 'init', image: 'init', essential: false },
        {
          name: 'web',
          image: 'old',
          environment: [
            { name: 'KEEP', value: '1' },
            { name: 'REPLACE', value: 'old' },
          ],
          resourceRequirements: [{ type: 'GPU', value: '1' }],
        },
      ],
    };
    const { definition, main } = compile(
      { image: 'new', env: { REPLACE: 'new', ADD: '' }, user: '7', gpu: 0 },
      given,
    );
    expect(main).toBe('web');
    expect(definition.containerDefinitions?.[0]).toBe(given.containerDefinitions?.[0]);
    expect(definition.containerDefinitions?.[1]).toMatchObject({
      image: 'new',
      user: '7',
      resourceRequirements: [],
      environment: [
        { name: 'KEEP', value: '1' },
        { name: 'REPLACE', value: 'new' },
        { name: 'ADD', value: '' },
      ],
    });
  });

  it('gives a secret of the job to the main container, and to whoever has one of its name', () => {
    const arn = 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:x';
    const { definition } = compile(
      { secrets: { TOKEN: { env: 'T' }, KEY: { file: '/k' } } },
      {
        containerDefinitions: [
          { name: 'main' },
          { name: 'side', essential: false, secrets: [{ name: 'TOKEN', valueFrom: arn }] },
        ],
      },
    );
    expect(definition.containerDefinitions?.map(({ secrets }) => secrets)).toEqual([
      [
        { name: 'TOKEN', valueFrom: 'env:T' },
        { name: 'KEY', valueFrom: 'file:/k' },
      ],
      [{ name: 'TOKEN', valueFrom: 'env:T' }],
    ]);
  });

  it('mounts volumes into every container, over what was at their path', () => {
    const { definition } = compile(
      {
        volumes: [
          { name: 'data', path: '/data', readOnly: false },
          { hostPath: '/here', path: '/there', readOnly: true },
        ],
      },
      {
        volumes: [{ name: 'data', host: { sourcePath: '/old' } }, { name: 'other' }],
        containerDefinitions: [
          { name: 'a', mountPoints: [{ sourceVolume: 'other', containerPath: '/data' }] },
          { name: 'b' },
        ],
      },
    );
    expect(definition.volumes).toEqual([
      { name: 'other' },
      { name: 'data' },
      { name: 'volume-1', host: { sourcePath: '/here' } },
    ]);
    const points = [
      { sourceVolume: 'data', containerPath: '/data', readOnly: false },
      { sourceVolume: 'volume-1', containerPath: '/there', readOnly: true },
    ];
    expect(definition.containerDefinitions?.map(({ mountPoints }) => mountPoints)).toEqual([
      points,
      points,
    ]);
  });

  it('raises a limit of the only container that the memory asked for would not fit in', () => {
    const given = { containerDefinitions: [{ name: 'a', memory: 64 }] };
    expect(only({ memory: 512 }, given)?.memory).toBe(512);
  });

  it('puts an output into a folder where its place ends with a slash', () => {
    expect(compile({ outputs: { sum: '/out/' } }).outputs).toEqual({ sum: '/out/sum' });
  });
});
