/** What Docker and Podman say of themselves and of the machine behind them. */
import { readdir } from 'node:fs/promises';
import type { CommandResult } from './command.ts';
import type { EngineFacts } from './engine.ts';
import { EngineUnavailable } from './errors.ts';

type Ask = (words: readonly string[]) => Promise<CommandResult>;

interface DockerInfo {
  ServerVersion?: string;
  NCPU?: number;
  MemTotal?: number;
  Architecture?: string;
  SecurityOptions?: string[];
  CgroupVersion?: string;
  ServerErrors?: string[];
  ClientInfo?: { Context?: string };
}

interface PodmanInfo {
  host?: {
    cpus?: number;
    memTotal?: number;
    arch?: string;
    cgroupVersion?: string;
    serviceIsRemote?: boolean;
    security?: { rootless?: boolean };
  };
  version?: { Version?: string };
}

/** @throws EngineUnavailable with Docker's own words. */
export async function readDockerFacts(
  ask: Ask,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<EngineFacts> {
  const result = await ask(['info', '--format', '{{json .}}']);
  const info = parse<DockerInfo>(result.stdout);
  const problem = info?.ServerErrors?.join(' ') ?? (result.exitCode === 0 ? '' : result.stderr);
  if (info === undefined || problem !== '') throw unavailable('docker', problem || result.stderr);
  return {
    name: 'docker',
    version: info.ServerVersion ?? 'unknown',
    cpus: info.NCPU ?? 1,
    memory: Math.floor((info.MemTotal ?? 0) / 1024 ** 2),
    architecture: architectureOf(info.Architecture),
    gpus: await countGpus(),
    rootless: info.SecurityOptions?.some((option) => option.includes('rootless')) ?? false,
    cgroupVersion: info.CgroupVersion === '2' ? 2 : 1,
    local: !/^(tcp|ssh|https?):/.test(await endpointOf(ask, info, environment)),
  };
}

/** Where the daemon listens; the context `default` is the variable's or this machine's socket. */
async function endpointOf(
  ask: Ask,
  info: DockerInfo,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<string> {
  const context = info.ClientInfo?.Context ?? 'default';
  if (context === 'default') return environment.DOCKER_HOST ?? '';
  const format = '{{json .Endpoints.docker.Host}}';
  const result = await ask(['context', 'inspect', '--format', format, context]);
  return parse<string>(result.stdout) ?? '';
}

/** @throws EngineUnavailable with Podman's own words. */
export async function readPodmanFacts(ask: Ask): Promise<EngineFacts> {
  const result = await ask(['info', '--format', 'json']);
  const info = parse<PodmanInfo>(result.stdout);
  if (info?.host === undefined) throw unavailable('podman', result.stderr);
  const { host } = info;
  return {
    name: 'podman',
    version: info.version?.Version ?? 'unknown',
    cpus: host.cpus ?? 1,
    memory: Math.floor((host.memTotal ?? 0) / 1024 ** 2),
    architecture: architectureOf(host.arch),
    gpus: await countGpus(),
    rootless: host.security?.rootless ?? false,
    cgroupVersion: host.cgroupVersion === 'v2' ? 2 : 1,
    // On macOS Podman always talks to its own machine, which sees the user's files.
    local: process.platform !== 'linux' || !host.serviceIsRemote,
  };
}

function unavailable(engine: string, words: string): EngineUnavailable {
  return new EngineUnavailable(`${engine} cannot be reached: ${words.trim()}`, {
    hint: /permission denied/i.test(words)
      ? 'This user may not talk to it: see the engine’s own page on running as a user.'
      : `Start it, or name another with --engine; ${engine} info says more.`,
  });
}

function architectureOf(name: string | undefined): EngineFacts['architecture'] {
  return name === 'aarch64' || name === 'arm64' ? 'arm64' : 'x86_64';
}

/** NVIDIA's devices are numbered files; there is no command that every such machine has. */
async function countGpus(): Promise<number> {
  const devices = await readdir('/dev').catch(() => []);
  return devices.filter((name) => /^nvidia\d+$/.test(name)).length;
}

function parse<Info>(text: string): Info | undefined {
  try {
    return JSON.parse(text) as Info;
  } catch {
    return undefined;
  }
}
