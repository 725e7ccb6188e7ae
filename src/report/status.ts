/** The answer to `/rollback status`. */
import { inline, link } from './escape.ts';
import type { Memory } from './memory.ts';
import { instant, short } from './numbers.ts';

export interface StatusRow {
  readonly number: number;
  readonly url: string;
  readonly state: 'open' | 'merged' | 'closed';
  readonly memory: Memory | null;
}

export function statusComment(rows: readonly StatusRow[]): string {
  const lines = rows.flatMap(({ number, url, state, memory }) => {
    if (!memory) return [];
    const { incident, good } = memory;
    const where = `${inline(incident.key.service)} in ${inline(incident.key.environment)}`;
    const waits =
      state === 'merged'
        ? 'merged, recovery not proven yet'
        : memory.mode === 'human'
          ? 'open, waits for a person'
          : 'open, waits for its checks';
    return [
      `- ${where}: ${short(incident.bad)} back to ${short(good.sha)}, ${waits} - ${link(`pull request ${number}`, url)}, since ${instant(incident.openedAt)}`,
    ];
  });
  return lines.length === 0 ? 'No rollback is under way.\n' : `${lines.join('\n')}\n`;
}
