import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dependencyOrder } from '../../../src/spec/task-definition/dependencies.ts';
import type { ContainerDefinition } from '../../../src/spec/task-definition/task-definition.ts';

const names = (containers: ContainerDefinition[]) =>
  dependencyOrder({ containerDefinitions: containers }).map(({ name }) => name);

describe('dependencyOrder', () => {
  it('starts what is depended on, linked to or mounted from first', () =>
    expect(
      names([
        { name: 'web', dependsOn: [{ containerName: 'setup', condition: 'SUCCESS' }] },
        { name: 'setup', links: ['db:database'] },
        { name: 'db', volumesFrom: [{ sourceContainer: 'data' }] },
        { name: 'data' },
        { name: 'other' },
      ]),
    ).toEqual(['data', 'db', 'setup', 'web', 'other']));

  it('keeps the written order where nothing says otherwise, and all of a cycle', () => {
    expect(names([{ name: 'b' }, { name: 'a' }])).toEqual(['b', 'a']);
    const on = (containerName: string) => [{ containerName, condition: 'START' as const }];
    expect(
      names([
        { name: 'a', dependsOn: on('b') },
        { name: 'b', dependsOn: on('a') },
      ]).sort(),
    ).toEqual(['a', 'b']);
  });

  it('has every container once, after all that it depends on', () => {
    // Edges go from a later container to an earlier one, and then all are shuffled: no cycles.
    const containers = fc
      .array(fc.array(fc.nat(), { maxLength: 3 }), { maxLength: 10 })
      .map((edges) =>
        edges.map(
          (targets, index): ContainerDefinition => ({
            name: `c${index}`,
            dependsOn:
              index === 0
                ? []
                : targets.map((target) => ({
                    containerName: `c${target % index}`,
                    condition: 'START',
                  })),
          }),
        ),
      )
      .chain((list) => fc.shuffledSubarray(list, { minLength: list.length }));
    fc.assert(
      fc.property(containers, (list) => {
        const ordered = names(list);
        expect([...ordered].sort()).toEqual(list.map(({ name }) => name).sort());
        for (const { name, dependsOn = [] } of list) {
          for (const { containerName } of dependsOn) {
            expect(ordered.indexOf(containerName)).toBeLessThan(ordered.indexOf(name));
          }
        }
      }),
    );
  });
});
