// The main job on real files, step by step: what the README's first command runs. It keeps its
// records in a folder of its own and leaves nothing but the output.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const home = mkdtempSync(join(tmpdir(), 'slipway-demo-'));
const env = { ...process.env, SLIPWAY_HOME: home };
const job = 'examples/word-count/job.yaml';
let number = 0;

function slipway(words, options = {}) {
  const line = [join(root, 'dist', 'cli.js'), ...words];
  const result = spawnSync(process.execPath, line, {
    cwd: root,
    env,
    stdio: 'inherit',
    ...options,
  });
  if (result.error) throw result.error;
  return result;
}

function step(title, ...words) {
  number += 1;
  console.log(`\n${number}. ${title}`);
  if (words.length === 0) return { status: 0 };
  console.log(`   $ slipway ${words.join(' ')}\n`);
  return slipway(words);
}

function describe(id) {
  const { stdout } = slipway(['show', id, '--json'], { stdio: ['ignore', 'pipe', 'inherit'] });
  return JSON.parse(stdout.toString());
}

try {
  step('What can this machine run?', 'doctor');
  const id = 'demo';
  let { status } = step(
    'Run a job over three text files, in a container if there can be one',
    'run',
    job,
    '--id',
    id,
  );
  let run = status === 2 ? undefined : describeIfThere(id);
  if (run === undefined || run.failure === 'IMAGE_PULL') {
    const why =
      run === undefined ? 'There is no container engine here' : 'Its image cannot be pulled here';
    console.log(`\n   ${why}: the same job runs with this machine's own programs.`);
    ({ status } = step(
      'The same job on the host',
      'run',
      job,
      '--id',
      `${id}-host`,
      '--engine',
      'host',
    ));
    run = describe(`${id}-host`);
  }
  if (status !== 0) throw new Error(`The job ended with ${status}.`);
  step(`Its record stays: it ran on ${run.engine}`, 'show', run.id);
  step('Its output was moved to where the job says, once the command had succeeded');
  console.log(`   ${run.outputs.words}, the most frequent words:\n`);
  console.log(readFileSync(run.outputs.words, 'utf8').split('\n').slice(0, 5).join('\n'));
  step('Is anything left of it?', 'gc');
  console.log('\nThat is all. Next: npx slipway run --help, or another job of examples/.');
} catch (error) {
  console.error(`\nThe demo stopped: ${error.message}`);
  process.exitCode = 1;
} finally {
  rmSync(home, { recursive: true, force: true });
}

function describeIfThere(id) {
  const { status, stdout } = slipway(['show', id, '--json'], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  return status === 0 ? JSON.parse(stdout.toString()) : undefined;
}
