/**
 * What may come next on a command line, read off the program itself, so that no list of commands and
 * options can go stale. Pure.
 */
import type { Argument, Command, Option } from 'commander';
import type { EngineName } from '../../engine/engine.ts';

/** A word that could be typed, and what it is for. */
export interface Candidate {
  value: string;
  description: string;
}

export interface Candidates {
  words: readonly Candidate[];
  /** What only a look at this machine can tell. */
  also?: 'files' | 'runs' | undefined;
}

/** Values that are of this machine, by the names that the help gives arguments and option values. */
const FILES = /file|path|folder/i;
const RUNS = /^(?:id|ids|run|runs)$/i;

/** Values of options that are read with the job: what is wrong with one is said there, not by commander. */
const VALUES = new Map<string | undefined, readonly string[]>([
  ['--engine', ['docker', 'podman', 'host'] satisfies EngineName[]],
  ['--architecture', ['x86_64', 'arm64']],
]);

const NOTHING: Candidates = { words: [] };

/** What the words before the cursor have settled. */
interface Position {
  command: Command;
  /** How many arguments of the command are there already. */
  arguments: number;
  /** The option that waits for its value. */
  option: Option | undefined;
  /** Whether `--` came, so that nothing is an option any more. */
  onlyArguments: boolean;
}

/**
 * @param words what follows the program's name up to the cursor; the last one is unfinished, and
 *   empty where the cursor is behind a space.
 */
export function candidatesFor(program: Command, words: readonly string[]): Candidates {
  const position = positionAfter(program, words.slice(0, -1));
  const word = words.at(-1) ?? '';
  const all = candidatesAt(position, word);
  return { ...all, words: all.words.filter(({ value }) => value.startsWith(word)) };
}

function positionAfter(program: Command, words: readonly string[]): Position {
  const position: Position = {
    command: program,
    arguments: 0,
    option: undefined,
    onlyArguments: false,
  };
  for (const word of words) {
    if (position.option !== undefined) position.option = undefined;
    else if (position.onlyArguments) position.arguments += 1;
    else if (word === '--') position.onlyArguments = true;
    else if (word.startsWith('-') && word !== '-') position.option = waitingOption(position, word);
    else step(position, word);
  }
  return position;
}

/** The option that `word` is, where its value is the next word. */
function waitingOption({ command }: Position, word: string): Option | undefined {
  return optionsOf(command).find(
    (option) => option.required && (option.long === word || option.short === word),
  );
}

function step(position: Position, word: string): void {
  const next = position.command.commands.find(
    (command) => command.name() === word || command.aliases().includes(word),
  );
  if (next !== undefined && position.arguments === 0) position.command = next;
  else position.arguments += 1;
}

function candidatesAt(position: Position, word: string): Candidates {
  const { command, option, onlyArguments } = position;
  if (option !== undefined) return optionValues(option, '');
  if (!onlyArguments && word.startsWith('-')) {
    const assigned = /^(--[^=]+)=/.exec(word);
    if (assigned === null) return { words: optionWords(command) };
    const named = optionsOf(command).find(({ long }) => long === assigned[1]);
    return named === undefined ? NOTHING : optionValues(named, assigned[0]);
  }
  if (command.commands.length > 0 && position.arguments === 0)
    return { words: commandWords(command) };
  // Behind `--` is the command of a job, which begins with a program or a file.
  if (onlyArguments) return { words: [], also: 'files' };
  const argument = argumentAt(command, position.arguments);
  return argument === undefined ? { words: optionWords(command) } : argumentValues(argument);
}

function optionValues(option: Option, prefix: string): Candidates {
  const description = option.description;
  const words = (option.argChoices ?? VALUES.get(option.long) ?? []).map((choice) => ({
    value: prefix + choice,
    description,
  }));
  // The name of the value alone: `--task-definition FILE` is one, `--profile NAME` is not.
  const isFile = FILES.test(option.flags.replace(/^.*?[\s=](?=[<[])/, ''));
  return { words, also: isFile ? 'files' : undefined };
}

function argumentValues(argument: Argument): Candidates {
  const { description, argChoices } = argument;
  if (argChoices !== undefined) {
    return { words: argChoices.map((value) => ({ value, description })) };
  }
  if (RUNS.test(argument.name())) return { words: [], also: 'runs' };
  return FILES.test(argument.name()) ? { words: [], also: 'files' } : NOTHING;
}

function argumentAt(command: Command, index: number): Argument | undefined {
  const last = command.registeredArguments.at(-1);
  return command.registeredArguments[index] ?? (last?.variadic ? last : undefined);
}

function commandWords(command: Command): Candidate[] {
  return command
    .createHelp()
    .visibleCommands(command)
    .map((one) => ({ value: one.name(), description: one.summary() || one.description() }));
}

function optionWords(command: Command): Candidate[] {
  return optionsOf(command).flatMap(({ long, short, description }) => {
    const value = long ?? short;
    return value === undefined ? [] : [{ value, description }];
  });
}

/** A command's own and those of the commands above it, which it takes too; without hidden ones. */
function optionsOf(command: Command): Option[] {
  const help = Object.assign(command.createHelp(), { showGlobalOptions: true });
  return [...help.visibleOptions(command), ...help.visibleGlobalOptions(command)];
}
