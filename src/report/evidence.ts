/** A rollback as whoever examines it later wants to read it: one table of what is asked for and where it stands, then the snapshots. */
import type { Line } from '../ledger/entry.ts';
import type { Known, Snapshot, SnapshotAfter, SnapshotBefore } from '../ledger/evidence.ts';
import { block, code, inline } from './escape.ts';
import { asFacts, measuredWords, word, type Facts } from './measured-words.ts';
import { instant } from './numbers.ts';

export interface Kept {
  readonly path: string;
  readonly snapshot: Snapshot;
}

export interface RecordView {
  readonly incident: string;
  /** Lines of this incident, in their order. */
  readonly lines: readonly Line[];
  readonly snapshots: readonly Kept[];
}

const STEPS = ['requested', 'opened', 'merged', 'applied', 'recovered'] as const;

export function evidenceMarkdown({ incident, lines, snapshots }: RecordView): string {
  const before = snapshots.map(({ snapshot }) => snapshot).find((one) => one.phase === 'before') ?? null;
  const after = snapshots.map(({ snapshot }) => snapshot).findLast((one) => one.phase === 'after') ?? null;
  const rows = RECORD.map(([asked, answer]) => `| ${asked} | ${answer({ lines, before, after }) || 'not recorded'} |`);
  return [
    `# Incident ${inline(incident)}`,
    ['| What is asked for | What is recorded |', '| --- | --- |', ...rows].join('\n'),
    '## Snapshots',
    ...(snapshots.length === 0 ? ['None is kept.'] : snapshots.map(section)),
  ].join('\n\n');
}

interface Found {
  readonly lines: readonly Line[];
  readonly before: SnapshotBefore | null;
  readonly after: SnapshotAfter | null;
}

/** The fields of a record, each with where it comes from. */
const RECORD: readonly (readonly [string, (found: Found) => string])[] = [
  ['Who or what decided', ({ lines }) => said(lines, 'requested')],
  [
    'By which rules',
    ({ before }) =>
      before === null
        ? ''
        : `${code(before.playbook.path)} at ${code(before.playbook.commit)}, SHA-256 ${code(before.playbook.sha256)}`,
  ],
  [
    'What was measured: query, window, sample, limit, source',
    ({ before }) => (before === null ? '' : listed(before.measured, measuredWords)),
  ],
  ['What the gate had said', ({ before }) => (before === null ? '' : listed(before.gates, gateWords))],
  [
    'When: detected, requested, merged, applied, recovered',
    ({ lines, before }) =>
      [
        ...(before === null ? [] : [`detected ${instant(before.incident.openedAt)}`]),
        ...STEPS.flatMap((step) => lines.filter(({ kind }) => kind === step).map(({ at }) => `${step} ${instant(at)}`)),
      ].join('<br>'),
  ],
  [
    'What ran before and after',
    ({ before }) =>
      before === null
        ? ''
        : [
            `commit ${code(before.versions.bad)} back to ${code(before.versions.good)}`,
            ...before.versions.changes.map(
              (change) =>
                `${code(word(change, 'path'))} ${code(word(change, 'key'))}: ${code(word(change, 'from'))} to ${code(word(change, 'to'))}`,
            ),
            ...before.registries.verified.map((line) => inline(line)),
          ].join('<br>'),
  ],
  ['What ran in the cluster', ({ before }) => (before === null ? '' : listed(before.applications, applicationWords))],
  [
    'Who agreed, or what was stepped over',
    ({ lines, after }) =>
      [
        said(lines, 'merged'),
        ...(after?.pullRequest.approvedBy ? [`approved by ${inline(after.pullRequest.approvedBy)}`] : []),
        ...(after?.pullRequest.bypass ? [`bypass of ${inline(after.pullRequest.bypass)}`] : []),
      ]
        .filter((words) => words !== '')
        .join('<br>'),
  ],
  [
    'Who was told',
    ({ lines }) =>
      lines
        .filter(({ kind }) => kind === 'notified' || kind === 'notify-failed')
        .map(({ kind, because }) => `${kind}: ${inline(because)}`)
        .join('<br>'),
  ],
  [
    'How recovery was judged, and the result',
    ({ after }) => (after === null ? '' : `${after.outcome}: ${inline(after.because)}`),
  ],
  [
    'What proves that nothing was changed since',
    ({ lines }) =>
      lines.length === 0
        ? ''
        : `lines ${lines[0]?.seq ?? 0} to ${lines.at(-1)?.seq ?? 0} of the ledger, the last with hash ${code(lines.at(-1)?.hash ?? '')}; ${code('lastgood ledger verify')}`,
  ],
];

function said(lines: readonly Line[], wanted: Line['kind']): string {
  return lines
    .filter(({ kind }) => kind === wanted)
    .map(({ actor, because, at }) => `${inline(actor)}, ${instant(at)}: ${inline(because)}`)
    .join('<br>');
}

function listed(found: Known<Facts[]>, words: (fact: Facts) => string): string {
  if (found.kind === 'missing') return `not known: ${inline(found.because)}`;
  return found.value.length === 0 ? 'none' : found.value.map(words).join('<br>');
}

function gateWords(fact: Facts): string {
  const verdict = asFacts(fact['verdict']);
  return `${code(word(fact, 'name'))}: ${inline(word(verdict, 'decision'))}, ${inline(word(verdict, 'because'))}`;
}

function applicationWords(fact: Facts): string {
  const application = asFacts(fact['application']);
  if (fact['kind'] !== 'seen') return `${inline(word(fact, 'name'))}: ${inline(word(fact, 'because'))}`;
  const applied = word(asFacts(application['operation']), 'revisions');
  return `${inline(word(application, 'name'))}: ${inline(word(asFacts(application['health']), 'status'))}, applied ${code(applied)}, images ${code(word(application, 'images'))}`;
}

function section({ path, snapshot }: Kept): string {
  const title = snapshot.phase === 'before' ? 'Before anything was changed' : 'At the end';
  return `### ${title}, ${instant(snapshot.takenAt)}\n\n${code(path)}\n\n${block(JSON.stringify(snapshot, null, 2), 'json', 60_000)}`;
}
