/**
 * The container that holds the network which the containers of an `awsvpc` task share, as the pause
 * container of ECS's agent does. Its image holds one program of a few bytes, made here, because no
 * registry may be in reach and a task's own image need not have any program that waits.
 */
import { Buffer } from 'node:buffer';
import { type Engine, type EngineFacts, importsImages } from '../../engine/engine.ts';
import { UnsupportedError } from './errors.ts';
import type { PlannedHolder } from './planned.ts';

const IMAGE = 'localhost/slipway-pause:1';

/** Where 64-bit ELF programs begin by custom, and the sizes of their two headers. */
const LOAD_ADDRESS = 0x400000n;
const ELF_HEADER = 64;
const PROGRAM_HEADER = 56;

interface Processor {
  /** ELF's e_machine. */
  machine: number;
  code: readonly number[];
}

const PROCESSORS: Readonly<Record<EngineFacts['architecture'], Processor>> = {
  // mov eax, 34 (pause); syscall; jmp to the first
  x86_64: { machine: 62, code: [0xb8, 34, 0, 0, 0, 0x0f, 0x05, 0xeb, 0xf7] },
  // mov x0..x4, 0; mov x8, 73 (ppoll); svc 0; b to the first
  arm64: {
    machine: 183,
    code: [
      ...[0x00, 0x00, 0x80, 0xd2, 0x01, 0x00, 0x80, 0xd2, 0x02, 0x00, 0x80, 0xd2],
      ...[0x03, 0x00, 0x80, 0xd2, 0x04, 0x00, 0x80, 0xd2, 0x28, 0x09, 0x80, 0xd2],
      ...[0x01, 0x00, 0x00, 0xd4, 0xf9, 0xff, 0xff, 0x17],
    ],
  },
};

/** Makes the holder run, if it does not yet. It ends only by force. */
export async function holdNetwork(
  engine: Engine,
  holder: PlannedHolder,
  architecture: EngineFacts['architecture'],
): Promise<void> {
  if (!importsImages(engine)) {
    throw new UnsupportedError(
      `The ${engine.name} engine cannot share a network between containers.`,
    );
  }
  const [status] = await engine.inspect([holder.name]);
  if (status?.state === 'running') return;
  if (status !== undefined) await engine.remove(holder.name);
  if (!(await engine.hasImage(IMAGE))) {
    await engine.importImage(IMAGE, archive('pause', pauseProgram(PROCESSORS[architecture])));
  }
  await engine.startDetached({
    name: holder.name,
    labels: holder.labels,
    image: IMAGE,
    entryPoint: ['/pause'],
    environment: {},
    secrets: {},
    mounts: [],
    network: { mode: 'bridge' },
    ports: holder.ports,
    extraHosts: holder.extraHosts,
    ipcMode: 'shareable',
  });
}

/** A static program that does nothing until it is killed. */
function pauseProgram({ machine, code }: Processor): Buffer {
  const size = ELF_HEADER + PROGRAM_HEADER + code.length;
  const program = Buffer.alloc(size);
  program.write('\x7fELF', 'latin1');
  program.set([2, 1, 1], 4);
  program.writeUInt16LE(2, 16);
  program.writeUInt16LE(machine, 18);
  program.writeUInt32LE(1, 20);
  program.writeBigUInt64LE(LOAD_ADDRESS + BigInt(ELF_HEADER + PROGRAM_HEADER), 24);
  program.writeBigUInt64LE(BigInt(ELF_HEADER), 32);
  program.writeUInt16LE(ELF_HEADER, 52);
  program.writeUInt16LE(PROGRAM_HEADER, 54);
  program.writeUInt16LE(1, 56);
  program.writeUInt32LE(1, ELF_HEADER);
  program.writeUInt32LE(5, ELF_HEADER + 4);
  program.writeBigUInt64LE(LOAD_ADDRESS, ELF_HEADER + 16);
  program.writeBigUInt64LE(LOAD_ADDRESS, ELF_HEADER + 24);
  program.writeBigUInt64LE(BigInt(size), ELF_HEADER + 32);
  program.writeBigUInt64LE(BigInt(size), ELF_HEADER + 40);
  program.writeBigUInt64LE(0x1000n, ELF_HEADER + 48);
  program.set(code, ELF_HEADER + PROGRAM_HEADER);
  return program;
}

const TAR_BLOCK = 512;

/** A tar archive (POSIX ustar) of one executable file. */
function archive(name: string, content: Buffer): Buffer {
  const header = Buffer.alloc(TAR_BLOCK);
  header.write(name, 0);
  header.write('0000755\0', 100);
  header.write('0000000\0', 108);
  header.write('0000000\0', 116);
  header.write(`${content.length.toString(8).padStart(11, '0')}\0`, 124);
  header.write(`${'0'.repeat(11)}\0`, 136);
  header.write(' '.repeat(8), 148);
  header.write('0', 156);
  header.write('ustar\x0000', 257);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  const padding = Buffer.alloc((TAR_BLOCK - (content.length % TAR_BLOCK)) % TAR_BLOCK);
  return Buffer.concat([header, content, padding, Buffer.alloc(2 * TAR_BLOCK)]);
}
