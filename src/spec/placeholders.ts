/**
 * `{name}` in a command becomes the path of that input, output or volume. Only names that exist are
 * touched: braces mean much to shells, awk and templates. `${name}` and `{{name}}` are never ours.
 */
import { ShellScript } from './shell-script.ts';

const PLACEHOLDER = /\{([\p{L}\p{M}\p{N}._-]+)\}/uy;

export type Paths = Readonly<Record<string, string>>;

/**
 * Fills in the paths: as they are in a list of words, which no shell reads; quoted in a string for a
 * shell, so that the shell sees exactly the path wherever the placeholder stands, in quotes or not.
 * A script inside of quotes that another shell reads (`sh -c '…'`) is beyond this: hand it the path
 * as an argument there.
 */
export function fillPlaceholders(command: string, paths: Paths): string;
export function fillPlaceholders(command: readonly string[], paths: Paths): string[];
export function fillPlaceholders(
  command: string | readonly string[],
  paths: Paths,
): string | string[] {
  if (typeof command === 'string') {
    return new ShellScript(command, (at) => placeholderAt(command, at, paths)).filled();
  }
  return command.map((word) => fillWord(word, paths));
}

function fillWord(word: string, paths: Paths): string {
  let filled = '';
  let at = 0;
  while (at < word.length) {
    const found = placeholderAt(word, at, paths);
    filled += found?.path ?? word[at];
    at = found?.end ?? at + 1;
  }
  return filled;
}

/** What stands for the placeholder that begins at `at`, where one does. */
function placeholderAt(
  text: string,
  at: number,
  paths: Paths,
): { path: string; end: number } | undefined {
  if (text[at] !== '{' || text[at - 1] === '$') return undefined;
  PLACEHOLDER.lastIndex = at;
  const [match, name] = PLACEHOLDER.exec(text) ?? [];
  if (match === undefined || name === undefined || !Object.hasOwn(paths, name)) return undefined;
  const end = at + match.length;
  if (text[at - 1] === '{' && text[end] === '}') return undefined;
  return { path: paths[name] ?? '', end };
}
