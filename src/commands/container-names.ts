import type { Run } from '../runs/run.ts';

/** The containers of a run, in the order of its task definition. */
export function containerNames(run: Run): string[] {
  return (run.document.request.definition.containerDefinitions ?? []).flatMap(
    ({ name }) => name ?? [],
  );
}
