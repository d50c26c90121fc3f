import { UsageError } from '../errors.ts';

/**
 * Takes the words behind `--` apart from the arguments before it, which commander does not tell.
 * @param rawWords all that was typed, as `Command.rawArgs` of the program has it.
 * @param operands what commander has left over, without the `--`.
 */
export function splitAtSeparator(
  rawWords: readonly string[],
  operands: readonly string[],
): { before: readonly string[]; after: readonly string[] } {
  for (let at = rawWords.indexOf('--'); at !== -1; at = rawWords.indexOf('--', at + 1)) {
    const after = rawWords.slice(at + 1);
    // A `--` that was an option's value is followed by words that are no operands.
    const tail = operands.slice(operands.length - after.length);
    if (after.length <= operands.length && after.every((word, index) => word === tail[index])) {
      return { before: operands.slice(0, operands.length - after.length), after };
    }
  }
  return { before: operands, after: [] };
}

/** @throws UsageError for words that should stand behind `--`. */
export function refuseWords(words: readonly string[], example: string): void {
  const [first] = words;
  if (first === undefined) return;
  throw new UsageError(`${first} is one argument too many.`, {
    hint: `A command goes behind --, as in: ${example}`,
  });
}
