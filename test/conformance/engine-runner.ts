/**
 * A process that runs one container and can be killed: its arguments are the engine's name and folder
 * and the container's spec as JSON. The container's output is its own.
 */
import { createEngine } from '../../src/engine/detect.ts';
import type { EngineName } from '../../src/engine/engine.ts';

const [name, folder = '', spec = ''] = process.argv.slice(2);
await createEngine(name as EngineName, { folder }).run(JSON.parse(spec), (stream, bytes) => {
  process[stream].write(bytes);
});
