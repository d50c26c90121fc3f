/** The short forms of a job's volumes, ports and secrets. */

/** A named volume, which lives as long as the run, or a file or folder of this machine. */
export interface JobVolume {
  /** Of a named volume; also its placeholder in a command. */
  name?: string | undefined;
  /** Of this machine. A job has either this or `name`. */
  hostPath?: string | undefined;
  /** Where the container sees it. */
  path: string;
  readOnly: boolean;
}

export interface JobPort {
  containerPort: number;
  /** The engine picks one where absent. */
  hostPort?: number | undefined;
  /** Loopback where absent. */
  hostAddress?: string | undefined;
  protocol: 'tcp' | 'udp';
}

/** Where the value of a secret is: a variable or a file here, or an ARN on AWS. */
export type JobSecret = { env: string } | { file: string } | { valueFrom: string };

const VOLUME = /^(?<source>.+?):(?<path>\/[^:]*)(?::(?<mode>ro|rw))?$/su;
const PORT =
  /^(?:(?:(?<address>\[[^\]]+\]|[^:[\]/]+):)?(?<host>\d*):)?(?<container>\d+)(?:\/(?<protocol>tcp|udp))?$/i;
const SECRET = /^(?<kind>env|file|valueFrom):(?<place>.+)$/s;

/** Reads `data:/data`, `./folder:/data:ro`; undefined where it is not of this form. */
export function parseVolume(text: string): JobVolume | undefined {
  const { source, path, mode } = VOLUME.exec(text)?.groups ?? {};
  if (source === undefined || path === undefined) return undefined;
  const readOnly = mode === 'ro';
  return /[/~]|^\.{1,2}$/.test(source)
    ? { hostPath: source, path, readOnly }
    : { name: source, path, readOnly };
}

/**
 * Reads `80`, `8080:80` (this machine's port first), `127.0.0.1:8080:80/udp`, `[::1]:8080:80`;
 * undefined where it is not of this form. Whether the numbers are ports is the schema's to say.
 */
export function parsePort(text: string): JobPort | undefined {
  const { address, host, container, protocol } = PORT.exec(text)?.groups ?? {};
  if (container === undefined) return undefined;
  return {
    containerPort: Number(container),
    protocol: protocol?.toLowerCase() === 'udp' ? 'udp' : 'tcp',
    ...(host === undefined || host === '' ? {} : { hostPort: Number(host) }),
    ...(address === undefined ? {} : { hostAddress: address.replaceAll(/[[\]]/g, '') }),
  };
}

/** Reads `env:NAME`, `file:PATH`, `valueFrom:ARN`, or a bare ARN; undefined where it is none. */
export function parseSecret(text: string): JobSecret | undefined {
  if (text.startsWith('arn:')) return { valueFrom: text };
  const { kind, place } = SECRET.exec(text)?.groups ?? {};
  if (place === undefined) return undefined;
  if (kind === 'env') return { env: place };
  return kind === 'file' ? { file: place } : { valueFrom: place };
}
