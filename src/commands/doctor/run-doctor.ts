import type { Command } from 'commander';
import manifest from '../../../package.json' with { type: 'json' };
import { ExitCode } from '../../errors.ts';
import { configOf } from '../open.ts';
import { type Colors, colorsOf, printJson, printLine } from '../output.ts';
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
  const width = Math.max(...checks.map(({ name }) => name.length));
  const indent = ' '.repeat(width + 4);
  for (const { name, status, message, details, hint } of checks) {
    const [first = '', ...rest] = message.split('\n');
    printLine(`${symbolOf(status, colors)} ${colors.bold(name.padEnd(width))}  ${first}`);
    for (const line of [...rest, ...details]) printLine(`${indent}${colors.dim(line)}`);
    if (hint !== null) printLine(`${indent}→ ${hint}`);
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
