import { distance } from 'fastest-levenshtein';

/**
 * The candidate that was most likely meant by `written`, or undefined where none is close. Case,
 * `_` and `-` don't count, so that `working_directory` finds `workingDirectory`.
 */
export function nearest(written: string, candidates: readonly string[]): string | undefined {
  const word = folded(written);
  let best: { candidate: string; distance: number } | undefined;
  for (const candidate of candidates) {
    const apart = distance(word, folded(candidate));
    if (best === undefined || apart < best.distance) best = { candidate, distance: apart };
  }
  // Two letters swapped are two edits: that is near in a word of five, and not in one of three.
  const allowed = Math.max(1, Math.round(word.length * 0.4));
  return best !== undefined && best.distance <= allowed ? best.candidate : undefined;
}

/** `did you mean "image"?`, or undefined where nothing is close. */
export function didYouMean(written: string, candidates: readonly string[]): string | undefined {
  const candidate = nearest(written, candidates);
  return candidate === undefined ? undefined : `did you mean "${candidate}"?`;
}

/** A long word is cut: it is a mistake of another kind, and comparing it would cost time. */
function folded(word: string): string {
  return word.slice(0, 64).replaceAll(/[_-]/g, '').toLowerCase();
}
