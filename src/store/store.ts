/** Where runs are recorded: the port that every store implements, and the shape of a record. */

export const RunState = {
  Pending: 'PENDING',
  Provisioning: 'PROVISIONING',
  Starting: 'STARTING',
  Running: 'RUNNING',
  Succeeded: 'SUCCEEDED',
  Failed: 'FAILED',
  Stopped: 'STOPPED',
} as const;
export type RunState = (typeof RunState)[keyof typeof RunState];

export const FINAL_STATES: readonly RunState[] = [
  RunState.Succeeded,
  RunState.Failed,
  RunState.Stopped,
];

/** Which process drives a run; enough to tell a dead holder from a new process with its pid. */
export interface Lease {
  /** Random, new each time a lease is taken. */
  token: string;
  pid: number;
  /** When that process started, in the operating system's own terms. */
  processStart: string;
  /** The machine's boot and pid namespace; another machine's lease cannot be judged from here. */
  machine: string;
}

/** A run as it is stored. Secrets' values are never part of it. Times are ISO 8601 in UTC. */
export interface RunRecord {
  id: string;
  /** Grows by one with each update; the condition of the next one. */
  version: number;
  name: string;
  /** Where it runs: `local` and, later, the AWS backends. */
  on: string;
  state: RunState;
  createdAt: string;
  startedAt?: string | undefined;
  endedAt?: string | undefined;
  exitCode?: number | undefined;
  /** Why it ended as it did, in a sentence. */
  reason?: string | undefined;
  /** The class of a failure. */
  failure?: string | undefined;
  tags: Readonly<Record<string, string>>;
  lease?: Lease | undefined;
  /** Everything else, owned by the layers above: the request, its attempts and its measurements. */
  document: unknown;
}

export type RunChange = Partial<Omit<RunRecord, 'id' | 'version' | 'createdAt'>>;

export interface RunQuery {
  states?: readonly RunState[] | undefined;
  /** Equality of every tag given. */
  tags?: Readonly<Record<string, string>> | undefined;
  limit?: number | undefined;
}

/** What a list needs of a run: everything but the document. */
export type RunSummary = Omit<RunRecord, 'document'>;

export interface Store {
  /** Records a new run. Where the id is taken, the run that has it comes back and nothing changes. */
  create(run: Omit<RunRecord, 'version'>): Promise<{ run: RunRecord; created: boolean }>;
  get(id: string): Promise<RunRecord | undefined>;
  /** At most `limit` ids that begin with `prefix`, in order. */
  idsStartingWith(prefix: string, limit: number): Promise<string[]>;
  /**
   * Applies `change` if the run still has `version`; undefined where it has another or is gone, so
   * that no update is lost.
   */
  update(id: string, version: number, change: RunChange): Promise<RunRecord | undefined>;
  /** Newest first, one at a time, so that a long list costs no memory. */
  list(query: RunQuery): AsyncIterable<RunSummary>;
  /** Not found is success. */
  delete(id: string): Promise<void>;
  close(): Promise<void>;
}

/** A store on a disk of this machine, which can be damaged. */
export interface CheckedStore {
  /** What is damaged, in the store's own words; nothing where it is sound. */
  damage(): Promise<string[]>;
}

/** Whether a store can look for damage in itself. */
export function canBeChecked(store: Store): store is Store & CheckedStore {
  return 'damage' in store;
}
