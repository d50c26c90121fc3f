/** Volumes that Docker and Podman keep. */
import type { VolumeEngine } from './engine.ts';
import { type EngineClient, hasLabels, isAbsent } from './engine-client.ts';

/** Making one that is there is success. */
export async function createVolume(
  client: EngineClient,
  volume: Parameters<VolumeEngine['createVolume']>[0],
): Promise<void> {
  const result = await client.command([
    ...['volume', 'create'],
    ...Object.entries(volume.labels).flatMap(([key, value]) => ['--label', `${key}=${value}`]),
    ...(volume.driver === undefined ? [] : ['--driver', volume.driver]),
    ...Object.entries(volume.driverOptions ?? {}).flatMap(([key, value]) => [
      '--opt',
      `${key}=${value}`,
    ]),
    volume.name,
  ]);
  if (result.exitCode === 0 || /already exists/i.test(result.stderr)) return;
  throw client.failure('volume create', result);
}

/** Not there is success. */
export async function removeVolume(client: EngineClient, name: string): Promise<void> {
  const result = await client.command(['volume', 'rm', name]);
  if (result.exitCode !== 0 && !isAbsent(result)) throw client.failure('volume rm', result);
}

/** All volumes that carry these labels. */
export async function listVolumes(client: EngineClient, labels: Readonly<Record<string, string>>) {
  const listed = await client.expect([
    ...['volume', 'ls', '--quiet'],
    ...client.labelFilters(labels),
  ]);
  const names = listed.stdout.split('\n').filter((name) => name !== '');
  if (names.length === 0) return [];
  const result = await client.command(['volume', 'inspect', ...names]);
  if (result.exitCode !== 0 && !isAbsent(result)) {
    throw client.failure('volume inspect', result);
  }
  const volumes = JSON.parse(result.stdout || '[]') as {
    Name: string;
    Labels: Record<string, string> | null;
  }[];
  return volumes
    .map((volume) => ({ name: volume.Name, labels: volume.Labels ?? {} }))
    .filter((volume) => hasLabels(volume.labels, labels));
}
