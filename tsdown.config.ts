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

export default defineConfig({
  entry: ['src/index.ts', 'src/cli.ts'],
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  fixedExtension: false,
  deps: { alwaysBundle: BUNDLED },
  dts: { entry: 'src/index.ts' },
  hooks: { 'build:done': writeNotices },
});
