import { RunState } from '../store/store.ts';
import type { Colors } from './output.ts';

const STATE_COLORS: Readonly<Record<RunState, 'green' | 'red' | 'yellow' | 'blue'>> = {
  [RunState.Pending]: 'blue',
  [RunState.Provisioning]: 'blue',
  [RunState.Starting]: 'blue',
  [RunState.Running]: 'blue',
  [RunState.Succeeded]: 'green',
  [RunState.Failed]: 'red',
  [RunState.Stopped]: 'yellow',
};

/** A state in its colour. */
export function stateColor(text: string, colors: Colors): string {
  const color = STATE_COLORS[text.trim() as RunState];
  return color === undefined ? text : colors[color](text);
}
