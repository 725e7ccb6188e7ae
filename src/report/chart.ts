/** Evidence over time as a mermaid chart, which GitHub draws in job summaries and comments. */
import { label } from './escape.ts';

/** What one look added, by trigger name. */
export interface GatePoint {
  /** Seconds since the gate began. */
  readonly t: number;
  /** Natural log of the merged e-value. */
  readonly merged: number;
  readonly logE: Readonly<Record<string, number>>;
  readonly canary: Readonly<Record<string, number | null>>;
  readonly baseline: Readonly<Record<string, number | null>>;
}

const POINTS_MAX = 60;
/** Powers of ten: outside of it the picture says nothing more. */
const RANGE = [-3, 6] as const;

function powerOfTen(logE: number): number {
  if (Number.isNaN(logE)) return 0;
  return Math.min(RANGE[1], Math.max(RANGE[0], Math.round((logE / Math.LN10) * 100) / 100));
}

/** At most `POINTS_MAX` evenly chosen points; the first and the last always stay. */
function thin(points: readonly GatePoint[]): readonly GatePoint[] {
  if (points.length <= POINTS_MAX) return points;
  const step = (points.length - 1) / (POINTS_MAX - 1);
  return Array.from({ length: POINTS_MAX }, (_, i) => points[Math.round(i * step)]).filter(
    (point) => point !== undefined,
  );
}

/**
 * Merged evidence against the threshold that fails the release (`falseAlarm` 0.01 is 100 : 1, the second line).
 * An empty string for fewer than two looks: one point is no course.
 */
export function evidenceChart(points: readonly GatePoint[], falseAlarm: number, title: string): string {
  const shown = thin(points);
  const [first, last] = [shown[0], shown.at(-1)];
  if (first === undefined || last === undefined || shown.length < 2 || last.t <= first.t) return '';
  const threshold = powerOfTen(-Math.log(falseAlarm));
  const course = shown.map((point) => powerOfTen(point.merged));
  const low = Math.floor(Math.min(0, ...course)) - 0;
  const high = Math.ceil(Math.max(threshold, ...course)) + 1;
  return [
    '```mermaid',
    'xychart-beta',
    `  title "${label(title)}"`,
    `  x-axis "seconds" ${Math.round(first.t)} --> ${Math.round(last.t)}`,
    `  y-axis "evidence of harm, powers of ten" ${low} --> ${high}`,
    `  line [${course.join(', ')}]`,
    `  line [${shown.map(() => threshold).join(', ')}]`,
    '```',
  ].join('\n');
}
