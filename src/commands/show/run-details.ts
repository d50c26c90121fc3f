/** A run with all that a person may want to know of it, as lines. Pure. */
import type { ContainerOutcome } from '../../backends/backend.ts';
import { type Attempt, isFinal, type Run } from '../../runs/run.ts';
import { describeRun, type RunDescription } from '../../runs/view.ts';
import { formatDuration, formatMemory } from '../../spec/units.ts';
import { RunState } from '../../store/store.ts';
import type { Colors } from '../output.ts';
import { stateColor } from '../state-color.ts';
import { ago, duration, localTime } from '../text/time.ts';
import { pad, printable } from '../text/width.ts';

/** A title and its lines; one without lines is left out. */
type Section = [title: string, lines: readonly string[]];

/** @param last what a run that failed has written last. */
export function runDetails(
  run: Run,
  last: readonly string[],
  colors: Colors,
  now: number,
): string[] {
  const { bold, dim } = colors;
  const sections: Section[] = [
    ['', headLines(run, colors, now)],
    ['Containers', containerLines(run, colors, now)],
    ['Earlier attempts', run.document.attempts.slice(0, -1).map((one) => attemptLine(one, now))],
    ['Inputs', mapLines(describeRun(run).inputs, dim('←'))],
    ['Ports', isFinal(run.state) ? [] : describeRun(run).ports.map(portText)],
    ['Outputs', mapLines(run.document.outputs, dim('→'))],
    ['Last lines', last],
    ['Warnings', run.document.warnings.map(printable)],
    ['Left behind', run.document.leftovers.map(({ what, why }) => printable(`${what}: ${why}`))],
    ['Next', nextLines(run, colors)],
  ];
  return sections.flatMap(([title, lines]) => {
    if (lines.length === 0) return [];
    if (title === '') return lines;
    return ['', bold(title), ...lines.map((line) => `  ${line}`)];
  });
}

function headLines(run: Run, colors: Colors, now: number): string[] {
  const { request, stop } = run.document;
  const { peakMemory, cpuTime, images } = describeRun(run);
  const state = [
    stateColor(run.state, colors),
    ...(run.exitCode === undefined ? [] : [`exit code ${run.exitCode}`]),
    ...(run.failure === undefined ? [] : [run.failure]),
    ...(stop === undefined || isFinal(run.state) ? [] : ['being stopped']),
  ];
  const fields: [string, string | undefined][] = [
    ['Run', `${colors.cyan(run.id)}  ${colors.bold(printable(run.name))}`],
    ['State', state.join(', ')],
    ['Reason', run.reason === undefined ? undefined : printable(run.reason)],
    ['Engine', request.engine],
    ['Image', images.length === 0 ? undefined : [...new Set(images)].map(printable).join(', ')],
    ['Created', `${localTime(run.createdAt)} (${ago(run.createdAt, now)})`],
    ['Started', run.startedAt && localTime(run.startedAt)],
    ['Ended', run.endedAt && localTime(run.endedAt)],
    ['Took', duration(run.startedAt, run.endedAt, now)],
    ['Peak memory', peakMemory === null ? undefined : formatMemory(peakMemory)],
    ['CPU time', cpuTime === null ? undefined : formatDuration(cpuTime)],
    ['Tags', tagText(run.tags)],
    ['Files', filesText(run)],
  ];
  return fields.flatMap(([title, value]) =>
    value === undefined ? [] : [`${colors.dim(pad(title, 12))} ${value}`],
  );
}

function tagText(tags: Run['tags']): string | undefined {
  const texts = Object.entries(tags).map(([name, value]) => printable(`${name}=${value}`));
  return texts.length === 0 ? undefined : texts.join(', ');
}

function filesText({ state, document }: Run): string | undefined {
  if (!isFinal(state)) return undefined;
  return document.removedAt === undefined ? 'kept' : `removed ${localTime(document.removedAt)}`;
}

function containerLines(run: Run, colors: Colors, now: number): string[] {
  const { request, attempts } = run.document;
  const outcomes = attempts.at(-1)?.containers ?? [];
  const definitions = request.definition.containerDefinitions ?? [];
  const widest = Math.max(0, ...definitions.map(({ name }) => (name ?? '').length));
  return definitions.map(({ name = '' }) => {
    const outcome = outcomes.find((one) => one.name === name);
    const parts = outcome === undefined ? [] : outcomeTexts(outcome, now);
    const told = parts.join(', ');
    return `${pad(name, widest)}  ${told === '' ? colors.dim('nothing known yet') : told}`;
  });
}

function outcomeTexts(outcome: ContainerOutcome, now: number): string[] {
  const took = duration(outcome.startedAt, outcome.endedAt, now);
  return [
    ...(outcome.exitCode === undefined ? [] : [`exit code ${outcome.exitCode}`]),
    ...(outcome.outOfMemory ? ['out of memory'] : []),
    ...(took === undefined ? [] : [`took ${took}`]),
    ...(outcome.peakMemory === undefined
      ? []
      : [`peak memory ${formatMemory(outcome.peakMemory)}`]),
    ...(outcome.restarts ? [`restarted ${outcome.restarts} times`] : []),
    ...(outcome.reason === undefined ? [] : [printable(outcome.reason)]),
  ];
}

function portText(port: RunDescription['ports'][number]): string {
  return `${port.hostAddress}:${port.hostPort} → ${port.containerPort}/${port.protocol}`;
}

function attemptLine(
  { number, startedAt, endedAt, reason, exitCode }: Attempt,
  now: number,
): string {
  const took = duration(startedAt, endedAt, now);
  const parts = [
    ...(exitCode === undefined ? [] : [`exit code ${exitCode}`]),
    ...(took === undefined ? [] : [`took ${took}`]),
    ...(reason === undefined ? [] : [printable(reason)]),
  ];
  return `${number}  ${parts.join(', ')}`;
}

function mapLines(map: Readonly<Record<string, string>>, arrow: string): string[] {
  const widest = Math.max(0, ...Object.keys(map).map((name) => name.length));
  return Object.entries(map).map(
    ([name, path]) => `${printable(pad(name, widest))} ${arrow} ${printable(path)}`,
  );
}

function nextLines(run: Run, { cyan }: Colors): string[] {
  const { leftovers, removedAt } = run.document;
  if (!isFinal(run.state)) {
    return [cyan(`slipway logs --follow ${run.id}`), cyan(`slipway stop ${run.id}`)];
  }
  const kept = removedAt === undefined || leftovers.length > 0;
  return [
    ...(run.state === RunState.Succeeded ? [] : [cyan(`slipway logs ${run.id}`)]),
    ...(kept ? [cyan(`slipway destroy ${run.id}`)] : []),
  ];
}
