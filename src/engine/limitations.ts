import { formatMemory } from '../spec/units.ts';
import type { ContainerSpec, EngineFacts, Limitation } from './engine.ts';

/** Docker refuses less: "Minimum memory limit allowed is 6MB". */
const LEAST_MEMORY = 6;

/** What of a container Docker or Podman cannot honour on the machine that the facts are of. Pure. */
export function containerLimitations(container: ContainerSpec, facts: EngineFacts): Limitation[] {
  const limits = container.memory ?? container.cpus ?? container.memoryReservation;
  const wanted = container.platform === 'linux/arm64' ? 'arm64' : 'x86_64';
  const found: (Limitation | false)[] = [
    limits !== undefined &&
      facts.rootless &&
      facts.cgroupVersion === 1 &&
      ignored('memory', `${facts.name} without root cannot limit memory or cpu with cgroups v1.`),
    container.memory !== undefined &&
      container.memory < LEAST_MEMORY &&
      refused('memory', `A container cannot have less than ${LEAST_MEMORY} MiB of memory here.`),
    container.memory !== undefined &&
      facts.memory > 0 &&
      container.memory > facts.memory &&
      ignored(
        'memory',
        `It asks for ${formatMemory(container.memory)}, and this machine has ${formatMemory(facts.memory)}: it may run out of memory before its limit.`,
      ),
    (container.gpus ?? 0) > facts.gpus &&
      refused(
        'resourceRequirements',
        `It asks for ${container.gpus} GPUs, and this machine has ${facts.gpus}.`,
      ),
    container.platform !== undefined &&
      wanted !== facts.architecture &&
      ignored(
        'runtimePlatform',
        `It is for ${wanted} and is emulated on this ${facts.architecture} machine, if it runs at all.`,
      ),
    container.memorySwappiness !== undefined &&
      facts.cgroupVersion === 2 &&
      ignored('linuxParameters.swappiness', 'Cgroups v2 has no swappiness for one container.'),
    !facts.local &&
      container.mounts.some(({ type }) => type === 'bind') &&
      refused(
        'mountPoints',
        `${facts.name} runs on another machine, which does not see the files of this one.`,
      ),
  ];
  return found.filter((limitation) => limitation !== false);
}

function refused(feature: string, why: string): Limitation {
  return { feature, effect: 'refused', why };
}

function ignored(feature: string, why: string): Limitation {
  return { feature, effect: 'ignored', why };
}
