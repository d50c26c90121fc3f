/** Node's timers hold at most a signed 32-bit count of milliseconds: a longer wait is several. */
const LONGEST_TIMER = 2 ** 31 - 1;

/** Waits `seconds`, however many; false, and at once, where `signal` is aborted before. */
export async function delay(seconds: number, signal: AbortSignal): Promise<boolean> {
  let left = seconds * 1000;
  for (; left > LONGEST_TIMER; left -= LONGEST_TIMER) {
    if (!(await delayOnce(LONGEST_TIMER, signal))) return false;
  }
  return delayOnce(left, signal);
}

async function delayOnce(milliseconds: number, signal: AbortSignal): Promise<boolean> {
  if (signal.aborted) return false;
  return new Promise((resolve) => {
    const done = (whole: boolean) => {
      clearTimeout(timer);
      signal.removeEventListener('abort', aborted);
      resolve(whole);
    };
    const aborted = () => done(false);
    const timer = setTimeout(() => done(true), milliseconds);
    signal.addEventListener('abort', aborted, { once: true });
  });
}

/** A promise with its handles outside; settling it again changes nothing. */
export interface Settleable<Value> {
  promise: Promise<Value>;
  resolve: (value: Value) => void;
}

export function settleable<Value>(): Settleable<Value> {
  let resolve: (value: Value) => void = () => undefined;
  const promise = new Promise<Value>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}
