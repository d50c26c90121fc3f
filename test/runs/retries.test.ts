import { describe, expect, it } from 'vitest';
import { retryDelay } from '../../src/runs/retries.ts';
import { FailureClass } from '../../src/spec/failure-class.ts';

describe('retryDelay', () => {
  it('retries what another try may mend, up to the attempts, backing off', () => {
    const policy = { attempts: 2 };
    expect(retryDelay(policy, 1, FailureClass.ImagePull)).toBe(1);
    expect(retryDelay(policy, 2, FailureClass.ImagePull)).toBe(2);
    expect(retryDelay(policy, 3, FailureClass.ImagePull)).toBeUndefined();
  });

  it('leaves the user’s own failures alone unless asked', () => {
    expect(retryDelay({ attempts: 5 }, 1, FailureClass.UserCode)).toBeUndefined();
    const asked = { attempts: 5, on: [FailureClass.UserCode] };
    expect(retryDelay(asked, 1, FailureClass.UserCode)).toBe(1);
    expect(retryDelay(asked, 1, FailureClass.SpotReclaim)).toBe(1);
  });

  it('never waits longer than a minute', () => {
    expect(retryDelay({ attempts: 99, backoff: 30 }, 50, FailureClass.Lost)).toBe(60);
  });
});
