export const SHELLS = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof SHELLS)[number];

/** The command, hidden in the help, that the scripts ask for each word. */
export const COMPLETE = '__complete';

/** The line of an answer that asks the shell for its own file names. */
export const FILES_LINE = ':files';

/**
 * The words as the program would get them. Bash makes a word of each `=`, so that `--engine=po`
 * comes as three.
 */
export function wholeWords(shell: Shell, words: readonly string[]): string[] {
  if (shell !== 'bash') return [...words];
  const whole: string[] = [];
  let joins = false;
  for (const word of words) {
    const last = whole.at(-1);
    if (last !== undefined && (joins || word === '=')) whole[whole.length - 1] = last + word;
    else whole.push(word);
    joins = word === '=';
  }
  return whole;
}

/** What a shell puts in the place of the unfinished word: Bash only what is behind its `=`. */
export function replacement(shell: Shell, value: string): string {
  return shell === 'bash' ? value.slice(value.indexOf('=') + 1) : value;
}
