import { Argument, type Command } from 'commander';
import { COMPLETE, SHELLS, type Shell } from './completion/shells.ts';

/** Prints what makes a shell complete words, and answers that script. */
export function addCompletion(program: Command): void {
  program
    .command('completion')
    .description('print a script that makes a shell complete commands, options and run ids')
    .addArgument(new Argument('<shell>', 'the shell').choices(SHELLS))
    .addHelpText(
      'after',
      `
To have it in each new shell:
  bash   echo 'source <(slipway completion bash)' >> ~/.bashrc
  zsh    echo 'source <(slipway completion zsh)' >> ~/.zshrc    (after compinit)
  fish   slipway completion fish > ~/.config/fish/completions/slipway.fish`,
    )
    .action(async (shell: Shell) => {
      const { printScript } = await import('./completion/print-script.ts');
      await printScript(shell);
    });
  program
    .command(COMPLETE, { hidden: true })
    .addArgument(new Argument('<shell>', 'who asks').choices(SHELLS))
    .argument('[words...]', 'behind --: the words after the program, up to the cursor')
    .action(async (shell: Shell, words: readonly string[], _: object, command: Command) => {
      const { answer } = await import('./completion/answer.ts');
      await answer(command, shell, words);
    });
}
