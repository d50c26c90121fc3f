import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseEnvironmentFile, readSecrets } from '../../../src/backends/local/environment.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const container = (change: object) => ({
  secrets: {},
  environmentFiles: [],
  spec: { environment: {} } as never,
  ...change,
});

describe('parseEnvironmentFile', () => {
  it('reads lines as ECS does', () => {
    expect(parseEnvironmentFile('\uFEFF# note\nA=1\r\n\nB="two = 2" \nnothing\n=x')).toEqual([
      ['A', '1'],
      ['B', '"two = 2" '],
    ]);
  });
});

describe('readSecrets', () => {
  it('reads variables and files, and lets secrets go before files of variables', async () => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, 'password'), 'line one\nline two\n');
    await writeFile(join(folder, 'first.env'), 'A=first\nB=first\nC=first');
    await writeFile(join(folder, 'second.env'), 'A=second\nD=second');
    const values = await readSecrets(
      container({
        secrets: { B: 'env:TOKEN', P: `file:${join(folder, 'password')}` },
        environmentFiles: [join(folder, 'first.env'), join(folder, 'second.env')],
        spec: { environment: { C: 'plain' } },
      }),
      { TOKEN: '' },
    );
    expect(values).toEqual({ A: 'first', B: '', D: 'second', P: 'line one\nline two' });
  });

  it('names a secret that is not there, and what to do', async () => {
    const read = readSecrets(container({ secrets: { KEY: 'env:NOT_SET' } }), {});
    await expect(read).rejects.toMatchObject({
      code: 'SECRET_MISSING',
      message: expect.stringContaining('NOT_SET is not set'),
      hint: expect.stringContaining('NOT_SET=…'),
    });
  });
});
