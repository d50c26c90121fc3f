import { describe, expect, it } from 'vitest';
import { delay } from '../src/waiting.ts';

describe('delay', () => {
  it('waits its time, and gives up when it is told to', async () => {
    const never = new AbortController().signal;
    expect(await delay(0.01, never)).toBe(true);
    expect(await delay(60, AbortSignal.timeout(20))).toBe(false);
    expect(await delay(0, AbortSignal.abort())).toBe(false);
  });

  it('does not end at once what is longer than a timer of Node holds', async () => {
    expect(await delay(40 * 86_400, AbortSignal.timeout(50))).toBe(false);
  });
});
