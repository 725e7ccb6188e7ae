/** The summary of a lint: every fault on its own line. */
import { code, inline } from './escape.ts';

/** `faults` and `warnings` are whole sentences with file, line and cure. */
export function lintSummary(file: string, faults: readonly string[], warnings: readonly string[]): string {
  const head =
    faults.length === 0
      ? `## ${code(file)} has no faults`
      : `## ${code(file)}: ${faults.length} ${faults.length === 1 ? 'fault' : 'faults'}`;
  const lines = [
    ...faults.map((fault) => `- ${inline(fault)}`),
    ...warnings.map((warning) => `- Warning: ${inline(warning)}`),
  ];
  return `${[head, ...(lines.length === 0 ? [] : [lines.join('\n')])].join('\n\n')}\n`;
}
