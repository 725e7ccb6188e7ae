/** Three-way merge of lines, as `git revert` does it for one file. */
import { diffLines, linesIn } from './diff-lines.ts';
import type { Hunk } from './diff-lines.ts';

/**
 * Carries the way from `base` to `theirs` over to `ours`. Null where both changed the same or neighbouring lines
 * differently: this merge never guesses.
 */
export function mergeLines(base: string, theirs: string, ours: string): string | null {
  const lines = { base: linesIn(base), theirs: linesIn(theirs), ours: linesIn(ours) };
  const left = diffLines(lines.base, lines.ours);
  const right = diffLines(lines.base, lines.theirs);
  const merged: string[] = [];
  let at = 0;
  let [l, r] = [0, 0];
  while (l < left.length || r < right.length) {
    const [mine, other] = [left[l], right[r]];
    const first = firstOf(mine, other);
    if (first === null) return null;
    const hunk = first === 'right' ? other : mine;
    if (!hunk) return null;
    const source = first === 'right' ? lines.theirs : lines.ours;
    merged.push(...lines.base.slice(at, hunk.aStart), ...source.slice(hunk.bStart, hunk.bEnd));
    if (first === 'both' && mine && other && !alike(lines.ours, mine, lines.theirs, other)) return null;
    at = hunk.aEnd;
    if (first !== 'right') l++;
    if (first !== 'left') r++;
  }
  return [...merged, ...lines.base.slice(at)].join('');
}

/** Which hunk comes next; `both` where they cover the same lines; null where they touch without being the same. */
function firstOf(mine: Hunk | undefined, other: Hunk | undefined): 'left' | 'right' | 'both' | null {
  if (!other) return 'left';
  if (!mine) return 'right';
  if (mine.aEnd < other.aStart) return 'left';
  if (other.aEnd < mine.aStart) return 'right';
  return mine.aStart === other.aStart && mine.aEnd === other.aEnd ? 'both' : null;
}

function alike(ours: readonly string[], mine: Hunk, theirs: readonly string[], other: Hunk): boolean {
  return ours.slice(mine.bStart, mine.bEnd).join('') === theirs.slice(other.bStart, other.bEnd).join('');
}
