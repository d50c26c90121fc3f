/**
 * A process that runs or follows one container and can be killed: its arguments are the engine's
 * folder and the container's spec as JSON. The container's stdout is its own.
 */
import { createHostEngine } from '../../../src/engine/host/host.ts';

const [folder = '', spec = ''] = process.argv.slice(2);
process.stdout.write('runner\n');
await createHostEngine({ folder }).run(JSON.parse(spec), (stream, bytes) => {
  if (stream === 'stdout') process.stdout.write(bytes);
});
