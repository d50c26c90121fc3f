import { readFile, writeFile } from 'node:fs/promises';
import { defineConfig } from 'tsdown';

/** Read as one file each, they take a third of the time (docs/decisions/0003-bundled-packages.md). */
const BUNDLED = ['commander', 'yaml', 'zod'];

/** Their licences ask that their text goes where the code goes. */
async function writeNotices(): Promise<void> {
  const notices = await Promise.all(
    BUNDLED.map(
      async (name) => `${name}\n\n${await readFile(`node_modules/${name}/LICENSE`, 'utf8')}`,
    ),
  );
  await writeFile('dist/NOTICES.txt', notices.join(`\n${'-'.repeat(80)}\n\n`));
}

/**
 * What one command loads together is one file each: forty small ones cost a run 10 ms. `base` and
 * `commands` are what `--version` loads, so nothing heavy belongs there; the library loads no command.
 */
const FILES = [
  {
    name: 'base',
    test: /src\/(errors|waiting|spec\/(units|nearest|flags)|store\/store)\.ts$/,
    priority: 4,
  },
  {
    name: 'commands',
    test: /src\/commands\/((output|open|program)\.ts|text\/)/,
    priority: 4,
  },
  { name: 'runs', test: /src\/(runs|backends|engine|store|spec\/config)\b/, priority: 3 },
  { name: 'job', test: /src\/spec\/job|\/zod\//, priority: 2 },
  { name: 'launcher', test: /src\/launcher\//, priority: 2 },
  { name: 'run', test: /src\/commands\/run\//, priority: 1 },
];

export default defineConfig({
  entry: ['src/index.ts', 'src/cli.ts'],
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  fixedExtension: false,
  deps: { alwaysBundle: BUNDLED },
  // Errors are told by their class names.
  outputOptions: { keepNames: true, codeSplitting: { groups: FILES } },
  dts: { entry: 'src/index.ts' },
  hooks: { 'build:done': writeNotices },
});
