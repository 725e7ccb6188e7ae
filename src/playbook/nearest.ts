/**
 * The candidate that a mistyped word most likely meant, or null when none is close enough to be worth saying.
 * Levenshtein distance over lower-cased text, at most a third of the word (at least 1); O(length^2) for each candidate.
 */
export function nearest(word: string, candidates: readonly string[]): string | null {
  if (word.length > 64) return null;
  let best: string | null = null;
  let bestDistance = Math.max(1, Math.floor(word.length / 3)) + 1;
  for (const candidate of candidates) {
    if (Math.abs(candidate.length - word.length) >= bestDistance) continue;
    const found = distance(word.toLowerCase(), candidate.toLowerCase());
    if (found < bestDistance) {
      best = candidate;
      bestDistance = found;
    }
  }
  return best;
}

/** The cure for a word that is not in a closed list: the nearest one as a question, else the list itself. */
export function didYouMean(word: string, candidates: readonly string[]): string {
  const near = nearest(word, candidates);
  if (near !== null) return `did you mean '${near}'?`;
  const shown = candidates.slice(0, 20);
  return `use one of ${shown.join(', ')}${candidates.length > shown.length ? ', ...' : ''}`;
}

/** Fewest insertions, deletions and substitutions of one character that turn `from` into `to`. */
export function distance(from: string, to: string): number {
  let previous = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (let row = 1; row <= from.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= to.length; column += 1) {
      const substitute = (previous[column - 1] ?? 0) + (from[row - 1] === to[column - 1] ? 0 : 1);
      current.push(Math.min(substitute, (previous[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1));
    }
    previous = current;
  }
  return previous[to.length] ?? 0;
}
