/** The kinds of run that are killed: what each is, what is done with it, and how it must end. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Site, Strike } from './site.ts';

export interface Kind {
  name: string;
  job: (site: Site, image: string | undefined) => object;
  /** Does what is killed, and returns when it is done or dead. */
  act: (site: Site, strike: Strike) => Promise<unknown>;
  /** Whether there is a record before anybody is killed. */
  isRecorded: boolean;
  /** Whether it is stopped at the same moment, so that it may have succeeded or not. */
  mayBeStopped?: boolean;
  /** Where outputs go; a folder of the run's own where absent. */
  outputFolder?: string;
  wanted: {
    code: number;
    state: string;
    /** How often the job runs, and how many tries of it have a log. */
    ledger: number;
    attempts: number;
    stdout: string;
    stderr: string;
    output: string | undefined;
  };
}

const NUMBERS = Array.from({ length: 400 }, (_, index) => `${index + 1}\n`).join('');

/** Says that it runs, where it cannot be undone. */
function note(site: Site): string {
  return `echo "run $$" >> '${site.path('ledger')}/runs'`;
}

function place(site: Site, image: string | undefined): object {
  const ledger = site.path('ledger');
  return image === undefined ? {} : { image, volumes: [`${ledger}:${ledger}`, 'scratch:/scratch'] };
}

function whole(site: Site, image: string | undefined): object {
  return {
    ...place(site, image),
    inputs: { text: 'text.txt' },
    outputs: { copy: join(site.out, 'copy') },
    command: `${note(site)}; seq 400; echo two >&2; cat {text} > {copy}; sleep 0.2; echo end`,
  };
}

const wholeWanted: Kind['wanted'] = {
  code: 0,
  state: 'SUCCEEDED',
  ledger: 1,
  attempts: 1,
  stdout: `${NUMBERS}end\n`,
  stderr: 'two\n',
  output: 'some text\n',
};

export const run = (site: Site, ...options: string[]) => [
  ...['run', '--id', site.id, '--engine', site.engine, ...options],
  'job.json',
];

export const FOREGROUND: Kind = {
  name: 'in the foreground',
  job: whole,
  act: (site, strike) => site.slipway(run(site), strike),
  isRecorded: false,
  wanted: wholeWanted,
};

/** The moments while outputs are brought out, and no others. */
function whilePublishing(site: Site, strike: Strike): Strike {
  return { ...strike, armed: site.path('home', 'runs', site.id, '1', 'publishing') };
}

/** Across file systems, where nothing can be renamed, an output is copied first. */
export const ELSEWHERE: Kind = {
  ...FOREGROUND,
  name: 'whose outputs go to another file system',
  act: (site, strike) => site.slipway(run(site), whilePublishing(site, strike)),
  isRecorded: true,
  outputFolder: '/dev/shm',
};

export const STOPPED_AFTER: Kind = {
  ...FOREGROUND,
  name: 'that is stopped after that',
  act: async (site, strike) => {
    await site.slipway(run(site), strike);
    await site.slipway(['stop', site.id]);
  },
  mayBeStopped: true,
};

export const STOPPED_PUBLISHING: Kind = {
  ...STOPPED_AFTER,
  name: 'that is stopped after that, while it brings its outputs out',
  act: (site, strike) => STOPPED_AFTER.act(site, whilePublishing(site, strike)),
  isRecorded: true,
};

export const DETACHED: Kind = {
  name: 'detached',
  job: whole,
  act: async (site, strike) => {
    await site.slipway(run(site, '--detach'), strike);
    if (strike.role === 'supervisor') await site.gone('supervise');
  },
  isRecorded: false,
  wanted: wholeWanted,
};

export const RETRIED: Kind = {
  name: 'that fails and is tried again',
  job: (site, image) => ({
    ...place(site, image),
    command: `${note(site)}; echo tried; exit 3`,
    retries: { attempts: 1, on: ['USER_CODE'], backoff: 0.1 },
  }),
  act: (site, strike) => site.slipway(run(site), strike),
  isRecorded: false,
  wanted: {
    ...{ code: 3, state: 'FAILED', ledger: 2, attempts: 2 },
    ...{ stdout: 'tried\n', stderr: '', output: undefined },
  },
};

/** Runs until it is stopped. */
function endless(site: Site, image: string | undefined): object {
  return {
    ...place(site, image),
    outputs: { copy: join(site.out, 'copy') },
    // Its shell says of each `sleep` that is terminated with it.
    command: `exec 2> /dev/null; trap 'echo stopped; exit 9' TERM; ${note(site)}; while :; do sleep 0.05; done`,
  };
}

const stoppedWanted: Kind['wanted'] = {
  ...{ code: 9, state: 'STOPPED', ledger: 1, attempts: 1 },
  ...{ stdout: 'stopped\n', stderr: '', output: undefined },
};

export const STOPPED: Kind = {
  name: 'that is being stopped',
  job: endless,
  act: async (site, strike) => {
    const armed = site.path('armed');
    const client = site.slipway(run(site), { ...strike, armed });
    await site.noted(client);
    await writeFile(armed, '');
    await site.slipway(['stop', site.id]);
    await client;
  },
  isRecorded: true,
  wanted: stoppedWanted,
};

export const STOPPING: Kind = {
  name: 'whose stopper dies',
  job: endless,
  act: async (site, strike) => {
    await site.slipway(run(site, '--detach'));
    await site.noted();
    await site.slipway(['stop', site.id], strike);
    // Whether the one that died had asked for it or not.
    await site.slipway(['stop', site.id]);
  },
  isRecorded: true,
  wanted: stoppedWanted,
};

export const DESTROYED: Kind = {
  name: 'that is being destroyed',
  job: whole,
  act: async (site, strike) => {
    await site.slipway(run(site, '--keep'));
    await site.slipway(['destroy', site.id], strike);
    await site.slipway(['destroy', site.id]);
  },
  isRecorded: true,
  wanted: wholeWanted,
};

export const TWO_CONTAINERS: Kind = {
  name: 'of two containers with one network',
  job: (site, image) => ({
    ...place(site, image),
    outputs: { copy: join(site.out, 'copy') },
    taskDefinition: {
      networkMode: 'awsvpc',
      containerDefinitions: [
        {
          name: 'main',
          image,
          command: ['/bin/sh', '-c', `${note(site)}; nc 127.0.0.1 7777 > {copy}`],
          dependsOn: [{ containerName: 'server', condition: 'HEALTHY' }],
        },
        {
          name: 'server',
          image,
          essential: false,
          command: ['/bin/sh', '-c', 'echo some text | nc -l -p 7777'],
          healthCheck: { command: ['CMD-SHELL', 'netstat -ltn | grep -q 7777'], interval: 5 },
        },
      ],
    },
  }),
  act: (site, strike) => site.slipway(run(site), strike),
  isRecorded: false,
  wanted: { ...wholeWanted, stdout: '', stderr: '' },
};
