import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { ended, environment } from '../support/command-line.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const CLI = join(import.meta.dirname, '../../src/cli.ts');
const TSX = fileURLToPath(import.meta.resolve('tsx'));

/** Runs what follows on a terminal of its own that is 100 columns wide. */
const ON_TERMINAL = `
import fcntl, os, pty, struct, sys, termios
pid, terminal = pty.fork()
if pid == 0:
    fcntl.ioctl(1, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 100, 0, 0))
    os.execvp(sys.argv[1], sys.argv[1:])
while True:
    try:
        seen = os.read(terminal, 65536)
    except OSError:
        break
    if not seen:
        break
    sys.stdout.buffer.write(seen)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
`;

const hasPython = spawnSync('python3', ['-c', 'import pty']).status === 0;
if (!hasPython) console.warn('NOT TESTED: what a terminal shows. It needs python3 (3.9 or newer).');

async function onTerminal(args: readonly string[], home: string, env = {}) {
  const command = [process.execPath, '--import', TSX, CLI, ...args];
  return ended('python3', ['-c', ON_TERMINAL, ...command], {
    cwd: home,
    env: { ...environment(home), TERM: 'xterm', NO_COLOR: '1', ...env },
  });
}

const ERASE = '\r\u001b[2K';

/** What is left to see: of each line what came after it was last erased. */
function shown(output: string): string[] {
  return output.split('\r\n').map((line) => line.split(ERASE).at(-1) ?? '');
}

describe.skipIf(!hasPython)('on a terminal', () => {
  const script =
    'echo one; sleep 0.5; printf "two "; sleep 0.5; echo three; echo four >&2; sleep 0.3';

  it('a run shows one status line, which leaves nothing behind and tears no line', async () => {
    const home = await temporaryFolder();
    const { code, stdout } = await onTerminal(
      ['run', '--engine', 'host', '--name', 'demo', '--command', script],
      home,
    );
    expect(code).toBe(0);
    expect(stdout).toMatch(/\S running · \ds · demo [0-9a-f]{12} · on host/);
    const lines = shown(stdout);
    expect(lines.filter((line) => line.includes('running ·'))).toEqual([]);
    expect(lines.slice(0, 2)).toEqual(['one', 'two three']);
    expect(lines).toContain('four');
    expect(lines.at(-3)).toMatch(/^slipway: ✔ demo succeeded in .*exit code 0/);
    expect(lines.at(-2)).toContain('Nothing is left of it');
    expect(lines.at(-1)).toBe('');
  });

  it('shows none with --quiet, and colours unless they are unwanted', async () => {
    const home = await temporaryFolder();
    const run = ['run', '--engine', 'host', '--command', 'sleep 0.3; exit 1'];
    expect((await onTerminal([...run, '--quiet'], home)).stdout).toBe('');
    const inColor = await onTerminal(run, home, { NO_COLOR: undefined });
    expect(inColor.stdout).toContain('\u001b[31m✖\u001b[39m');
    const dumb = await onTerminal(run, home, { NO_COLOR: undefined, TERM: 'dumb' });
    expect(dumb.stdout).not.toContain('\u001b[3');
    const list = await onTerminal(['ps'], home);
    for (const line of list.stdout.split('\r\n')) expect(line.length).toBeLessThanOrEqual(100);
  });
});
