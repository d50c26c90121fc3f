/** The schema of a job as a person writes it; parsing gives it normalised. Needs zod. */
import { isIP } from 'node:net';
import { z } from 'zod';
import { FailureClass } from './failure-class.ts';
import { isAddress } from './paths.ts';
import { type JobSecret, parsePort, parseSecret, parseVolume } from './shorthands.ts';
import { parseCpu, parseDuration, parseMemory } from './units.ts';

/** No engine can pass on a NUL character. */
const text = z.string().refine((value) => !value.includes('\0'), {
  error: 'must not contain a NUL character',
});
const filled = text.refine((value) => value !== '', { error: 'must not be empty' });

const localPath = filled.refine((path) => !isAddress(path), {
  error: 'must be a path of this machine; addresses come with AWS and are not in this version',
});

/** In a container's name, a label and a file name alike. */
const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,254}$/;

/** "Volume" in the ECS API reference. */
const VOLUME_NAME = /^[A-Za-z0-9_-]{1,255}$/;

const STAGED_NAME = /^[\p{L}\p{M}\p{N}._-]+$/u;

/** What file systems allow a name, in bytes. */
const LONGEST_FILE_NAME = 255;

const stagedName = z.string().refine(isStagedName, {
  error: 'must be one name of letters, digits, ".", "_" and "-"',
});

const variableName = z.string().regex(/^[^=\0]+$/, {
  error: 'must be the name of a variable: not empty and without "="',
});

const variableValue = z
  .union([text, z.number(), z.boolean()], {
    error: 'must be a string, a number or a boolean; write "" for an empty value',
  })
  .transform(String);

/** A number or a string with a unit. */
function amount(
  parse: (value: string | number) => number | undefined,
  error: string,
  allowed: (value: number) => boolean = () => true,
) {
  return z.union([z.string(), z.number()], { error }).transform((value, context) => {
    const parsed = parse(value);
    if (parsed !== undefined && Number.isFinite(parsed) && allowed(parsed)) return parsed;
    context.addIssue({ code: 'custom', message: error });
    return z.NEVER;
  });
}

const stringOrList = (error: string) => z.union([filled, z.array(text).min(1, error)], { error });

/** The short form, or nothing but an issue where it is of another form. */
function fromShort<T>(parse: (short: string) => T | undefined, error: string) {
  return text.transform((value, context): T => {
    const parsed = parse(value);
    if (parsed !== undefined) return parsed;
    context.addIssue({ code: 'custom', message: error });
    return z.NEVER;
  });
}

export const volumeObject = z.strictObject({
  name: z
    .string()
    .regex(VOLUME_NAME, { error: 'must be up to 255 letters, digits, "_" and "-"' })
    .optional()
    .describe('Of a volume that lives as long as the run'),
  hostPath: localPath.optional().describe('A file or folder of this machine, instead of a name'),
  path: text
    .refine((path) => path.startsWith('/') && !/^\/+$/.test(path), {
      error: 'must be an absolute path in the container, below /',
    })
    .describe('Where the container sees it'),
  readOnly: z.boolean().default(false),
});

const VOLUME_FORMS =
  'must be NAME:/PATH or HOST_PATH:/PATH, with :ro at the end for read-only, or an object with "path"';

const volume = z
  .union([fromShort<z.input<typeof volumeObject>>(parseVolume, VOLUME_FORMS), volumeObject], {
    error: VOLUME_FORMS,
  })
  .pipe(volumeObject)
  .superRefine((value, context) => {
    if ((value.name === undefined) === (value.hostPath === undefined)) {
      context.addIssue({ code: 'custom', message: 'needs a "name" or a "hostPath", and not both' });
    }
  });

const portNumber = z.number().int().min(1).max(65_535);

export const portObject = z.strictObject({
  containerPort: portNumber,
  hostPort: portNumber
    .or(z.literal(0))
    .transform((port) => (port === 0 ? undefined : port))
    .optional()
    .describe('Of this machine; a free one is picked where it is absent or 0'),
  hostAddress: z
    .string()
    .refine((address) => isIP(address) !== 0, { error: 'must be an IP address' })
    .optional()
    .describe('Of this machine; loopback where absent'),
  protocol: z.enum(['tcp', 'udp']).default('tcp'),
});

const PORT_FORMS =
  'must be a port, "HOST:CONTAINER", "ADDRESS:HOST:CONTAINER/udp", or an object with "containerPort"';

const port = z
  .union(
    [
      z.number().transform((containerPort) => ({ containerPort })),
      fromShort<z.input<typeof portObject>>(parsePort, PORT_FORMS),
      portObject,
    ],
    { error: PORT_FORMS },
  )
  .pipe(portObject);

export const secretObject = z.strictObject({
  env: variableName.optional().describe('A variable of the environment that Slipway runs in'),
  file: localPath.optional().describe('A file here'),
  valueFrom: filled.optional().describe('The ARN of a secret or parameter; only on AWS'),
});

const SECRET_FORMS = 'must be "env:NAME" or "file:PATH", or an object with "env" or "file"';

const secret = z
  .union([fromShort<z.input<typeof secretObject>>(parseSecret, SECRET_FORMS), secretObject], {
    error: SECRET_FORMS,
  })
  .pipe(secretObject)
  .transform((value, context): JobSecret => {
    const { env, file, valueFrom } = value;
    const given = [env, file, valueFrom].filter((place) => place !== undefined);
    if (given.length === 1) {
      if (env !== undefined) return { env };
      if (file !== undefined) return { file };
      if (valueFrom !== undefined) return { valueFrom };
    }
    context.addIssue({
      code: 'custom',
      message: 'needs exactly one of "env", "file", "valueFrom"',
    });
    return z.NEVER;
  });

const failureClass = z.string().transform((value, context): FailureClass => {
  const classes = Object.values(FailureClass);
  const wanted = value.trim().replaceAll(/[-\s]/g, '_').toUpperCase();
  const found = classes.find((name) => name === wanted);
  if (found !== undefined) return found;
  context.addIssue({ code: 'custom', message: `must be one of ${classes.join(', ')}` });
  return z.NEVER;
});

const attempts = z.number().int().min(0).max(100);

export const retriesObject = z.strictObject({
  attempts: attempts.describe('Tries after the first one'),
  on: z
    .union([failureClass.transform((name) => [name]), z.array(failureClass)])
    .optional()
    .describe('Classes of failure that are tried again besides those that always are'),
  backoff: amount(parseDuration, 'must be a duration, such as "5s"')
    .optional()
    .describe('Before the first retry, doubled for each further one; default 1 s'),
});

const retries = z.union(
  [
    attempts.transform((count): z.output<typeof retriesObject> => ({ attempts: count })),
    retriesObject,
  ],
  { error: 'must be a number of tries after the first one, from 0 to 100, or an object' },
);

const ARCHITECTURES = {
  x86_64: 'x86_64',
  X86_64: 'x86_64',
  'x86-64': 'x86_64',
  amd64: 'x86_64',
  'linux/amd64': 'x86_64',
  arm64: 'arm64',
  ARM64: 'arm64',
  aarch64: 'arm64',
  'linux/arm64': 'arm64',
} as const;

const architecture = z
  .enum(Object.keys(ARCHITECTURES) as (keyof typeof ARCHITECTURES)[], {
    error: 'must be x86_64 or arm64',
  })
  .transform((name) => ARCHITECTURES[name]);

/** "Tag" in the ECS API reference; `slipway:` is for what Slipway itself writes. */
const tagKey = z.string().refine((key) => /^(?!aws:|slipway:)[^\0]{1,128}$/is.test(key), {
  error: 'must have 1 to 128 characters and not begin with "aws:" or "slipway:"',
});
const tagValue = variableValue.refine((value) => value.length <= 256, {
  error: 'must have at most 256 characters',
});

export const jobSchema = z.strictObject({
  name: z
    .string()
    .regex(NAME, { error: 'must be up to 255 letters, digits, ".", "_" and "-"' })
    .optional()
    .describe('What the run is called'),
  image: filled
    .refine((image) => !/\s/.test(image), { error: 'must not contain spaces' })
    .optional()
    .describe('The container image'),
  command: stringOrList('must be a string for a shell, or a list of strings')
    .optional()
    .describe(
      'A string for a shell, or a list of words; {name} becomes the path of that input, output or volume',
    ),
  entryPoint: stringOrList('must be a list of strings')
    .transform((value) => (typeof value === 'string' ? [value] : value))
    .optional()
    .describe("Instead of the image's entry point"),
  workingDirectory: filled.optional().describe("Instead of the image's working directory"),
  env: z.record(variableName, variableValue).optional().describe('Environment variables'),
  envFile: z
    .union([localPath.transform((file) => [file]), z.array(localPath)], {
      error: 'must be a file, or a list of files',
    })
    .optional()
    .describe('Files of NAME=value lines; env goes before them'),
  secrets: z
    .record(variableName, secret)
    .optional()
    .describe('Variables whose values are read where the job starts: "env:NAME" or "file:PATH"'),
  cpu: amount(parseCpu, 'must be a number of vCPU above 0, such as 0.5 or "2 vCPU"')
    .optional()
    .describe('vCPU'),
  memory: amount(parseMemory, 'must be an amount such as "16 GiB" or "512 MiB", or a number of GiB')
    .optional()
    .describe('"512 MiB", "16 GiB", or a number of GiB'),
  gpu: z.number().int().min(0).max(64).optional().describe('How many GPUs'),
  architecture: architecture.optional().describe('x86_64 (or amd64), or arm64 (or aarch64)'),
  inputs: z
    .record(stagedName, localPath)
    .optional()
    .describe('Files, folders or globs of this machine, read-only under /input/<name>'),
  outputs: z
    .record(stagedName, localPath)
    .optional()
    .describe('Where /output/<name> is moved to once the command has succeeded'),
  volumes: z.array(volume).optional().describe('"data:/data", "./folder:/data:ro", or objects'),
  ports: z.array(port).optional().describe('8080, "8080:80", "127.0.0.1:8080:80/udp", or objects'),
  user: z
    .union([filled, z.number().int().min(0).transform(String)], {
      error: 'must be a user, a number, or "user:group"',
    })
    .optional()
    .describe('Instead of the user that the image names'),
  privileged: z.boolean().optional().describe("Whether the container has this machine's rights"),
  timeout: amount(
    parseDuration,
    'must be a duration above 0, such as "90s" or "2h", or a number of seconds',
    (seconds) => seconds > 0,
  )
    .optional()
    .describe('"90s", "2h 30m", or a number of seconds, after which the job is stopped'),
  retries: retries.optional().describe('Tries after the first one, or when and how to try again'),
  stopTimeout: amount(
    parseDuration,
    'must be a whole number of seconds, such as 30 or "2m"',
    Number.isInteger,
  )
    .optional()
    .describe('Between SIGTERM and SIGKILL; default 30 s'),
  tags: z.record(tagKey, tagValue).optional().describe('Kept with the run'),
  on: z
    .enum(['local'], {
      error: ({ input }) =>
        ON_AWS.includes(input)
          ? `"${input}" comes with AWS and is not in this version; use local`
          : 'must be local',
    })
    .optional()
    .describe('Where the job runs: local'),
  engine: z
    .enum(['docker', 'podman', 'host'])
    .optional()
    .describe('What runs the containers; found by looking where absent'),
  taskDefinition: z
    .union([localPath, z.looseObject({}), z.array(z.unknown())], {
      error: 'must be a whole or partial ECS task definition, or the path of a file with one',
    })
    .optional()
    .describe('A whole or partial ECS task definition, or its file, merged under the keys above'),
});

const ON_AWS: readonly unknown[] = ['fargate', 'ec2', 'batch'];

function isStagedName(name: string): boolean {
  return (
    STAGED_NAME.test(name) &&
    name !== '.' &&
    name !== '..' &&
    Buffer.byteLength(name) <= LONGEST_FILE_NAME
  );
}
