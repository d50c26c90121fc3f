/** What `docker inspect` and `podman inspect` say of a container, in our own terms. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ContainerStatus, PublishedPort } from './engine.ts';

/** The part of an inspection that both engines have in common and that we read. */
export interface Inspection {
  Name?: string;
  HostConfig?: { Memory?: number };
  Config?: { Labels?: Record<string, string> | null };
  State?: {
    Status?: string;
    StartedAt?: string;
    FinishedAt?: string;
    ExitCode?: number;
    OOMKilled?: boolean;
    Error?: string;
    Pid?: number;
  };
  NetworkSettings?: {
    IPAddress?: string;
    Networks?: Record<string, { IPAddress?: string } | null> | null;
    Ports?: Record<string, { HostIp?: string; HostPort?: string }[] | null> | null;
  };
}

const NOT_STARTED = new Set(['created', 'configured', 'initialized']);
const OVER = new Set(['exited', 'stopped', 'dead', 'removing']);

/** Reads one inspection; measurements are the caller's to add. */
export function statusOf(
  inspection: Inspection,
): ContainerStatus & { pid: number; memoryLimited: boolean } {
  const state = inspection.State ?? {};
  const status = state.Status ?? '';
  const network = inspection.NetworkSettings ?? {};
  const over = OVER.has(status);
  return {
    name: (inspection.Name ?? '').replace(/^\//, ''),
    labels: inspection.Config?.Labels ?? {},
    state: NOT_STARTED.has(status) ? 'created' : over ? 'exited' : 'running',
    startedAt: dateOf(state.StartedAt),
    endedAt: over ? endOf(dateOf(state.StartedAt), dateOf(state.FinishedAt)) : undefined,
    exitCode: over ? state.ExitCode : undefined,
    outOfMemory: state.OOMKilled ?? false,
    error: state.Error || undefined,
    address:
      network.IPAddress ||
      Object.values(network.Networks ?? {}).find((one) => one?.IPAddress)?.IPAddress ||
      undefined,
    ports: portsOf(network.Ports ?? {}),
    pid: state.Pid ?? 0,
    memoryLimited: (inspection.HostConfig?.Memory ?? 0) > 0,
  };
}

/** Docker notes a start after the fact: one that ended at once can seem to have ended before it. */
function endOf(started: Date | undefined, ended: Date | undefined): Date | undefined {
  return started !== undefined && ended !== undefined && ended < started ? started : ended;
}

/** The engines write year 1 for "not yet". */
function dateOf(text: string | undefined): Date | undefined {
  const date = new Date(text ?? '');
  return Number.isNaN(date.getTime()) || date.getUTCFullYear() <= 1 ? undefined : date;
}

function portsOf(
  ports: Readonly<Record<string, { HostIp?: string; HostPort?: string }[] | null>>,
): PublishedPort[] {
  return Object.entries(ports).flatMap(([port, bindings]) =>
    (bindings ?? []).map((binding): PublishedPort => {
      const [containerPort, protocol] = port.split('/');
      return {
        hostAddress: binding.HostIp || '0.0.0.0',
        hostPort: Number(binding.HostPort),
        containerPort: Number(containerPort),
        protocol: protocol === 'udp' ? 'udp' : 'tcp',
      };
    }),
  );
}

const CGROUPS = '/sys/fs/cgroup';

/**
 * The most memory (MiB) and the cpu time (seconds) that a running process's cgroup has used, where
 * this machine's kernel tells; nothing elsewhere, and nothing once the process is gone.
 */
export async function measure(
  pid: number,
): Promise<Pick<ContainerStatus, 'peakMemory' | 'cpuTime'>> {
  if (pid <= 0 || process.platform !== 'linux') return {};
  const lines = (await readText(`/proc/${pid}/cgroup`))?.split('\n') ?? [];
  const groups = new Map(
    lines.flatMap((line) => {
      const [, controllers = '', path = ''] = line.split(':');
      return controllers.split(',').map((controller) => [controller, path] as const);
    }),
  );
  const [v1Memory, v1Cpu, unified] = ['memory', 'cpuacct', ''].map((name) => groups.get(name));
  if (v1Memory !== undefined) {
    const peak = await readText(join(CGROUPS, 'memory', v1Memory, 'memory.max_usage_in_bytes'));
    const used = await readText(join(CGROUPS, 'cpuacct', v1Cpu ?? '', 'cpuacct.usage'));
    return { peakMemory: mebibytes(peak), cpuTime: seconds(used, 1e9) };
  }
  // The root group is everybody's.
  if (unified === undefined || unified === '/') return {};
  const peak = await readText(join(CGROUPS, unified, 'memory.peak'));
  const usage = /^usage_usec (\d+)$/m.exec(
    (await readText(join(CGROUPS, unified, 'cpu.stat'))) ?? '',
  );
  return { peakMemory: mebibytes(peak), cpuTime: seconds(usage?.[1], 1e6) };
}

/** How many processes this machine's kernel has killed for lack of memory (proc(5), vmstat). */
export async function countOomKills(): Promise<number | undefined> {
  const count = /^oom_kill (\d+)$/m.exec((await readText('/proc/vmstat')) ?? '')?.[1];
  return count === undefined ? undefined : Number(count);
}

async function readText(file: string): Promise<string | undefined> {
  return readFile(file, 'utf8').catch(() => undefined);
}

function mebibytes(text: string | undefined): number | undefined {
  return text === undefined ? undefined : Number(text) / 1024 ** 2;
}

function seconds(text: string | undefined, perSecond: number): number | undefined {
  return text === undefined ? undefined : Number(text) / perSecond;
}
