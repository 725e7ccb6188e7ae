/** A page that explains one gate to the person who was woken by it. One file, no script, nothing loaded: it opens from an artefact. */
import type { Needed } from '../judge/needed.ts';
import type { Finding } from '../judge/verdict.ts';
import { evidenceSvg, xml } from './evidence-svg.ts';
import { decisionWord } from './check-run.ts';
import { blameSentence, gateSummary, type GateView } from './gate-summary.ts';
import { nextWords } from './gate-next.ts';
import { gateNeeds, triggerNeeds } from './needed-words.ts';
import { apart, count, duration, odds, quantity, short, statisticName } from './numbers.ts';

export interface ExplainView extends GateView {
  readonly needed: Needed;
  /** Natural log of the odds that fail the release. */
  readonly failLogE: number;
}

export interface ExplainFile {
  readonly name: 'explain.html' | 'explain.md' | 'evidence.svg';
  readonly text: string;
}

/** The files of one report folder; the picture is left out where there is no course to draw. */
export function explainFiles(view: ExplainView): readonly ExplainFile[] {
  const picture = pictureOf(view);
  const files: ExplainFile[] = [
    { name: 'explain.html', text: explainPage(view) },
    { name: 'explain.md', text: gateSummary(view) },
  ];
  return picture === '' ? files : [...files, { name: 'evidence.svg', text: `${picture}\n` }];
}

function pictureOf({ id, timeline, failLogE, triggers }: ExplainView): string {
  const title = `Evidence of harm: ${id.service} in ${id.environment}`;
  return evidenceSvg({ title, points: timeline, failLogE, triggers: triggers.map(({ name }) => name) });
}

export function explainPage(view: ExplainView): string {
  const { id, verdict } = view;
  const title = `${decisionWord(view.decision, verdict.role)}: ${id.service} in ${id.environment} at ${short(id.sha)}`;
  const next = nextWords(view.next, id, view.dryRun).replace(/`/g, '');
  const needs = gateNeeds(view.needed);
  return [
    '<!doctype html>',
    '<html lang="en">',
    `<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'"><title>${xml(title, 200)}</title>`,
    `<style>${STYLE}</style></head>`,
    '<body>',
    `<h1>${xml(title, 200)}</h1>`,
    `<p class="because">${xml(blameSentence(verdict), 2000)}</p>`,
    `<p>Decided after ${duration(verdict.elapsedSeconds)} with evidence of harm at ${odds(verdict.logE)}. A release fails at ${odds(view.failLogE)} and passes once every trigger is proven safe at ${odds(-Math.log(view.falsePass))}. The odds say how often a bet on harm would have multiplied its stake: on an acceptable release it reaches the limit in at most ${count(view.falseAlarm * 100)} of 100 releases, however often one looks.</p>`,
    pictureOf(view),
    ...verdict.findings.map((finding) => section(view, finding)),
    needs === '' ? '' : `<p><strong>Still needed:</strong> ${xml(needs, 500)}</p>`,
    `<p><strong>Next:</strong> ${xml(next, 1000)}</p>`,
    '</body>',
    '</html>',
    '',
  ]
    .filter((line, i, all) => line !== '' || i === all.length - 1)
    .join('\n');
}

function section(view: ExplainView, finding: Finding): string {
  const words = view.triggers.find(({ name }) => name === finding.trigger);
  const [canary, limit] = apart(finding.statistic, finding.canary, finding.limit);
  const needs = view.needed.triggers.find(({ trigger }) => trigger === finding.trigger);
  const rows: readonly (readonly [string, string])[] = [
    ['State', words?.decides === false ? `${finding.status} (never decides)` : finding.status],
    ['Fails if', words?.condition ?? statisticName(finding.statistic)],
    ['Canary', `${canary} (n ${count(finding.canaryCount)})`],
    ...(finding.baseline === null
      ? []
      : [
          ['Baseline', `${quantity(finding.statistic, finding.baseline)} (n ${count(finding.baselineCount)})`] as const,
        ]),
    ['Limit', limit],
    ...segmentRows(finding),
    ['Evidence of harm', odds(finding.logEFail)],
    ['Evidence of safety', odds(finding.logEPass)],
    ...(finding.band === null ? [] : [['Difference lies within', bandWords(finding)] as const]),
    ...finding.missing
      .filter(({ reason }) => reason !== 'first-look')
      .map((gap) => [`Looks lost to ${gap.reason}`, `${count(gap.count)}, last: ${gap.detail}`] as const),
    ...(needs === undefined ? [] : triggerNeeds(needs, finding.statistic).map((line) => ['Needed', line] as const)),
  ];
  return [
    `<h2>${xml(finding.trigger, 80)}</h2>`,
    `<p>${xml(finding.because, 1000)}</p>`,
    `<table>${rows.map(([name, value]) => `<tr><th scope="row">${xml(name, 80)}</th><td>${xml(value, 500)}</td></tr>`).join('')}</table>`,
  ].join('\n');
}

/** Which segment the numbers are of, and which could not be judged. */
function segmentRows({ segments }: Finding): readonly (readonly [string, string])[] {
  if (segments === undefined || segments === null) return [];
  const { by, count: all, worst, waiting, unjudged } = segments;
  return [
    ['Worst segment', worst === null ? `none of ${all} was measured` : `${by} ${worst}, of ${all}`],
    ...waiting.map(({ name, why }) => ['Too little data', `${name}: ${why}`] as const),
    ...unjudged.map(({ name, why }) => ['Only watched for harm', `${name}: ${why}`] as const),
  ];
}

/** The band that holds at all looks together, such as `+0.12 % to +1.80 %`. */
export function bandWords({ band, statistic }: Pick<Finding, 'band' | 'statistic'>): string {
  if (band === null) return '';
  const signed = (value: number) => `${value > 0 ? '+' : ''}${quantity(statistic, value)}`;
  return `${signed(band.lower)} to ${signed(band.upper)}`;
}

const STYLE =
  ':root{color-scheme:light dark}body{font:16px/1.5 system-ui,sans-serif;max-width:46rem;margin:2rem auto;padding:0 1rem}' +
  'svg{max-width:100%;height:auto}.because{font-weight:600}table{border-collapse:collapse;margin:.5rem 0 1.5rem}' +
  'th{font-weight:400;text-align:left;padding:.15rem 1.5rem .15rem 0;vertical-align:top;white-space:nowrap}td{padding:.15rem 0}';
