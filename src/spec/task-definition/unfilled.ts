/** Places of a template that nobody has filled in. */
import type { Problem } from '../../errors.ts';
import { refusal } from './findings.ts';

/** `{{tag}}`, `${TAG}`, `<IMAGE1_NAME>`, `{% tag %}`, `%TAG%`, `$TAG`. */
const PLACEHOLDER =
  /\{\{[^}]*\}\}|\$\{[^}]*\}|<[A-Za-z][^<>]*>|\{%[^%]*%\}|%[A-Za-z_]\w*%|\$[A-Za-z_]\w*/;

/** The first placeholder in a text, or undefined. */
export function placeholderIn(text: string): string | undefined {
  // Only as much as can be an ARN or a name: what is longer is wrong anyway.
  return PLACEHOLDER.exec(text.slice(0, 2048))?.[0];
}

/** What to do about a placeholder in a text, or undefined where there is none. */
export function unfilled(text: string): string | undefined {
  const placeholder = placeholderIn(text);
  return placeholder === undefined
    ? undefined
    : `${placeholder} is a placeholder to be filled in first`;
}

/** Refuses `text` where it does not match, and says if a placeholder is the reason. */
export function mustMatch(
  pattern: RegExp,
  text: string | undefined,
  path: Problem['path'],
  message: string,
): Problem[] {
  if (text === undefined || pattern.test(text)) return [];
  return refusal(path, message, unfilled(text));
}
