/** A status line for commands that wait, so that a person sees for what, and for how long already. */
import { formatDuration } from '../spec/units.ts';
import { isLive, isQuiet } from './output.ts';
import { Screen } from './screen.ts';

const SPINNER = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];

/** What the spinner shows at this moment. */
export function spinner(): string {
  return SPINNER[Math.floor(Date.now() / 100) % SPINNER.length] ?? '';
}

/**
 * Calls `work`, with a status line on a terminal until it settles.
 * @param status what is waited for at this moment.
 * @param work is given what prints lines of Slipway's own above the status line.
 */
export async function withStatus<Result>(
  status: () => string,
  work: (say: (line: string) => void) => Promise<Result>,
): Promise<Result> {
  const began = Date.now();
  const elapsed = () => formatDuration(Math.floor((Date.now() - began) / 1000));
  const screen = new Screen(() => `${spinner()} ${status()} · ${elapsed()}`, isLive());
  try {
    return await work((line) => {
      if (!isQuiet()) screen.writeLine(line);
    });
  } finally {
    screen.close();
  }
}

/** The names of what is waited for, or how many there are. */
export function several(names: Iterable<string>): string {
  const all = [...names];
  return all.length > 3 ? `${all.length} runs` : all.join(', ');
}
