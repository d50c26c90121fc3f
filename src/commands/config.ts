import type { Command } from 'commander';

/** Shows every setting and which layer it came from. */
export function addConfig(program: Command): void {
  program
    .command('config')
    .description('show each setting, its value and where it came from')
    .option(
      '--json',
      'print a JSON object: settings, each with key, value, source, place; warnings',
    )
    .addHelpText(
      'after',
      `
Later ones go before earlier ones:
  default      what Slipway does if nothing is said
  user         config.yaml in ~/.config/slipway, or $XDG_CONFIG_HOME/slipway
  project      slipway.config.yaml in this folder or the nearest one above
  profile      profiles.NAME in either file; chosen by --profile or SLIPWAY_PROFILE
  environment  SLIPWAY_ENGINE and so on
  flag         of the command`,
    )
    .action(async (options: { json?: boolean }, command: Command) => {
      const { showConfig } = await import('./config/show-config.ts');
      await showConfig(command, options);
    });
}
