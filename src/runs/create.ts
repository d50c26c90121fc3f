import { randomBytes } from 'node:crypto';
import { UsageError } from '../errors.ts';
import { type Lease, RunState } from '../store/store.ts';
import type { RunsContext } from './context.ts';
import { LAST } from './find.ts';
import { asRun, type Run, type RunRequest } from './run.ts';

/** What container, volume and folder names can hold of an id on every engine. */
const ID = /^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/;

export interface NewRun {
  /** Twelve random hexadecimal digits where absent. */
  id?: string | undefined;
  name: string;
  tags: Readonly<Record<string, string>>;
  request: RunRequest;
  warnings: readonly string[];
  /** The caller's, where it drives the run itself. */
  lease?: Lease | undefined;
}

/**
 * Records a new run, before anything of it is created anywhere. Where its id is taken, the run that
 * has it comes back and nothing changes.
 * @throws UsageError where the id cannot be one.
 */
export async function createRun(
  { store }: Pick<RunsContext, 'store'>,
  run: NewRun,
): Promise<{ run: Run; created: boolean }> {
  const id = run.id ?? randomBytes(6).toString('hex');
  if (!ID.test(id) || id === LAST) {
    throw new UsageError(`${id} cannot be a run's id.`, {
      hint: 'Up to 64 letters, digits, - and _, beginning with a letter or digit; not "last".',
    });
  }
  const { run: record, created } = await store.create({
    id,
    name: run.name,
    on: 'local',
    state: RunState.Pending,
    createdAt: new Date().toISOString(),
    tags: run.tags,
    lease: run.lease,
    document: {
      request: run.request,
      attempts: [],
      warnings: run.warnings,
      outputs: {},
      leftovers: [],
    },
  });
  return { run: asRun(record), created };
}
