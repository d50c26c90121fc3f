import { Argument, Command, Option } from 'commander';
import { describe, expect, test } from 'vitest';
import { candidatesFor } from '../../src/commands/completion/candidates.ts';

function program(): Command {
  const root = new Command('ship').option('--profile <NAME>', 'a profile').version('1.0.0');
  root
    .command('run')
    .description('Run a job')
    .argument('[FILE]', 'a job')
    .argument('[COMMAND...]')
    .addOption(new Option('-e, --engine <ENGINE>', 'what runs it').choices(['docker', 'podman']))
    .option('--task-definition <FILE>', 'under the flags')
    .option('--architecture <NAME>', 'of the processor')
    .option('-d, --detach', 'come back at once')
    .addOption(new Option('--secret-switch', 'not shown').hideHelp());
  root.command('show').description('Show a run').argument('<ID>');
  root.command('wait').argument('<ID...>');
  root.command('ps').description('List runs').option('--all', 'every run');
  root
    .command('completion')
    .addArgument(new Argument('<shell>', 'a shell').choices(['bash', 'zsh']));
  root.command('hidden', { hidden: true });
  return root;
}

const words = (typed: readonly string[]) =>
  candidatesFor(program(), typed).words.map(({ value }) => value);
const also = (typed: readonly string[]) => candidatesFor(program(), typed).also;

describe('the word after the program', () => {
  test('is a command that is not hidden, with its description', () => {
    expect(words([''])).toEqual(['run', 'show', 'wait', 'ps', 'completion', 'help']);
    expect(candidatesFor(program(), ['ru']).words).toEqual([
      { value: 'run', description: 'Run a job' },
    ]);
  });

  test('may be an option of the program', () => {
    expect(words(['--p'])).toEqual(['--profile']);
    expect(words(['--profile', 'x', 's'])).toEqual(['show']);
  });
});

describe('an option', () => {
  test('is the command’s own or the program’s, and not a hidden one', () => {
    expect(words(['run', '--'])).toEqual(
      expect.arrayContaining(['--engine', '--task-definition', '--detach', '--profile', '--help']),
    );
    expect(words(['run', '--sec'])).toEqual([]);
  });

  test('is offered where a command takes no argument', () => {
    expect(words(['ps', ''])).toContain('--all');
  });

  test.each([
    { typed: ['run', '--engine', ''], values: ['docker', 'podman'] },
    { typed: ['run', '-e', 'p'], values: ['podman'] },
    { typed: ['run', '--engine=p'], values: ['--engine=podman'] },
    { typed: ['run', '--unknown=p'], values: [] },
    { typed: ['run', '--architecture', ''], values: ['x86_64', 'arm64'] },
  ])('has the values $values after $typed', ({ typed, values }) => {
    expect(words(typed)).toEqual(values);
  });

  test('that takes a file asks the shell, and one that takes a name does not', () => {
    expect(also(['run', '--task-definition', ''])).toBe('files');
    expect(also(['--profile', ''])).toBeUndefined();
  });

  test('without a value leaves the next word to the command', () => {
    expect(also(['run', '--detach', ''])).toBe('files');
  });
});

describe('an argument', () => {
  test.each([
    { typed: ['run', 'jo'], expected: 'files' },
    { typed: ['show', ''], expected: 'runs' },
    { typed: ['wait', 'one', 'two', ''], expected: 'runs' },
    { typed: ['show', 'one', ''], expected: undefined },
    { typed: ['run', '--', ''], expected: 'files' },
    { typed: ['run', '--', '--engine', 'x'], expected: 'files' },
  ])('of $typed is one of $expected', ({ typed, expected }) => {
    expect(also(typed)).toBe(expected);
  });

  test('with choices is one of them', () => {
    expect(words(['completion', 'z'])).toEqual(['zsh']);
  });
});
