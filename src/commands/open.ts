/** What commands work with: the configuration, and the runs of Slipway's home. */
import type { Command } from 'commander';
import type { RunsContext } from '../runs/context.ts';
import type { Config, LoadedConfig } from '../spec/config.ts';
import type { GlobalOptions } from './global-options.ts';
import { note } from './output.ts';

/** What the command's own options say of the configuration. */
export type ConfigFlags = Readonly<Partial<Record<keyof Config, unknown>>>;

/**
 * The configuration of a command, from files, environment and flags.
 * @throws ConfigError
 */
export async function configOf(command: Command, flags: ConfigFlags = {}): Promise<LoadedConfig> {
  const { loadConfig } = await import('../spec/config.ts');
  const { home, profile } = command.optsWithGlobals<GlobalOptions>();
  return loadConfig({ flags: { home, ...flags }, profile });
}

/**
 * Opens the runs, gives those a new process that have lost theirs, calls `use`, and closes them.
 * @throws ConfigError, and whatever `use` throws.
 */
export async function withRuns<Result>(
  command: Command,
  use: (runs: RunsContext, config: Config) => Promise<Result>,
  flags: ConfigFlags = {},
): Promise<Result> {
  const [{ values: config }, { openRuns }, { adoptOrphans }] = await Promise.all([
    configOf(command, flags),
    import('../runs/context.ts'),
    import('../runs/supervision.ts'),
  ]);
  const runs = await openRuns(config.home);
  try {
    for (const id of await adoptOrphans(runs)) {
      note(`Run ${id} had lost its process and has a new one.`);
    }
    return await use(runs, config);
  } finally {
    await runs.store.close();
  }
}
