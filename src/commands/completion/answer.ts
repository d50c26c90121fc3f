/** What a shell gets that asks what the unfinished word may become. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { LAST } from '../../runs/find.ts';
import { configOf } from '../open.ts';
import { printLine } from '../output.ts';
import { type Candidate, candidatesFor } from './candidates.ts';
import { FILES_LINE, replacement, type Shell, wholeWords } from './shells.ts';

/** The newest runs that are offered: more would not be read. */
const RUNS = 50;

/** @param words what follows the program's name, up to the cursor. */
export async function answer(
  command: Command,
  shell: Shell,
  words: readonly string[],
): Promise<void> {
  const typed = wholeWords(shell, words);
  const { words: found, also } = candidatesFor(command.parent ?? command, typed);
  const unfinished = typed.at(-1) ?? '';
  const runs = also === 'runs' ? await runCandidates(command) : [];
  for (const { value, description } of [...found, ...runs]) {
    if (!value.startsWith(unfinished)) continue;
    printLine(`${replacement(shell, value)}\t${description.replaceAll(/\s+/g, ' ')}`);
  }
  if (also === 'files') printLine(FILES_LINE);
}

/** Runs are read and nothing else: pressing a key makes no folder and adopts nothing. */
async function runCandidates(command: Command): Promise<Candidate[]> {
  const { values: config } = await configOf(command);
  const file = join(config.home, 'runs.db');
  if (!existsSync(file)) return [];
  const { openSqliteStore } = await import('../../store/sqlite.ts');
  const store = await openSqliteStore(file);
  const candidates: Candidate[] = [];
  try {
    for await (const { id, name, state } of store.list({ limit: RUNS })) {
      candidates.push({ value: id, description: `${state} ${name}` });
    }
  } finally {
    await store.close();
  }
  const newest = candidates[0];
  if (newest === undefined) return [];
  return [{ value: LAST, description: `${newest.value}: ${newest.description}` }, ...candidates];
}
