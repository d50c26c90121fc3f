import type { Command } from 'commander';
import { formatProblem } from '../../errors.ts';
import { CONFIG_KEYS } from '../../spec/config.ts';
import { configOf } from '../open.ts';
import { colorsOf, note, printJson, printLine } from '../output.ts';
import { displayWidth, pad, printable } from '../text/width.ts';
import { originText, type Setting, settingOf, settingText } from './settings.ts';

/** @throws ConfigError with all that is wrong, each problem with its file and line. */
export async function showConfig(command: Command, options: { json?: boolean }): Promise<void> {
  const { entries, warnings } = await configOf(command);
  const settings = entries.map(settingOf);
  if (options.json) {
    printJson({ settings, warnings: warnings.map((warning) => formatProblem(warning)) });
    return;
  }
  printSettings(settings);
  for (const warning of warnings) note(`warning: ${formatProblem(warning)}`);
}

function printSettings(settings: readonly Setting[]): void {
  const { bold, dim } = colorsOf('stdout');
  const rows = settings.map((setting) => ({ setting, text: printable(settingText(setting)) }));
  const keys = Math.max(...rows.map(({ setting }) => setting.key.length));
  const values = Math.max(...rows.map(({ text }) => displayWidth(text)));
  for (const { setting, text } of rows) {
    const isDefault = setting.source === 'default';
    const value = pad(text, values);
    const origin = isDefault
      ? `default; ${CONFIG_KEYS[setting.key].variable}`
      : originText(setting);
    printLine(`${setting.key.padEnd(keys)}  ${isDefault ? value : bold(value)}  ${dim(origin)}`);
  }
}
