/** The answer to `/rollback status`. */
import type { Standing } from '../ledger/standing.ts';
import { inline, link } from './escape.ts';
import type { Memory } from './memory.ts';
import { instant, short } from './numbers.ts';
import { standingLines } from './orders.ts';

export interface StatusRow {
  readonly number: number;
  readonly url: string;
  readonly state: 'open' | 'merged' | 'closed';
  readonly memory: Memory | null;
}

/** Rollbacks under way, then what people have stopped. */
export function statusComment(rows: readonly StatusRow[], { holds, freezes }: Standing = NOTHING): string {
  const stopped = [...standingLines('hold', holds), ...standingLines('freeze', freezes)];
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
  const under = lines.length === 0 ? 'No rollback is under way.' : lines.join('\n');
  return `${[under, ...(stopped.length === 0 ? [] : [stopped.join('\n')])].join('\n\n')}\n`;
}

const NOTHING: Standing = { holds: [], freezes: [] };
