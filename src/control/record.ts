import { append } from '../ledger/chain.ts';
import type { Entry } from '../ledger/entry.ts';
import { evidenceOf } from '../ledger/evidence.ts';
import { RollbackError, messageOf } from '../errors.ts';
import type { LedgerFile } from '../ports.ts';
import type { Doors } from './doors.ts';
import { createMemo, MOST_FACTS } from './memo.ts';

/** Writes what happened to the ledger, beside the critical path: a slow ledger never delays a rollback. */
export interface Recorder {
  /**
   * Facts that must stand in the ledger; those that do are skipped. Returns those that this process had not added before. A file goes into the
   * same commit as the line that names it, and is left out where that line is; without any line it is written by itself.
   */
  add(entries: readonly Entry[], files?: readonly LedgerFile[]): readonly Entry[];
  /** Resolves when everything added so far is written. Rejects with the reason when it could not be. */
  flush(): Promise<void>;
}

/** `written`: is told the lines that are new in the ledger, or that it could not take; it may not throw. */
export function createRecorder(
  doors: Pick<Doors, 'repository' | 'sha256' | 'log'>,
  written: (entries: readonly Entry[]) => void = () => undefined,
): Recorder {
  /** A fact that is forgotten and added again is skipped by the ledger itself. */
  const known = createMemo<true>(MOST_FACTS);
  let waiting: Entry[] = [];
  let beside: { readonly file: LedgerFile; readonly alone: boolean }[] = [];
  let running: Promise<void> = Promise.resolve();
  /** A write that has not begun yet takes along what is added meanwhile. */
  let scheduled = false;

  async function write(): Promise<void> {
    scheduled = false;
    const batch = waiting;
    const files = beside;
    waiting = [];
    beside = [];
    if (batch.length === 0 && files.length === 0) return;
    let added: readonly Entry[] = [];
    try {
      await doors.repository.writeLedger(
        (text) => {
          const appended = append(text, batch, doors.sha256);
          added = appended.added;
          return appended.text;
        },
        message(batch),
        () => files.flatMap(({ file, alone }) => (alone || added.some((line) => names(line, file)) ? [file] : [])),
      );
      written(added);
    } catch (error) {
      written(batch);
      // What failed for a passing reason goes along with the next write. Anything else must not hold others back: what can
      // still be observed is added again by the next look.
      if (error instanceof RollbackError && error.retryable) {
        waiting = [...batch, ...waiting];
        beside = [...files, ...beside];
      } else for (const entry of batch) known.delete(entry.id);
      throw error;
    }
  }

  return {
    add(entries, files = []) {
      const fresh = entries.filter(({ id }) => {
        const isNew = known.get(id) === undefined;
        known.set(id, true);
        return isNew;
      });
      waiting.push(...fresh);
      const alone = entries.length === 0;
      for (const file of files) if (alone || fresh.some((entry) => names(entry, file))) beside.push({ file, alone });
      if ((waiting.length === 0 && beside.length === 0) || scheduled) return fresh;
      scheduled = true;
      running = running.catch(() => undefined).then(write);
      running.catch((error: unknown) => doors.log('warn', 'ledger not written yet', { reason: messageOf(error) }));
      return fresh;
    },
    flush: () => running,
  };
}

function names(entry: Entry, { path }: LedgerFile): boolean {
  const digest = evidenceOf(entry);
  return digest !== null && path.includes(digest);
}

function message(entries: readonly Entry[]): string {
  const first = entries[0];
  if (!first) return 'Keep what was known before a rollback';
  const kinds = entries.map((entry) => entry.kind).join(', ');
  return `Record ${kinds} of ${first.service} in ${first.environment}`;
}
