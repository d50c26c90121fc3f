import { readdirSync } from 'node:fs';
import os from 'node:os';
import type { EngineFacts } from '../engine.ts';

const MEBIBYTE = 1024 ** 2;

/** This machine, as far as this process may use it. */
export function hostFacts(): EngineFacts {
  return {
    name: 'host',
    version: `${os.type()} ${os.release()}`,
    cpus: os.availableParallelism(),
    memory: Math.floor(Math.min(os.totalmem(), constrainedMemory()) / MEBIBYTE),
    architecture: os.arch() === 'arm64' ? 'arm64' : 'x86_64',
    gpus: readdirSync('/dev').filter((name) => /^nvidia\d+$/.test(name)).length,
    rootless: process.getuid?.() !== 0,
    local: true,
  };
}

/** The control group's limit in bytes; Node gives 0 or 2^64 or so where there is none. */
function constrainedMemory(): number {
  const limit = process.constrainedMemory();
  return limit === undefined || limit === 0 ? Number.POSITIVE_INFINITY : limit;
}
