// Reads a table of measurements and writes the mean and the range of each station.
import { readFileSync, writeFileSync } from 'node:fs';

const [table, summary] = process.argv.slice(2);
const [, ...rows] = readFileSync(table, 'utf8').trim().split('\n');
const stations = new Map();
for (const row of rows) {
  const [station, , celsius] = row.split(',');
  stations.set(station, [...(stations.get(station) ?? []), Number(celsius)]);
}
const lines = [...stations].map(([station, values]) => {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return `${station}: ${mean.toFixed(1)} °C (${Math.min(...values)} to ${Math.max(...values)})`;
});
console.log(`${rows.length} measurements of ${stations.size} stations`);
writeFileSync(summary, `${lines.join('\n')}\n`);
