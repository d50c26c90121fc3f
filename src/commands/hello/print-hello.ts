import { colorsOf, printLine } from '../output.ts';
import type { Hello } from './say-hello.ts';

/** Each part with the time it took, or why it came to no more. */
export function printHello(hello: Hello): void {
  const { bold, dim, green, red } = colorsOf('stdout');
  const { engine, image, succeeded, output, reason, hint, leftover, seconds } = hello;
  const where =
    image === null ? `the ${engine} engine` : `${engine ?? 'no engine'}, image ${image}`;
  const done = (what: string, time: number | null) => {
    if (time !== null) printLine(`${green('✔')} ${milliseconds(time)}  ${what}`);
  };
  done(`checked the job for ${where}`, seconds.plan);
  done('started', seconds.start);
  if (succeeded) done(`ran, and said: ${bold(output)}`, seconds.run);
  else {
    printLine(`${red('✖')}  ${reason ?? 'It failed.'}`);
    if (hint !== null) printLine(`   ${dim(hint)}`);
  }
  done('removed all of it', seconds.cleanUp);
  if (leftover !== null) printLine(`${red('✖')}  ${leftover}`);
}

/** What to type now. */
export function printNext({ engine, image }: Hello): void {
  const { bold } = colorsOf('stdout');
  const container = image === null ? '' : ` --engine ${engine} --image ${image}`;
  printLine();
  printLine(`Slipway works here. Next: ${bold(`slipway run${container} -- echo Hello`)}`);
  if (image === null) printLine('In a container: slipway hello --image IMAGE');
}

/** The same where only the host engine worked. */
export function printNextWithoutImage(image: string): void {
  printLine();
  printLine(`Slipway works here, but not with ${image}. Next: slipway doctor`);
}

function milliseconds(seconds: number): string {
  return `${Math.round(seconds * 1000)} ms`.padStart(8);
}
