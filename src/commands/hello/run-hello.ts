import type { Command } from 'commander';
import type { EngineName } from '../../engine/engine.ts';
import { ExitCode, UsageError } from '../../errors.ts';
import { withRuns } from '../open.ts';
import { note, printJson } from '../output.ts';
import { printHello, printNext, printNextWithoutImage } from './print-hello.ts';
import { type Hello, sayHello } from './say-hello.ts';

export interface HelloCommandOptions {
  engine?: EngineName;
  image?: string;
  json?: boolean;
}

/**
 * Says hello in the image that is named, and on the host where none is or that one does not work.
 * @returns the exit code.
 */
export async function runHello(command: Command, options: HelloCommandOptions): Promise<number> {
  const { image, engine, json } = options;
  if (engine !== undefined && engine !== 'host' && image === undefined) {
    throw new UsageError(`${engine} needs an image, and none is named.`, {
      hint: `slipway hello --engine ${engine} --image IMAGE, with any image that has echo.`,
    });
  }
  const interrupt = new AbortController();
  const stop = () => interrupt.abort();
  process.once('SIGINT', stop).once('SIGTERM', stop);
  try {
    return await withRuns(command, async (runs, config) => {
      const say = async (on: EngineName | undefined, wanted: string | undefined) => {
        const { signal } = interrupt;
        const surroundings = { pull: config.pull, signal, onProgress: note };
        const hello = await sayHello(runs, { engine: on, image: wanted, ...surroundings });
        if (!json) printHello(hello);
        return hello;
      };
      const first = await say(image === undefined ? 'host' : (engine ?? config.engine), image);
      if (interrupt.signal.aborted) return ExitCode.Interrupted;
      const hellos: Hello[] = [first];
      if (!first.succeeded && image !== undefined) {
        note('\nAnd without the image, on the host engine:');
        const second = await say('host', undefined);
        hellos.push(second);
        if (second.succeeded && !json) printNextWithoutImage(image);
      }
      const ok = first.succeeded && first.leftover === null;
      if (json) printJson({ ok, hellos });
      else if (ok) printNext(first);
      return ok ? ExitCode.Ok : ExitCode.Failed;
    });
  } finally {
    process.off('SIGINT', stop).off('SIGTERM', stop);
  }
}
