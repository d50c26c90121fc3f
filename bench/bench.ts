/**
 * Measures what README.md beside this file lists, and prints it as a table: `npm run bench [-- NAME…]`.
 * Exits with 1 where a limit is broken. BENCH_ROUNDS says how often (default 15).
 */
import { cpus, loadavg, release, totalmem } from 'node:os';
import { type Figure, table } from './figure.ts';
import { list } from './list.ts';
import { logs } from './logs.ts';
import { overhead } from './overhead.ts';
import { version } from './version.ts';

const BENCHES: Readonly<Record<string, (rounds: number) => Promise<Figure[]>>> = {
  version,
  overhead,
  list,
  logs,
};

const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 15);

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !Object.hasOwn(BENCHES, name));
if (unknown.length > 0 || !(ROUNDS >= 1)) {
  console.error(
    `There are the benches ${Object.keys(BENCHES).join(', ')}; BENCH_ROUNDS is from 1.`,
  );
  process.exit(2);
}

const load = loadavg()[0] ?? 0;
if (load > cpus().length / 2) {
  console.error(
    `NOTE: this machine is busy (load ${load.toFixed(1)}), which the figures will show.`,
  );
}
const memory = `${Math.round(totalmem() / 1024 ** 3)} GiB`;
console.log(
  `${cpus().length} cores, ${memory}, ${process.platform} ${release()}, Node ${process.version}, ` +
    `load ${load.toFixed(1)}, ${ROUNDS} rounds: median (least–most)\n`,
);
const figures: Figure[] = [];
for (const [name, bench] of Object.entries(BENCHES)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  console.error(`measuring ${name} …`);
  figures.push(...(await bench(ROUNDS)));
}
console.log(table(figures));
const broken = figures.filter(({ holds }) => !holds);
for (const { what, measured, limit } of broken) {
  console.error(`BROKEN: ${what}: ${measured}, limit ${limit}`);
}
process.exitCode = broken.length === 0 ? 0 : 1;
