/** YAML and JSON with positions. Needs the yaml package, so it is imported where there is a file. */
import {
  Composer,
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  Lexer,
  LineCounter,
  type Node,
  Parser,
  visit,
  type YAMLMap,
} from 'yaml';
import type { Problem } from '../errors.ts';
import {
  broken,
  type DocumentPosition,
  type SpecDocument,
  type TextOptions,
} from './spec-document.ts';

/** In open brackets and blocks. The yaml package recurses, and the stack must hold that. */
const DEEPEST = 200;

/** A person mends the first ones first. */
const MOST_PROBLEMS = 20;

/** The resolved size of aliases, as a multiple; the yaml package's own default. */
const MOST_ALIASES = 100;

/** Reads the text of a document; a name that ends in `.json` asks for strict JSON. */
export function parseDocumentText(
  file: string,
  text: string,
  options: TextOptions = {},
): SpecDocument {
  const lines = new LineCounter();
  const position = (offset: number): DocumentPosition => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(1, line), column: Math.max(1, col) };
  };
  const documents = compose(text, lines);
  if (documents === undefined) return broken(file, `is nested more than ${DEEPEST} deep`);
  const [document, second] = documents;
  if (document === undefined || document.contents === null) {
    if (options.emptyValue === undefined) return broken(file, 'is empty');
    return { file, value: options.emptyValue, problems: [], position: () => undefined };
  }
  const notJson = file.endsWith('.json') ? jsonProblem(text) : undefined;
  if (notJson !== undefined) {
    const at = notJson.at ?? document.errors[0]?.pos[0];
    return broken(file, notJson.message, at === undefined ? undefined : position(at));
  }
  if (second !== undefined) {
    return broken(file, 'has a second document; write one a file', position(second.range[0]));
  }
  const problems: Problem[] = [
    ...[...document.errors, ...document.warnings].map((found) => ({
      message: found.message.slice(0, 200),
      at: found.pos[0],
    })),
    ...repeatedKeys(document),
  ]
    .slice(0, MOST_PROBLEMS)
    .map(({ message, at }) => ({
      severity: 'error',
      path: [],
      message,
      source: file,
      ...position(at),
    }));
  const value = problems.length > 0 ? undefined : plainValue(document, options.textIn ?? []);
  if (value instanceof Error) return broken(file, unresolved(value));
  return {
    file,
    value,
    problems,
    position: (path) => {
      const offset = offsetOf(document, path);
      return offset === undefined ? undefined : position(offset);
    },
  };
}

/** Undefined where the text is nested too deep to be composed. */
function compose(text: string, lines: LineCounter): Document.Parsed[] | undefined {
  const parser = new Parser(lines.addNewLine);
  lines.addNewLine(0);
  const tokens = [];
  for (const lexeme of new Lexer().lex(text)) {
    tokens.push(...parser.next(lexeme));
    if (parser.stack.length > DEEPEST) return undefined;
  }
  tokens.push(...parser.end());
  const composer = new Composer({
    logLevel: 'silent',
    merge: true,
    prettyErrors: false,
    stringKeys: true,
    // Its own check compares each key with all others.
    uniqueKeys: false,
  });
  return [...composer.compose(tokens, false, text.length)] as Document.Parsed[];
}

/** The value as plain data, or why aliases and merge keys in it cannot be followed. */
function plainValue(document: Document.Parsed, textIn: readonly string[]): unknown {
  if (isMap(document.contents)) {
    for (const key of textIn) takeAsWritten(document.contents.get(key, true));
  }
  try {
    return document.toJS({ maxAliasCount: MOST_ALIASES });
  } catch (error) {
    // `<<: 1` is a plain Error; the package has no type of its own for what it cannot resolve.
    if (error instanceof Error) return error;
    throw error;
  }
}

function unresolved({ message }: Error): string {
  if (message.startsWith('Excessive alias count')) return 'repeats itself too often by aliases';
  return message.slice(0, 200);
}

function takeAsWritten(node: unknown): void {
  if (!isMap(node)) return;
  for (const { value } of node.items) {
    if (!isScalar(value) || value.source === undefined) continue;
    if (typeof value.value === 'number' || typeof value.value === 'boolean') {
      value.value = value.source;
    }
  }
}

function repeatedKeys(document: Document.Parsed): { message: string; at: number }[] {
  const found: { message: string; at: number }[] = [];
  visit(document, {
    Map(_, map) {
      const keys = new Set<unknown>();
      for (const { key } of map.items) {
        const name = isScalar(key) ? key.value : key;
        if (keys.has(name)) {
          found.push({ message: `has the key "${String(name)}" twice`, at: startOf(key) ?? 0 });
        }
        keys.add(name);
      }
    },
  });
  return found;
}

/** YAML's own messages are about YAML, and what YAML also allows is no JSON. */
function jsonProblem(text: string): { message: string; at: number | undefined } | undefined {
  try {
    JSON.parse(text);
    return undefined;
  } catch (error) {
    const { message } = error as SyntaxError;
    const at = /at position (\d+)/.exec(message)?.[1];
    const short = message.replace(/(?: in JSON)? at position .*$|, (?:\.\.\.)?".*$/s, '');
    return { message: `is not JSON: ${short}`, at: at === undefined ? undefined : Number(at) };
  }
}

function offsetOf(
  document: Document.Parsed,
  path: readonly (string | number)[],
): number | undefined {
  let node: unknown = document.contents;
  let offset = startOf(node);
  for (const step of path) {
    if (isAlias(node)) node = node.resolve(document);
    const next: { at: unknown; value: unknown } | undefined = isMap(node)
      ? pairAt(node, step)
      : isSeq(node) && typeof step === 'number'
        ? { at: node.items[step], value: node.items[step] }
        : undefined;
    const start = startOf(next?.at);
    if (next === undefined || start === undefined) break;
    offset = start;
    node = next.value;
  }
  return offset;
}

function pairAt(map: YAMLMap, step: string | number): { at: unknown; value: unknown } | undefined {
  const pair = map.items.find(({ key }) => isScalar(key) && String(key.value) === String(step));
  return pair && { at: pair.key, value: pair.value };
}

function startOf(node: unknown): number | undefined {
  return (node as Node | undefined)?.range?.[0];
}
