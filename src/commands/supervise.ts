import type { Command } from 'commander';

/** What a detached run's process is started as: see `startSupervisor`. */
export function addSupervise(program: Command): void {
  program
    .command('supervise', { hidden: true })
    .argument('<id>', 'a run')
    .action(async (id: string, _: object, command: Command) => {
      // It belongs to no terminal: what is typed in one or closes it is not meant for this process.
      for (const signal of ['SIGHUP', 'SIGINT'] as const) process.on(signal, () => undefined);
      const { superviseRun } = await import('./supervise/supervise-run.ts');
      await superviseRun(command, id);
    });
}
