import type { Command } from 'commander';
import manifest from '../../../package.json' with { type: 'json' };
import { ExitCode } from '../../errors.ts';
import { configOf } from '../open.ts';
import { type Colors, colorsOf, printJson, printLine, widthOf } from '../output.ts';
import { wrap } from '../text/wrap.ts';
import type { Check, CheckStatus } from './check.ts';
import { examine } from './examine.ts';

/** @returns the exit code. */
export async function runDoctor(command: Command, options: { json?: boolean }): Promise<number> {
  const { values: config } = await configOf(command);
  const checks = await examine(config.home, manifest.engines.node);
  const ok = checks.every(({ status }) => status !== 'broken');
  if (options.json) printJson({ ok, checks });
  else printChecks(checks, ok);
  return ok ? ExitCode.Ok : ExitCode.Failed;
}

function printChecks(checks: readonly Check[], ok: boolean): void {
  const colors = colorsOf('stdout');
  const names = Math.max(...checks.map(({ name }) => name.length));
  const margin = ' '.repeat(names + 4);
  const columns = (widthOf('stdout') ?? Number.POSITIVE_INFINITY) - margin.length;
  const lines = (text: string) => wrap(text, columns);
  for (const { name, status, message, details, hint } of checks) {
    const [first = '', ...rest] = lines(message);
    printLine(`${symbolOf(status, colors)} ${colors.bold(name.padEnd(names))}  ${first}`);
    for (const line of rest) printLine(margin + line);
    for (const line of details.flatMap(lines)) printLine(margin + colors.dim(line));
    if (hint !== null) for (const line of lines(`→ ${hint}`)) printLine(margin + line);
  }
  printLine();
  printLine(verdict(checks, ok));
}

function symbolOf(status: CheckStatus, colors: Colors): string {
  switch (status) {
    case 'ok':
      return colors.green('✔');
    case 'absent':
      return colors.dim('–');
    case 'warning':
      return colors.yellow('!');
    case 'broken':
      return colors.red('✖');
  }
}

function verdict(checks: readonly Check[], ok: boolean): string {
  if (!ok) return 'Runs would fail here: mend what is marked ✖.';
  const engines = checks
    .filter(({ name, status }) => status === 'ok' && ['docker', 'podman'].includes(name))
    .map(({ name }) => name);
  return engines.length === 0
    ? 'Commands run here as processes of this machine; containers need Docker or Podman.'
    : `Containers run here with ${engines.join(' and ')}. Next: slipway hello`;
}
