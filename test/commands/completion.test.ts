import { spawnSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { SCRIPTS } from '../../src/commands/completion/scripts.ts';
import {
  replacement,
  SHELLS,
  type Shell,
  wholeWords,
} from '../../src/commands/completion/shells.ts';
import { openSqliteStore } from '../../src/store/sqlite.ts';
import { RunState } from '../../src/store/store.ts';
import { binaryFolder, ended, environment, slipway } from '../support/command-line.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const missing = SHELLS.filter((shell) => spawnSync(shell, ['-c', ':']).error !== undefined);
for (const shell of missing) {
  console.warn(`NOT TESTED: completion in ${shell}, because there is no ${shell} here.`);
}

/** Makes `shell` complete the last of `words` and gives what it would offer. */
async function offered(shell: Shell, words: readonly string[], home: string): Promise<string[]> {
  const bin = await binaryFolder(home);
  await writeFile(join(home, 'script'), SCRIPTS[shell]);
  const script = shell === 'bash' ? inBash(words) : inFish(words);
  const env = { ...environment(home), PATH: `${bin}:${process.env.PATH}` };
  const { code, stdout, stderr } = await ended(shell, ['-c', script], { cwd: home, env });
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return stdout.split('\n').slice(0, -1);
}

function inBash(words: readonly string[]): string {
  const quoted = words.map((word) => `'${word}'`).join(' ');
  return `source ./script
    complete -p slipway >/dev/null || exit 9
    COMP_WORDS=(slipway ${quoted}) COMP_CWORD=${words.length}
    _slipway
    for reply in "\${COMPREPLY[@]}"; do echo "$reply"; done`;
}

function inFish(words: readonly string[]): string {
  return `source ./script; complete -C "slipway ${words.join(' ')}" | string replace -r "\\t.*" ""; true`;
}

async function withRuns(home: string): Promise<void> {
  const store = await openSqliteStore(join(home, 'runs.db'));
  for (const id of ['abc1', 'abd2', 'fff3']) {
    await store.create({
      id,
      name: 'greeting',
      on: 'local',
      state: RunState.Succeeded,
      createdAt: '2026-01-01T00:00:00.000Z',
      tags: {},
      document: {},
    });
  }
  await store.close();
}

describe.each(SHELLS)('the script for %s', (shell) => {
  test('is what the command prints', async () => {
    const { code, stdout } = await slipway(['completion', shell], await temporaryFolder());
    expect(code).toBe(0);
    expect(stdout).toBe(SCRIPTS[shell]);
  });

  test.skipIf(missing.includes(shell))('is one that the shell can read', async () => {
    const file = join(await temporaryFolder(), 'script');
    await writeFile(file, SCRIPTS[shell]);
    expect(spawnSync(shell, ['-n', file], { encoding: 'utf8' })).toMatchObject({
      status: 0,
      stderr: '',
    });
  });
});

describe.each(['bash', 'fish'] as const)('%s', (shell) => {
  test.skipIf(missing.includes(shell))('completes a command', async () => {
    expect(await offered(shell, ['compl'], await temporaryFolder())).toEqual(['completion']);
  });

  test.skipIf(missing.includes(shell))('completes a value', async () => {
    const words = await offered(shell, ['completion', 'z'], await temporaryFolder());
    expect(words).toEqual(['zsh']);
  });

  test.skipIf(missing.includes(shell))('completes the name of a file', async () => {
    const home = await temporaryFolder();
    await writeFile(join(home, 'my job.yaml'), '');
    expect(await offered(shell, ['validate', 'my'], home)).toEqual(['my job.yaml']);
  });

  test.skipIf(missing.includes(shell))('completes the id of a run', async () => {
    const home = await temporaryFolder();
    await withRuns(home);
    expect(await offered(shell, ['wait', 'fff3', 'ab'], home)).toEqual(['abc1', 'abd2']);
  });
});

test('a run may also be the last one', async () => {
  const home = await temporaryFolder();
  await withRuns(home);
  const { stdout } = await slipway(['__complete', 'zsh', '--', 'show', 'la'], home);
  expect(stdout).toMatch(/^last\t\w+: SUCCEEDED greeting\n$/);
});

test('asking for runs where none ever was makes no files', async () => {
  const home = join(await temporaryFolder(), 'home');
  const { code, stdout } = await slipway(['__complete', 'bash', '--', 'show', ''], home, {
    cwd: '/',
  });
  expect({ code, stdout }).toEqual({ code: 0, stdout: '' });
  const { code: listed } = await ended('ls', [home], {});
  expect(listed).not.toBe(0);
});

describe('an equals sign', () => {
  test.each([
    { words: ['run', '--engine', '=', 'po'], whole: ['run', '--engine=po'] },
    { words: ['run', '--engine', '='], whole: ['run', '--engine='] },
    { words: ['run', '--input', 'a', '=', 'b', 'c'], whole: ['run', '--input', 'a=b', 'c'] },
    { words: ['='], whole: ['='] },
  ])('in $words is joined again for bash', ({ words, whole }) => {
    expect(wholeWords('bash', words)).toEqual(whole);
    expect(wholeWords('zsh', words)).toEqual(words);
  });

  test('and what is before it is not put there twice', () => {
    expect(replacement('bash', '--engine=podman')).toBe('podman');
    expect(replacement('fish', '--engine=podman')).toBe('--engine=podman');
  });
});
