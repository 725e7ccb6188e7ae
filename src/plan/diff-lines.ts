/** What changed between two texts, in lines; aligned on rare lines first, as Git's histogram difference does. */

/** Lines [aStart, aEnd) of the first text became [bStart, bEnd) of the second. */
export interface Hunk {
  readonly aStart: number;
  readonly aEnd: number;
  readonly bStart: number;
  readonly bEnd: number;
}

/** Lines with their line breaks, so that joining them gives the text again. */
export function linesIn(text: string): readonly string[] {
  return text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
}

/**
 * The changed hunks in order. Finds the longest run of common lines whose lines are rarest in the first text, and repeats on
 * both sides of it. Time about lines x repetitions (at most 64); deterministic.
 */
export function diffLines(a: readonly string[], b: readonly string[]): readonly Hunk[] {
  const changedA = new Uint8Array(a.length).fill(1);
  const changedB = new Uint8Array(b.length).fill(1);
  const work: Area[] = [{ aStart: 0, aEnd: a.length, bStart: 0, bEnd: b.length }];
  for (let area = work.pop(); area !== undefined; area = work.pop()) {
    const run = anchorRun(a, b, area);
    if (run === null) continue;
    changedA.fill(0, run.aStart, run.aEnd);
    changedB.fill(0, run.bStart, run.bEnd);
    work.push({ ...area, aEnd: run.aStart, bEnd: run.bStart }, { ...area, aStart: run.aEnd, bStart: run.bEnd });
  }
  slideDown(a, changedA);
  slideDown(b, changedB);
  return hunksOf(changedA, changedB);
}

type Area = Hunk;

/** A line that stands in more places than this is compared with the first of them only: blank lines align nothing. */
const MOST_PLACES = 64;

/** The common run to hold on to: rarest lines first, then the longest, then the earliest in `b`. */
function anchorRun(a: readonly string[], b: readonly string[], area: Area): Hunk | null {
  const { aStart, aEnd, bStart, bEnd } = area;
  const places = new Map<string, number[]>();
  for (let at = aStart; at < aEnd; at++) {
    const line = a[at] ?? '';
    const known = places.get(line);
    if (known) known.push(at);
    else places.set(line, [at]);
  }
  const countAt = (at: number): number => places.get(a[at] ?? '')?.length ?? 0;
  let best: Hunk | null = null;
  let rarest = Number.POSITIVE_INFINITY;
  for (let at = bStart; at < bEnd;) {
    let next = at + 1;
    for (const place of places.get(b[at] ?? '')?.slice(0, MOST_PLACES) ?? []) {
      const run = { aStart: place, aEnd: place + 1, bStart: at, bEnd: at + 1 };
      while (run.aStart > aStart && run.bStart > bStart && a[run.aStart - 1] === b[run.bStart - 1]) {
        run.aStart--;
        run.bStart--;
      }
      while (run.aEnd < aEnd && run.bEnd < bEnd && a[run.aEnd] === b[run.bEnd]) {
        run.aEnd++;
        run.bEnd++;
      }
      let count = Number.POSITIVE_INFINITY;
      for (let inside = run.aStart; inside < run.aEnd; inside++) count = Math.min(count, countAt(inside));
      next = Math.max(next, run.bEnd);
      if (best === null || count < rarest || (count === rarest && run.aEnd - run.aStart > best.aEnd - best.aStart)) {
        best = run;
        rarest = count;
      }
    }
    at = next;
  }
  return best;
}

/** A changed group that could as well begin later is moved to its latest place, so that both texts are cut alike. */
function slideDown(lines: readonly string[], changed: Uint8Array): void {
  for (let end = lines.length - 1; end >= 0; end--) {
    if (changed[end] !== 1 || (end + 1 < lines.length && changed[end + 1] === 1)) continue;
    let start = end;
    while (start > 0 && changed[start - 1] === 1) start--;
    let stop = end + 1;
    while (stop < lines.length && changed[stop] === 0 && lines[start] === lines[stop]) {
      changed[start++] = 0;
      changed[stop++] = 1;
      while (stop < lines.length && changed[stop] === 1) stop++;
    }
    end = start;
  }
}

function hunksOf(changedA: Uint8Array, changedB: Uint8Array): readonly Hunk[] {
  const hunks: Hunk[] = [];
  for (let a = 0, b = 0; a < changedA.length || b < changedB.length;) {
    const [aStart, bStart] = [a, b];
    while (a < changedA.length && changedA[a] === 1) a++;
    while (b < changedB.length && changedB[b] === 1) b++;
    if (a > aStart || b > bStart) hunks.push({ aStart, aEnd: a, bStart, bEnd: b });
    else {
      a++;
      b++;
    }
  }
  return hunks;
}
