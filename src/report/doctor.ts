/** What the doctor found, in every form in which somebody reads it. */
import { count } from './proposed.ts';
import { inline, logLine, oneLine } from './escape.ts';

export type Severity = 'error' | 'warning' | 'note';

export interface DoctorFinding {
  /** Stable: `argocd/prune-off`. */
  readonly rule: string;
  readonly severity: Severity;
  /** Where: a place in a file, or the thing that was asked. */
  readonly place: string;
  /** Present where the place is a line of a file. */
  readonly at: { readonly file: string; readonly line: number; readonly column: number } | null;
  readonly what: string;
  /** With both values. */
  readonly because: string;
  readonly cure: string;
}

const SIGNS = { error: 'ERROR', warning: 'warning', note: 'note' } as const satisfies Record<Severity, string>;

export function hasErrors(findings: readonly DoctorFinding[]): boolean {
  return findings.some(({ severity }) => severity === 'error');
}

/** For a terminal: the worst first. */
export function doctorText(findings: readonly DoctorFinding[]): string {
  const lines = findings.map(
    ({ severity, place, what, because, cure }) =>
      `${SIGNS[severity]}  ${oneLine(place)}: ${oneLine(what)}\n    because ${oneLine(because)}\n    ${oneLine(cure)}`,
  );
  return [...lines, countLine(findings)].join('\n');
}

export function countLine(findings: readonly DoctorFinding[]): string {
  const some = (severity: Severity) =>
    count(findings.filter((finding) => finding.severity === severity).length, severity);
  return `${some('error')}, ${some('warning')}, ${some('note')}`;
}

/** For the issue that the bot maintains. */
export function doctorMarkdown(findings: readonly DoctorFinding[]): string {
  const rows = findings.map(
    ({ severity, place, what, because, cure }) =>
      `- **${SIGNS[severity]}** ${inline(place)}: ${inline(what)}, because ${inline(because)}. ${inline(cure)}`,
  );
  return `${[`**${countLine(findings)}**`, rows.join('\n')].join('\n\n')}\n`;
}

/** Workflow commands of GitHub Actions: one annotation a finding. */
export function doctorAnnotations(findings: readonly DoctorFinding[]): string {
  const level = { error: 'error', warning: 'warning', note: 'notice' } as const;
  return findings
    .map(({ severity, at, rule, place, what, because, cure }) => {
      const where = at === null ? '' : `file=${property(at.file)},line=${at.line},col=${at.column},`;
      return `::${level[severity]} ${where}title=${property(rule)}::${data(`${place}: ${what}, because ${because}. ${cure}`)}`;
    })
    .join('\n');
}

/** SARIF 2.1.0 for code scanning: https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html */
export function doctorSarif(
  findings: readonly DoctorFinding[],
  playbook: string,
  version: string,
): Readonly<Record<string, unknown>> {
  const rules = [...new Set(findings.map(({ rule }) => rule))].sort();
  return {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: 'lastgood doctor',
            version,
            rules: rules.map((id) => ({
              id,
              shortDescription: { text: findings.find(({ rule }) => rule === id)?.what ?? id },
            })),
          },
        },
        results: findings.map(({ rule, severity, place, at, what, because, cure }) => ({
          ruleId: rule,
          ruleIndex: rules.indexOf(rule),
          level: severity,
          message: { text: oneLine(`${place}: ${what}, because ${because}. ${cure}`, 2000) },
          // Code scanning drops a result without a file; what is no line of the playbook is shown at its top.
          locations: [
            {
              physicalLocation: {
                artifactLocation: { uri: at?.file ?? playbook },
                region: { startLine: at?.line ?? 1, startColumn: at?.column ?? 1 },
              },
            },
          ],
        })),
      },
    ],
  };
}

function data(text: string): string {
  return logLine(text).replaceAll('%', '%25');
}

function property(text: string): string {
  return oneLine(text, 300).replaceAll('%', '%25').replaceAll(':', '%3A').replaceAll(',', '%2C');
}
