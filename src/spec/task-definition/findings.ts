/** The two kinds of problems, each as a list, so that rules can be put together. */
import type { Problem } from '../../errors.ts';

/** What ECS refuses. */
export function refusal(path: Problem['path'], message: string, hint?: string): Problem[] {
  return [{ severity: 'error', path, message, ...(hint === undefined ? {} : { hint }) }];
}

/** What ECS takes, or may take, and is seldom meant. */
export function remark(path: Problem['path'], message: string, hint?: string): Problem[] {
  return [{ severity: 'warning', path, message, ...(hint === undefined ? {} : { hint }) }];
}
