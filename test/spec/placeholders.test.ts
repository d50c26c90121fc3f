// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are a shell's.
import { spawnSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fillPlaceholders } from '../../src/spec/placeholders.ts';

const paths = { a: '/input/a', odd: `/in put/it's "$HOME" \`id\` \\n` };

/** What a shell makes of a script. */
function shell(script: string, ...words: string[]): string {
  const { stdout, stderr, status } = spawnSync('sh', ['-c', script, 'sh', ...words], {
    encoding: 'utf8',
  });
  expect({ stderr, status }).toEqual({ stderr: '', status: 0 });
  return stdout;
}

describe('fillPlaceholders in words', () => {
  it('puts paths in as they are', () =>
    expect(fillPlaceholders(['cat', '{a}', '--odd={odd}', '{b}{a}'], paths)).toEqual([
      'cat',
      '/input/a',
      `--odd=${paths.odd}`,
      '{b}/input/a',
    ]));
});

describe('fillPlaceholders in a script', () => {
  it.each([
    'echo ${a} {b} {a,b} {{a}} "${a}"',
    "awk '{print $1}' x",
    'echo \\{a}',
    'echo {constructor} {toString} {__proto__}',
    'echo x # not {a}',
  ])('leaves %s as it is', (script) => expect(fillPlaceholders(script, paths)).toBe(script));

  it.each([
    ['cat {a}/*.csv', 'cat /input/a/*.csv'],
    ['echo {x,{a}}', 'echo {x,/input/a}'],
  ])('fills %s', (script, filled) => expect(fillPlaceholders(script, paths)).toBe(filled));

  it.each([
    ["# don't mind\nprintf %s {odd}", 'a comment with a quote'],
    ['printf %s "$(printf %s {odd})"', 'a command in quotes'],
    ['printf %s "$(printf %s "{odd}")"', 'quotes in a command in quotes'],
    ['printf %s "$( (echo x >/dev/null); printf %s \'{odd}\')"', 'parentheses in a command'],
    ['x=`printf %s {odd}`; printf %s "$x"', 'backquotes'],
    ['x=`printf %s \'{odd}\'`; printf %s "$x"', 'single quotes in backquotes'],
    ['x=`printf %s "{odd}"`; printf %s "$x"', 'double quotes in backquotes'],
    ['cat <<END | tr -d "\\n"\n{odd}\nEND\n', 'a here-document'],
    ['cat <<\'END\' | tr -d "\\n"\n{odd}\nEND\n', 'a literal here-document'],
    ['cat <<-END | tr -d "\\n"\n\t{odd}\n\tEND\n', 'a here-document with tabs'],
    ["cat <<END >/dev/null\ndon't\nEND\nprintf %s {odd}", 'a quote in a here-document'],
    ['printf %s "$(case a in b) :;; a) printf %s {odd};; esac)"', 'patterns in a command'],
    ['x="$(echo case in)"; printf %s {odd}', 'the word case'],
    ['x=$(( 1 << 2 ))\nprintf %s {odd}', 'a shift'],
    ['printf %s "${x:-{odd}}"', 'a default in quotes'],
    ['printf %s ${x:-{odd}}', 'a default'],
    ["printf %s {odd}; : it\\'s", 'an escaped quote'],
  ])('gives the shell the path in %j', (script) =>
    expect(shell(fillPlaceholders(script, paths))).toBe(paths.odd),
  );

  it('gives the shell exactly the path, in and out of quotes', () => {
    const path = fc
      .oneof(
        fc.string({ unit: 'grapheme', minLength: 1 }),
        fc.string({ unit: fc.constantFrom(...' \'"$`\\\n!*?{}-~#&;|<>()=aé'), minLength: 1 }),
      )
      .filter((text) => !text.includes('\0'));
    fc.assert(
      fc.property(path, (name) => {
        const script = `printf '%s\\0' {x} "{x}" '{x}' pre{x}post "a {x} b" 'a {x} b' "$(printf %s. {x})" "$(printf %s. "{x}")" -- {x}`;
        expect(shell(fillPlaceholders(script, { x: name })).split('\0')).toEqual([
          name,
          name,
          name,
          `pre${name}post`,
          `a ${name} b`,
          `a ${name} b`,
          `${name}.`,
          `${name}.`,
          '--',
          name,
          '',
        ]);
      }),
      { numRuns: 150 },
    );
  });

  it('leaves any script as it is where there is nothing to fill, and ends', () => {
    const script = fc.string({ unit: fc.constantFrom(...'\'"$`\\\n(){}<-EO# a'), maxLength: 60 });
    fc.assert(
      fc.property(script, (text) => {
        expect(fillPlaceholders(text, {})).toBe(text);
      }),
      { numRuns: 2000 },
    );
  });

  it('ends with scripts that no stack holds', () => {
    const script = '"$('.repeat(100_000);
    expect(fillPlaceholders(script, paths)).toBe(script);
  });
});
