/** Where pointers of registries led at a time, as far as the ledger knows. */
import type { EntryKind, Line } from './entry.ts';

/** One pointer: the registry's name in the playbook, and the pointer as the ledger spells it. */
export interface PointerName {
  readonly registry: string;
  readonly pointer: string;
}

export interface Led {
  /** The version, `on` or `off`; null: nowhere. */
  readonly to: string | null;
  /** The line that says so. */
  readonly line: Line;
}

const MOVES: ReadonlySet<EntryKind> = new Set(['pointer-moved', 'repointed']);

/**
 * The newest move up to that time (epoch ms); null: the ledger knows none. A pointer belongs to its registry, so that a line about one
 * service answers for all of them. Webhooks may come late, so the time of the move counts and not the place in the ledger.
 */
export function ledAt(lines: readonly Line[], name: PointerName, time: number): Led | null {
  let newest: Line | null = null;
  for (const line of lines) {
    if (!MOVES.has(line.kind) || !isAbout(line, name) || Date.parse(line.at) > time) continue;
    if (newest === null || Date.parse(line.at) >= Date.parse(newest.at)) newest = line;
  }
  return newest && { to: versionIn(newest.details['to']), line: newest };
}

export function isAbout({ details }: Line, { registry, pointer }: PointerName): boolean {
  return details['registry'] === registry && details['pointer'] === pointer;
}

/** A version as it stands in the details of a line. */
export function versionIn(value: string | number | boolean | null | undefined): string | null {
  return typeof value === 'string' ? value : null;
}
