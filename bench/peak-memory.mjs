// Loaded before a command that is measured: writes down, at its end, the most memory it had in use.
import { readFileSync, writeFileSync } from 'node:fs';

process.on('exit', () => writeFileSync(process.env.SLIPWAY_BENCH_PEAK, String(kibibytes())));

/** Linux counts the parent's memory into `ru_maxrss` (getrusage(2), exec); its own count is exact. */
function kibibytes() {
  if (process.platform !== 'linux') return process.resourceUsage().maxRSS;
  return /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'))[1];
}
