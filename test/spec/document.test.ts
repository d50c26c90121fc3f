import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { formatProblem } from '../../src/errors.ts';
import { locate, readDocument } from '../../src/spec/document.ts';
import { parseDocumentText } from '../../src/spec/document-text.ts';

const folder = mkdtempSync(join(tmpdir(), 'slipway-document-'));
afterAll(() => rmSync(folder, { recursive: true }));

const read = (text: string, file = 'job.yaml') =>
  parseDocumentText(file, text, { textIn: ['env'] });
const problems = (text: string, file = 'job.yaml') =>
  read(text, file).problems.map((problem) => formatProblem(problem));

function written(name: string, content: string | Uint8Array): string {
  const file = join(folder, name);
  writeFileSync(file, content);
  return file;
}

describe('parseDocumentText', () => {
  it.each([
    ['a: 1\nb: [x, "y"]', { a: 1, b: ['x', 'y'] }],
    ['{\n\t"a": {\n\t\t"b": null\n\t}\n}', { a: { b: null } }],
    ['base: &base {a: 1}\nuse:\n  <<: *base\n  b: 2', { base: { a: 1 }, use: { a: 1, b: 2 } }],
    [
      'env: {VERSION: 1.10, ON: true, N: 0x10}\ncpu: 1.10',
      { env: { VERSION: '1.10', ON: 'true', N: '0x10' }, cpu: 1.1 },
    ],
    ['8080: x', { 8080: 'x' }],
  ])('reads %j', (text, value) => expect(read(text)).toMatchObject({ value, problems: [] }));

  it.each([
    ['', 'job.yaml: is empty'],
    ['# nothing\n', 'job.yaml: is empty'],
    ['a: 1\n---\nb: 2', 'job.yaml:2:1: has a second document; write one a file'],
    ['a: 1\nb: 2\na: 3', 'job.yaml:3:1: has the key "a" twice'],
    ['a: !new Thing', 'job.yaml:1:4: Unresolved tag: !new'],
    ['a: "x', 'job.yaml:1:6: Missing closing "quote'],
    [
      `a: &a [x,x,x,x,x,x,x,x,x,x]\nb: &b [${'*a,'.repeat(20)}]\nc: [${'*b,'.repeat(20)}]`,
      'job.yaml: repeats itself too often by aliases',
    ],
    ['a: *b', 'job.yaml: Unresolved alias (the anchor must be set before the alias): b'],
    ['<<: 1', 'job.yaml: Merge sources must be maps or map aliases'],
    ['['.repeat(100_000), 'job.yaml: is nested more than 200 deep'],
    ['- '.repeat(100_000), 'job.yaml: is nested more than 200 deep'],
  ])('refuses %.40j', (text, problem) => expect(problems(text)).toContain(problem));

  it('is strict about files that are called JSON', () => {
    expect(problems('{"a": 1,\n "b": }', 'job.json')).toEqual([
      `job.json: is not JSON: Unexpected token '}'`,
    ]);
    expect(problems('{"a": 1, "a": 2}', 'job.json')).toEqual([
      'job.json:1:10: has the key "a" twice',
    ]);
    expect(problems('a: 1', 'job.json')).toHaveLength(1);
  });

  it('knows where each part is, or what is around it', () => {
    const document = read('a: 1\nb:\n  - x\n  - {c: &d {e: 1}}\nf: *d\n');
    expect(document.position(['b'])).toEqual({ line: 2, column: 1 });
    expect(document.position(['b', 1])).toEqual({ line: 4, column: 5 });
    expect(document.position(['b', 1, 'c', 'e'])).toEqual({ line: 4, column: 13 });
    expect(document.position(['f', 'e'])).toEqual({ line: 4, column: 13 });
    expect(document.position(['b', 1, 'missing', 'more'])).toEqual({ line: 4, column: 5 });
    expect(document.position([])).toEqual({ line: 1, column: 1 });
    const problem = { severity: 'error', path: ['b', 0], message: 'is wrong' } as const;
    expect(locate([problem], document).map((found) => formatProblem(found))).toEqual([
      'job.yaml:3:5: b[0]: is wrong',
    ]);
  });

  it('never throws, and has a value or problems', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.string({ unit: fc.constantFrom(...'a1:-?[]{},&*!|>\'"%@`#\n\t \r~<.') }),
      fc.jsonValue().map((value) => JSON.stringify(value)),
    );
    fc.assert(
      fc.property(text, fc.constantFrom('a.yaml', 'a.json'), (content, file) => {
        const document = read(content, file);
        expect(document.value === undefined).toBe(document.problems.length > 0);
        for (const { line, message } of document.problems) {
          expect(message).not.toBe('');
          if (line !== undefined) expect(line).toBeGreaterThan(0);
        }
      }),
      { numRuns: 1000 },
    );
  });

  it('reads any JSON as JSON.parse does', () =>
    fc.assert(
      fc.property(
        fc.dictionary(fc.string(), fc.jsonValue(), { minKeys: 1 }),
        fc.constantFrom(undefined, 2, '\t'),
        (value, indent) => {
          const text = JSON.stringify(value, undefined, indent);
          const document = parseDocumentText('a.json', text);
          expect(document.problems).toEqual([]);
          expect(JSON.stringify(document.value)).toBe(JSON.stringify(JSON.parse(text)));
        },
      ),
    ));
});

describe('readDocument', () => {
  it('drops a byte order mark', async () =>
    expect(await readDocument(written('bom.yaml', '\uFEFFa: 1'))).toMatchObject({
      value: { a: 1 },
    }));

  it('reads standard input', async () =>
    expect(await readDocument('-', { standardInput: Readable.from(['a:', ' 1']) })).toMatchObject({
      file: 'standard input',
      value: { a: 1 },
    }));

  it('refuses what is not text, and what never ends', async () => {
    const latin = await readDocument(written('latin.yaml', Buffer.from([0x61, 0x3a, 0x20, 0xe4])));
    expect(latin.problems).toMatchObject([{ message: 'is not text in UTF-8' }]);
    const endless = await readDocument('/dev/zero');
    expect(endless.problems).toMatchObject([{ message: 'is larger than 512 KiB' }]);
  });

  it('says what is not there or not a file', async () => {
    const missing = join(folder, 'missing.yaml');
    await expect(readDocument(missing)).rejects.toMatchObject({
      code: 'NOT_FOUND',
      message: `There is no file ${missing}.`,
    });
    await expect(readDocument(folder)).rejects.toMatchObject({ message: `${folder} is a folder.` });
  });
});
