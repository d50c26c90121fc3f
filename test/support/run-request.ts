import type { RunRequest } from '../../src/runs/run.ts';

/** What a record asks for where a test does not care. */
export const request: RunRequest = {
  definition: { containerDefinitions: [{ name: 'main' }] },
  main: 'main',
  inputs: {},
  outputs: {},
  environmentFiles: [],
  ports: [],
  pull: 'missing',
  keepFailed: false,
  engine: 'docker',
  engineEnvironment: {},
  retries: { attempts: 0 },
  keep: false,
};
