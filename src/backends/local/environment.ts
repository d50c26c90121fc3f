/** Variables whose values are read only where a container starts, and kept nowhere. */
import { readFile } from 'node:fs/promises';
import { SecretError } from './errors.ts';
import type { PlannedContainer } from './planned.ts';

/**
 * The values of a container's secrets and of its files of variables.
 * @throws SecretError where one cannot be read; it names the secret and never shows a value.
 */
export async function readSecrets(
  container: Pick<PlannedContainer, 'secrets' | 'environmentFiles' | 'spec'>,
  processEnvironment: Readonly<Record<string, string | undefined>>,
): Promise<Record<string, string>> {
  const values: Record<string, string> = {};
  for (const file of container.environmentFiles) {
    // The first value of a name stands (ECS developer guide, "Pass environment variables").
    for (const [name, value] of parseEnvironmentFile(await readVariables(file)))
      values[name] ??= value;
  }
  for (const name of Object.keys(container.spec.environment)) delete values[name];
  for (const [name, source] of Object.entries(container.secrets)) {
    values[name] = await readSecret(name, source, processEnvironment);
  }
  return values;
}

/** `VARIABLE=VALUE` lines as ECS reads them: `#` begins a comment line, quotes are part of a value. */
export function parseEnvironmentFile(text: string): [string, string][] {
  return text
    .replace(/^\uFEFF/, '')
    .split(/\r?\n/)
    .filter((line) => !line.startsWith('#') && line.indexOf('=') > 0)
    .map((line) => [line.slice(0, line.indexOf('=')).trim(), line.slice(line.indexOf('=') + 1)]);
}

async function readVariables(file: string): Promise<string> {
  return readFile(file, 'utf8').catch((error: Error) => {
    throw new SecretError(`The file of variables ${file} cannot be read: ${error.message}`);
  });
}

async function readSecret(
  name: string,
  source: string,
  processEnvironment: Readonly<Record<string, string | undefined>>,
): Promise<string> {
  const separator = source.indexOf(':');
  const place = source.slice(separator + 1);
  if (source.startsWith('env:')) {
    const value = processEnvironment[place];
    if (value !== undefined) return value;
    throw new SecretError(`Secret ${name}: the environment variable ${place} is not set.`, {
      hint: `Set it for the command that starts the run: ${place}=… slipway run …`,
    });
  }
  // One line break at the end belongs to the file and not to the secret.
  const text = await readFile(place, 'utf8').catch((error: Error) => {
    throw new SecretError(`Secret ${name}: ${place} cannot be read: ${error.message}`);
  });
  return text.replace(/\r?\n$/, '');
}
