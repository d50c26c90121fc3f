/**
 * Follows a script for a POSIX shell as closely as it takes to know how each place is quoted:
 * "Shell Command Language" of POSIX.1-2017, sections 2.2 (quoting), 2.3 (comments), 2.6.3 (command
 * substitution) and 2.7.4 (here-documents); and `$'…'` as bash has it.
 */

/** Finds what to put in at a place of the script, and where the script goes on. */
export type FindInsert = (at: number) => { path: string; end: number } | undefined;

type Quote = (path: string) => string;

interface HereDocument {
  delimiter: string;
  /** A quoted delimiter: nothing in the text is expanded. */
  literal: boolean;
  stripsTabs: boolean;
}

const HERE_DOCUMENT = /<<(-?)[ \t]*((?:\\.|'[^']*'|"[^"]*"|[^\s;&|<>()'"\\])+)/y;

/** Deeper than any script that a person writes, and far from the end of the stack. */
const DEEPEST = 200;

/** Patterns between these end with a `)` that has no partner. */
const CASE = /case\s[^;\n]{1,200}?\sin\s/y;
const ESAC = /esac(?=[\s;&|)]|$)/y;
const COMMENT = /#/y;

/** A word that no shell reads as anything else, wherever it stands. */
const SAFE_WORD = /^\/[\w@%+:,./-]*$/;

const bareQuote: Quote = (path) =>
  SAFE_WORD.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`;
const singleQuote: Quote = (path) => path.replaceAll("'", "'\\''");
const doubleQuote: Quote = (path) => path.replaceAll(/[\\"$`]/g, '\\$&');
const ansiQuote: Quote = (path) => path.replaceAll(/[\\']/g, '\\$&');
const hereQuote: Quote = (path) => path.replaceAll(/[\\$`]/g, '\\$&');
const noQuote: Quote = (path) => path;

export class ShellScript {
  readonly #text: string;
  readonly #find: FindInsert;
  #at = 0;
  #end: number;
  #filled = '';
  /** How many backquotes are open: each reads backslashes once more. */
  #backquotes = 0;
  /** How many command substitutions are open. */
  #nested = 0;
  #awaited: HereDocument[] = [];

  constructor(text: string, find: FindInsert) {
    this.#text = text;
    this.#find = find;
    this.#end = text.length;
  }

  /** The script with everything put in. */
  filled(): string {
    this.#bare(undefined);
    return this.#filled;
  }

  /** Unquoted text up to `closer`, which is left to the caller. */
  #bare(closer: ')' | '`' | undefined): void {
    let depth = 0;
    let cases = 0;
    let arithmetic = closer === ')' && this.#text[this.#at] === '(';
    while (this.#at < this.#end) {
      const next = this.#text[this.#at];
      if (this.#startsWord(CASE)) cases += 1;
      else if (this.#startsWord(ESAC)) cases = Math.max(0, cases - 1);
      if (next === closer && depth === 0 && (cases === 0 || closer === '`')) return;
      if (next === '(') {
        arithmetic ||= this.#text.startsWith('((', this.#at);
        depth += 1;
      } else if (next === ')') {
        depth = Math.max(0, depth - 1);
        arithmetic &&= depth > 0;
      } else if (next === '#' && this.#startsWord(COMMENT)) {
        this.#copyTo(this.#lineEnd());
        continue;
      } else if (next === "'") {
        this.#quoted("'", singleQuote);
        continue;
      } else if (next === '$' && this.#text[this.#at + 1] === "'") {
        this.#copy(1);
        this.#quoted("'", ansiQuote, true);
        continue;
      } else if (next === '"') {
        this.#copy(1);
        this.#expanded(doubleQuote, '"');
        this.#copy(1);
        continue;
      } else if (next === '<' && !arithmetic && this.#awaitHereDocument()) {
        continue;
      } else if (next === '\n') {
        this.#copy(1);
        this.#hereDocuments();
        continue;
      }
      this.#step(bareQuote);
    }
  }

  /** Text in quotes in which nothing is expanded. */
  #quoted(closer: string, quote: Quote, escapes = false): void {
    this.#copy(1);
    while (this.#at < this.#end && this.#text[this.#at] !== closer) {
      if (escapes && this.#text[this.#at] === '\\') this.#copy(2);
      else this.#insertOrCopy(quote);
    }
    this.#copy(1);
  }

  /** Text in which `$`, backquotes and backslashes still count. */
  #expanded(quote: Quote, closer?: string): void {
    while (this.#at < this.#end && this.#text[this.#at] !== closer) this.#step(quote);
  }

  /** One character, or what begins here and is of one piece in bare and in double-quoted text. */
  #step(quote: Quote): void {
    const next = this.#text[this.#at];
    const after = this.#text[this.#at + 1];
    if (next === '\\') this.#copy(2);
    else if (next === '$' && after === '(') this.#substitution(2, ')');
    else if (next === '`' && this.#backquotes === 0) {
      this.#backquotes += 1;
      this.#substitution(1, '`');
      this.#backquotes -= 1;
    } else this.#insertOrCopy(quote);
  }

  #startsWord(word: RegExp): boolean {
    if (!/[\s;&|()`]|^$/.test(this.#text[this.#at - 1] ?? '')) return false;
    word.lastIndex = this.#at;
    return word.test(this.#text);
  }

  #substitution(opening: number, closer: ')' | '`'): void {
    this.#copy(opening);
    if (this.#nested === DEEPEST) return;
    this.#nested += 1;
    this.#bare(closer);
    this.#nested -= 1;
    this.#copy(1);
  }

  #insertOrCopy(quote: Quote): void {
    const found = this.#find(this.#at);
    if (found === undefined || found.end > this.#end) {
      this.#copy(1);
      return;
    }
    const quoted = quote(found.path);
    this.#filled += this.#backquotes === 0 ? quoted : hereQuote(quoted);
    this.#at = found.end;
  }

  #awaitHereDocument(): boolean {
    HERE_DOCUMENT.lastIndex = this.#at;
    const [match, dash, word] = HERE_DOCUMENT.exec(this.#text) ?? [];
    if (match === undefined || word === undefined) {
      const operator = /^<+/.exec(this.#text.slice(this.#at, this.#at + 3));
      this.#copy(operator?.[0].length ?? 1);
      return true;
    }
    this.#awaited.push({
      delimiter: word.replaceAll(/\\(.)|['"]/gs, '$1'),
      literal: /['"\\]/.test(word),
      stripsTabs: dash === '-',
    });
    this.#copy(match.length);
    return true;
  }

  /** The here-documents whose texts begin at this line. */
  #hereDocuments(): void {
    const awaited = this.#awaited;
    this.#awaited = [];
    for (const document of awaited) {
      const outer = this.#end;
      this.#end = this.#hereEnd(document);
      if (document.literal) while (this.#at < this.#end) this.#insertOrCopy(noQuote);
      else this.#expanded(hereQuote);
      this.#end = outer;
      this.#copyTo(this.#lineEnd());
    }
  }

  /** Where the line of the delimiter begins, or the end of the script. */
  #hereEnd({ delimiter, stripsTabs }: HereDocument): number {
    let start = this.#at;
    while (start < this.#end) {
      const newline = this.#text.indexOf('\n', start);
      const end = newline === -1 ? this.#end : newline;
      const line = this.#text.slice(start, end);
      if ((stripsTabs ? line.replace(/^\t+/, '') : line) === delimiter) return start;
      start = end + 1;
    }
    return this.#end;
  }

  #lineEnd(): number {
    const newline = this.#text.indexOf('\n', this.#at);
    return newline === -1 ? this.#end : Math.min(newline, this.#end);
  }

  #copy(characters: number): void {
    this.#copyTo(this.#at + characters);
  }

  #copyTo(end: number): void {
    const stop = Math.min(end, this.#end);
    this.#filled += this.#text.slice(this.#at, stop);
    this.#at = stop;
  }
}
