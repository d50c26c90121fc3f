import { stat } from 'node:fs/promises';
import type { ContainerStatus } from '../engine.ts';
import { hasLife } from './follow.ts';
import { isOfThisBoot } from './identity.ts';
import { memoryOf } from './processes.ts';
import {
  type Exit,
  files,
  missing,
  readCommand,
  readContainer,
  readExit,
  readIfThere,
  readLatestStart,
  type Start,
} from './state.ts';

/** What the folder and the processes tell of a container; undefined where there is none. */
export async function readStatus(folder: string): Promise<ContainerStatus | undefined> {
  // In this order a container that is removed meanwhile is not taken for one that never started.
  const start = await readLatestStart(folder);
  const stored = await readContainer(folder);
  if (stored === undefined) return undefined;
  const base = { name: stored.spec.name, labels: stored.spec.labels, outOfMemory: false };
  if (start === undefined) return { ...base, state: 'created' };
  const exit = await readExit(folder, start.number);
  if (exit !== undefined) return { ...base, ...(await ended(folder, start, exit)) };
  if (await hasLife(folder, start)) return { ...base, ...(await running(folder, start)) };
  // It may have ended between the two looks.
  const late = await readExit(folder, start.number);
  const rest = late === undefined ? await vanished(folder, start) : ended(folder, start, late);
  return { ...base, ...(await rest) };
}

async function running(folder: string, start: Start) {
  const command = await readCommand(folder, start.number);
  const peakMemory = command === undefined ? undefined : memoryOf(command.pid);
  return { state: 'running' as const, startedAt: start.startedAt, peakMemory };
}

async function ended(folder: string, start: Start, exit: Exit) {
  return {
    state: 'exited' as const,
    startedAt: start.startedAt,
    endedAt: exit.endedAt,
    exitCode: exit.code,
    outOfMemory: exit.memoryKill && !(await wasKilledByUs(folder, start)),
    peakMemory: await readPeakMemory(folder),
    cpuTime: exit.cpuTime,
  };
}

/** Nobody was left to write down how it ended. */
async function vanished(folder: string, start: Start) {
  const words = (await readIfThere(files.wrapperErrors(folder)))?.trim() ?? '';
  return {
    state: 'exited' as const,
    startedAt: start.startedAt,
    peakMemory: await readPeakMemory(folder),
    error: `It vanished without an exit code: ${whyVanished(start)}.${words === '' ? '' : ` ${words}`}`,
  };
}

function whyVanished({ wrapper }: Start): string {
  if (wrapper === undefined) return 'it was being removed';
  if (!isOfThisBoot(wrapper)) return 'the machine was restarted while it ran';
  return 'its processes were killed from outside';
}

async function readPeakMemory(folder: string): Promise<number | undefined> {
  const text = await readIfThere(files.peakMemory(folder));
  return text === undefined ? undefined : Number(text);
}

async function wasKilledByUs(folder: string, start: Start): Promise<boolean> {
  return (await stat(files.killed(folder, start.number)).catch(missing)) !== undefined;
}
