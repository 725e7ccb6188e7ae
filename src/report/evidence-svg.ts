/** Evidence over time as a picture of its own: no script, no font, no address; readable on light and dark pages. */
import { oneLine } from './escape.ts';
import type { GatePoint } from './chart.ts';
import { duration, odds } from './numbers.ts';

export interface EvidencePicture {
  readonly title: string;
  readonly points: readonly GatePoint[];
  /** Natural log of the odds that fail the release. */
  readonly failLogE: number;
  /** By the name in the points; at most eight are drawn beside the merged line. */
  readonly triggers: readonly string[];
}

const [WIDTH, HEIGHT] = [720, 320];
const PLOT = { left: 64, right: 704, top: 44, bottom: 236 } as const;
/** Distinct for colour-blind readers too (Okabe and Ito), and dark enough for white, light enough for black. */
const COLOURS = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#b07d00', '#56b4e9', '#7f6ad8', '#8a8a8a'] as const;
/** Powers of ten beyond which the picture says nothing more. */
const [LOWEST, HIGHEST] = [-4, 12];

/** The same bytes for the same values. An empty string for fewer than two looks: one point is no course. */
export function evidenceSvg({ title, points, failLogE, triggers }: EvidencePicture): string {
  const [first, last] = [points[0], points.at(-1)];
  if (first === undefined || last === undefined || last.t <= first.t) return '';
  const power = (logE: number) => Math.min(HIGHEST, Math.max(LOWEST, Number.isNaN(logE) ? 0 : logE / Math.LN10));
  const shown = triggers.slice(0, COLOURS.length);
  const lines = shown.map((name) => points.map((point) => power(point.logE[name] ?? 0)));
  const merged = points.map((point) => power(point.merged));
  const limit = power(failLogE);
  const low = Math.min(-1, Math.floor(Math.min(...merged, ...lines.flat())));
  const high = Math.ceil(Math.max(limit, ...merged, ...lines.flat())) + 1;
  const x = (t: number) => PLOT.left + ((t - first.t) / (last.t - first.t)) * (PLOT.right - PLOT.left);
  const y = (value: number) => PLOT.bottom - ((value - low) / (high - low)) * (PLOT.bottom - PLOT.top);
  const path = (values: readonly number[]) =>
    values.map((value, i) => `${i === 0 ? 'M' : 'L'}${fixed(x(points[i]?.t ?? 0))} ${fixed(y(value))}`).join('');
  const step = Math.max(1, Math.ceil((high - low) / 8));
  const powers = Array.from({ length: Math.floor((high - low) / step) + 1 }, (_, i) => low + i * step);
  const words = `Evidence of harm over ${duration(last.t - first.t)}, as odds. It ends at ${odds(last.merged)}; the release fails at ${odds(failLogE)}.`;
  const legend = [
    { name: 'all together', colour: 'currentColor' },
    ...shown.map((name, i) => ({ name, colour: COLOURS[i] ?? '' })),
  ];
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" width="${WIDTH}" height="${HEIGHT}" role="img" aria-labelledby="evidence-title evidence-desc" font-family="system-ui, sans-serif" font-size="12" color="#57606a">`,
    `<title id="evidence-title">${xml(title, 200)}</title>`,
    `<desc id="evidence-desc">${xml(words, 500)}</desc>`,
    '<style>@media (prefers-color-scheme: dark) { svg { color: #c9d1d9 } }</style>',
    `<text x="${PLOT.left}" y="24" font-size="15" font-weight="600" fill="currentColor">${xml(title, 90)}</text>`,
    ...powers.map(
      (one) =>
        `<path d="M${PLOT.left} ${fixed(y(one))}H${PLOT.right}" stroke="currentColor" stroke-opacity="0.15"/><text x="${PLOT.left - 6}" y="${fixed(y(one) + 4)}" text-anchor="end" fill="currentColor">${powerWord(one)}</text>`,
    ),
    `<text x="${PLOT.left}" y="${PLOT.bottom + 18}" fill="currentColor">${duration(first.t)}</text>`,
    `<text x="${PLOT.right}" y="${PLOT.bottom + 18}" text-anchor="end" fill="currentColor">${duration(last.t)}</text>`,
    `<path d="M${PLOT.left} ${fixed(y(limit))}H${PLOT.right}" stroke="#cf222e" stroke-width="2" stroke-dasharray="6 4"/>`,
    `<text x="${PLOT.right}" y="${fixed(y(limit) - 6)}" text-anchor="end" fill="#cf222e">fails at ${odds(failLogE)}</text>`,
    ...lines.map(
      (values, i) => `<path d="${path(values)}" fill="none" stroke="${COLOURS[i] ?? ''}" stroke-width="1.5"/>`,
    ),
    `<path d="${path(merged)}" fill="none" stroke="currentColor" stroke-width="2.5"/>`,
    ...legend.map(({ name, colour }, i) => {
      const [left, top] = [PLOT.left + (i % 3) * 215, PLOT.bottom + 36 + Math.floor(i / 3) * 18];
      return `<path d="M${left} ${top}h18" stroke="${colour}" stroke-width="3"/><text x="${left + 24}" y="${top + 4}" fill="currentColor">${xml(name, 28)}</text>`;
    }),
    '</svg>',
  ].join('\n');
}

function powerWord(power: number): string {
  if (power >= 0 && power <= 4) return `${10 ** power} : 1`;
  return power < 0 && power >= -3 ? `1 : ${10 ** -power}` : `10^${power} : 1`;
}

function fixed(value: number): string {
  return String(Number(value.toFixed(1)));
}

/** Text for XML and HTML: one line, nothing invisible, no markup. */
export function xml(text: string, max: number): string {
  return oneLine(text, max)
    .replace(/&/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/>/g, '&gt;')
    .replace(/"/g, '&quot;')
    .replace(/'/g, '&#39;');
}
