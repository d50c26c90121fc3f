import { writeBytes } from '../output.ts';
import { SCRIPTS } from './scripts.ts';
import type { Shell } from './shells.ts';

/** The script on stdout, for the shell to read. */
export async function printScript(shell: Shell): Promise<void> {
  await writeBytes('stdout', SCRIPTS[shell]);
}
