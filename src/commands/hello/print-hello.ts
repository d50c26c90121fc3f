import { colorsOf, printLine } from '../output.ts';
import type { Hello } from './say-hello.ts';

/** Each part with the time it took. */
export function printHello({
  engine,
  image,
  succeeded,
  output,
  reason,
  hint,
  seconds,
}: Hello): void {
  const { bold, dim, green, red } = colorsOf('stdout');
  const where =
    image === null ? `the ${engine} engine` : `${engine ?? 'an engine'}, image ${image}`;
  const stages: [string, number | null][] = [
    [`checked the job for ${where}`, seconds.plan],
    ['started', seconds.start],
    [`ran, and said: ${bold(output)}`, seconds.run],
    ['removed all of it', seconds.cleanUp],
  ];
  for (const [what, time] of stages) {
    // What was not reached, or failed: the reason below says why.
    if (time === null || (!succeeded && time === seconds.run)) continue;
    printLine(`${green('✔')} ${milliseconds(time)}  ${what}`);
  }
  if (succeeded) return;
  printLine(`${red('✖')} ${where}: ${reason ?? 'it failed'}`);
  if (hint !== null) printLine(dim(`  ${hint}`));
}

/** What to type now. */
export function printNext({ engine, image }: Hello): void {
  const { bold } = colorsOf('stdout');
  const container = image === null ? '' : ` --engine ${engine} --image ${image}`;
  printLine();
  printLine(`Slipway works here. Next: ${bold(`slipway run${container} -- echo Hello`)}`);
  if (image === null) printLine('In a container: slipway hello --image IMAGE');
}

function milliseconds(seconds: number): string {
  return `${Math.round(seconds * 1000)} ms`.padStart(8);
}
