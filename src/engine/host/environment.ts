import type { ContainerSpec } from '../engine.ts';

/**
 * What a command inherits from Slipway's own environment: what programs need to be found, to speak
 * the user's language and to keep their files. All else must be in the spec, as for a container.
 */
const INHERITED = [
  'PATH',
  'HOME',
  'USER',
  'LOGNAME',
  'SHELL',
  'LANG',
  'LANGUAGE',
  'LC_ALL',
  'LC_CTYPE',
  'TERM',
  'TMPDIR',
  'TZ',
] as const;

/** Where programs are looked for when Slipway itself has no PATH. */
const DEFAULT_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** Carried by every process of a container, so that it is known by it wherever it went. */
export const MARKER = 'SLIPWAY_CONTAINER_ID';

/** Variables that a shell reads, sets or refuses itself. */
const SHELL_OWN =
  /^(?:PATH|ENV|IFS|CDPATH|PWD|OLDPWD|PPID|OPTIND|OPTARG|UID|EUID|GROUPS|SHLVL|SHELLOPTS|POSIXLY_CORRECT|PS[0-4]|BASH.*|slipway_.*|_)$/;

/** Whether a shell hands a variable of this name on unchanged: dash drops `discovery.type`. */
export function passesThroughShell(name: string): boolean {
  return /^[A-Za-z_][A-Za-z0-9_]*$/.test(name) && !SHELL_OWN.test(name);
}

/** The inherited variables and the spec's own, which go first. */
export function environmentOf(
  container: Pick<ContainerSpec, 'environment'>,
  secrets: Readonly<Record<string, string>>,
): Record<string, string> {
  const inherited: Record<string, string> = { PATH: DEFAULT_PATH };
  for (const name of INHERITED) {
    const value = process.env[name];
    if (value !== undefined) inherited[name] = value;
  }
  return { ...inherited, ...container.environment, ...secrets };
}

/**
 * The environment and argv for the wrapper: variables that its shell would not hand on are set by
 * env(1) in front of the command. Secrets are never among them (see `limitations`).
 */
export function throughShell(
  container: ContainerSpec,
  id: string,
  argv: readonly string[],
): { environment: Record<string, string>; argv: readonly string[] } {
  const special = Object.entries(container.environment).filter(
    ([name]) => !passesThroughShell(name),
  );
  const plain = Object.fromEntries(
    Object.entries(container.environment).filter(([name]) => passesThroughShell(name)),
  );
  const environment = environmentOf({ environment: plain }, container.secrets);
  environment[MARKER] = id;
  const settings = special.map(([name, value]) => `${name}=${value}`);
  return { environment, argv: settings.length === 0 ? argv : ['env', '--', ...settings, ...argv] };
}
