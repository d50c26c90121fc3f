/** `ps` over a store of a hundred thousand runs. */
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { newLease } from '../src/runs/lease.ts';
import type { RunDocument } from '../src/runs/run.ts';
import { openSqliteStore } from '../src/store/sqlite.ts';
import { type Lease, type RunRecord, RunState } from '../src/store/store.ts';
import { duration, type Figure, peak } from './figure.ts';
import { byTurns, run } from './measure.ts';
import { Slipway } from './slipway.ts';

const RUNS = 100_000;

/** Every so many runs one is still going on. */
const UNFINISHED_EVERY = 10_000;

const MOST_SECONDS = 0.4;
const MOST_MEBIBYTES = 150;

export async function list(rounds: number): Promise<Figure[]> {
  return Slipway.within(async (slipway) => {
    await fill(join(slipway.home, 'runs.db'));
    const count = RUNS.toLocaleString('en');
    const measured = await byTurns(
      rounds,
      () => slipway.run('ps'),
      () => run({ program: process.execPath, words: ['-e', '0'] }),
    );
    const figures = [
      duration(`\`slipway ps\`, ${count} runs`, 'node -e 0', measured, MOST_SECONDS),
    ];
    for (const words of [['ps'], ['ps', '--all'], ['ps', '--all', '--json']]) {
      const mebibytes = await slipway.peakMemory(words);
      const what = `\`slipway ${words.join(' ')}\`, ${count} runs, memory`;
      figures.push(peak(what, mebibytes, MOST_MEBIBYTES));
    }
    return figures;
  });
}

async function fill(file: string): Promise<void> {
  const store = await openSqliteStore(file);
  // Of this very process, so that the runs that go on need no new one.
  const lease = await newLease();
  try {
    for (let number = 0; number < RUNS; number += 1) {
      await store.create(record(number, lease));
      // libsql lets go of what it holds natively between two turns only.
      if (number % 1_000 === 0) await setImmediate();
    }
  } finally {
    await store.close();
  }
}

function record(number: number, lease: Lease): Omit<RunRecord, 'version'> {
  const began = Date.UTC(2026, 0, 1) + number * 60_000;
  const [createdAt = '', startedAt = '', endedAt = ''] = [0, 400, 30_000].map((after) =>
    new Date(began + after).toISOString(),
  );
  const common = {
    id: number.toString(16).padStart(12, '0'),
    name: `align-sample-${number % 500}`,
    on: 'local',
    createdAt,
    startedAt,
    tags: { project: 'genomes', sample: String(number % 500) },
    document: documentOf(number, startedAt, endedAt),
  };
  if (number % UNFINISHED_EVERY === 0) return { ...common, state: RunState.Running, lease };
  if (number % 10 === 0) {
    const reason = 'The command exited with 2.';
    return {
      ...common,
      state: RunState.Failed,
      endedAt,
      exitCode: 2,
      reason,
      failure: 'USER_CODE',
    };
  }
  const reason = 'The command exited with 0.';
  return { ...common, state: RunState.Succeeded, endedAt, exitCode: 0, reason };
}

/** Some three kilobytes, as a job with two inputs, an output and a few variables has. */
function documentOf(number: number, startedAt: string, endedAt: string): RunDocument {
  const folder = `/data/projects/genomes/2026/batch-${number % 100}`;
  const variables = Array.from({ length: 16 }, (_, index) => ({
    name: `PIPELINE_SETTING_${index}`,
    value: `${folder}/settings/${index}/value-for-${number}`,
  }));
  return {
    request: {
      definition: {
        family: 'align',
        containerDefinitions: [
          {
            name: 'align',
            image: 'registry.example.com/genomics/aligner:2.4.1',
            essential: true,
            command: ['sh', '-c', `align --threads 4 /input/reads /input/genome > /output/bam`],
            environment: variables,
          },
        ],
      },
      main: 'align',
      inputs: { reads: `${folder}/reads.fastq`, genome: `${folder}/genome.fa` },
      outputs: { bam: `${folder}/aligned.bam` },
      ports: {},
      pull: 'missing',
      keepFailed: false,
      engine: 'docker',
      engineEnvironment: {},
      retries: { attempts: 2 },
      keep: false,
    } as unknown as RunDocument['request'],
    attempts: [
      {
        number: 1,
        startedAt,
        endedAt,
        result: 'succeeded',
        exitCode: 0,
        reason: 'The command exited with 0.',
        containers: [
          { name: 'align', startedAt, endedAt, exitCode: 0, outOfMemory: false, restarts: 0 },
        ],
      },
    ],
    warnings: [],
    outputs: { bam: `${folder}/aligned.bam` },
    leftovers: [],
    removedAt: endedAt,
  };
}
