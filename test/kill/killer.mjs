/**
 * Loaded into every Node process of a run under test (by NODE_OPTIONS): counts what the process does
 * to the world, and kills it with SIGKILL at one of these moments. An effect has a moment just before
 * it and one just after; a child process has one after its end too.
 *
 *   KILL_ROLE     which process dies: `client`, or `supervisor`
 *   KILL_AT       at which moment, from 1; 0 to count them all
 *   KILL_NOTE     the file to which the moment is written, once; whoever finds it written lives
 *   KILL_ARMED    only moments after this file exists are counted, where it is given
 *   KILL_CHILDREN `yes` to kill the children that it has started too
 */
import childProcess from 'node:child_process';
import fs from 'node:fs';
import { createRequire, syncBuiltinESMExports } from 'node:module';

const { KILL_ROLE, KILL_AT, KILL_NOTE, KILL_ARMED, KILL_CHILDREN } = process.env;
const role = process.argv.includes('supervise') ? 'supervisor' : 'client';

const PROMISED = [
  ...[
    'mkdir',
    'mkdtemp',
    'writeFile',
    'rename',
    'link',
    'symlink',
    'rm',
    'chmod',
    'cp',
    'copyFile',
  ],
  ...['truncate', 'unlink', 'utimes'],
];
const SYNCHRONOUS = ['mkdirSync', 'writeFileSync', 'ftruncateSync', 'writevSync', 'renameSync'];

if (role === KILL_ROLE && KILL_NOTE !== undefined) {
  const { appendFileSync, existsSync, writeFileSync } = fs;
  const children = [];
  let moments = 0;

  const moment = (what) => {
    if (KILL_ARMED && !existsSync(KILL_ARMED)) return;
    moments += 1;
    if (KILL_AT === '0') return writeFileSync(KILL_NOTE, String(moments));
    if (moments !== Number(KILL_AT) || existsSync(KILL_NOTE)) return;
    appendFileSync(KILL_NOTE, `${role} at moment ${moments}: ${what}`);
    if (KILL_CHILDREN === 'yes') for (const child of children) child.kill('SIGKILL');
    process.kill(process.pid, 'SIGKILL');
    // A signal to oneself may take a moment to arrive, and nothing must happen in it.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
  };

  const named = (name, words) =>
    `${name} ${words.filter((word) => typeof word === 'string')}`.slice(0, 150);

  for (const name of PROMISED) {
    const original = fs.promises[name];
    fs.promises[name] = async (...words) => {
      moment(`before ${named(name, words)}`);
      const result = await original(...words);
      moment(`after ${named(name, words)}`);
      return result;
    };
  }
  for (const name of SYNCHRONOUS) watch(fs, name);
  const { default: Database } = { default: createRequire(import.meta.url)('libsql') };
  watch(Database.prototype, 'exec');
  const statement = Object.getPrototypeOf(new Database(':memory:').prepare('SELECT 1'));
  watch(statement, 'run');

  const { spawn } = childProcess;
  childProcess.spawn = (command, words, options) => {
    const what = `${command} ${words?.filter((word) => !word.includes('\n')).join(' ')}`.slice(
      0,
      150,
    );
    moment(`before starting ${what}`);
    const child = spawn(command, words, options);
    children.push(child);
    moment(`after starting ${what}`);
    child.once('exit', () => moment(`after the end of ${what}`));
    return child;
  };
  syncBuiltinESMExports();

  function watch(owner, name) {
    const original = owner[name];
    owner[name] = function watched(...words) {
      moment(`before ${named(name, words)}`);
      const result = original.apply(this, words);
      moment(`after ${named(name, words)}`);
      return result;
    };
  }
}
