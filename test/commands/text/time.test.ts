import { describe, expect, it } from 'vitest';
import { ago, duration, localTime } from '../../../src/commands/text/time.ts';

const now = Date.parse('2026-11-21T12:00:00Z');

describe('times for people', () => {
  it('say how long ago in one unit', () => {
    const times = ['12:00:00', '11:59:58', '11:57:30', '07:59:00'];
    expect(times.map((time) => ago(`2026-11-21T${time}Z`, now))).toEqual([
      'now',
      '2s ago',
      '2m ago',
      '4h ago',
    ]);
    expect(ago('2026-11-21T12:00:05Z', now)).toBe('now');
  });

  it('say how long something took, or has taken so far', () => {
    expect(duration('2026-11-21T11:59:00Z', '2026-11-21T11:59:00.040Z', now)).toBe('40ms');
    expect(duration('2026-11-21T11:59:00Z', null, now)).toBe('1m');
    expect(duration(undefined, undefined, now)).toBeUndefined();
  });

  it('say when, where the person is', () => {
    expect(localTime('2026-11-21T12:00:00Z')).toMatch(/^2026-11-2[012] \d\d:\d\d:00$/);
  });
});
