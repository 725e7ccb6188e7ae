/** Taking back what our own first pull request did to a file, as if it had never been: then the ordinary ladder applies. */
import { climb } from './ladder.ts';
import type { FileAt, FileStates, Rung } from './ladder.ts';

/** A file before and after the pull request that only moved the traffic. */
export interface Detour {
  readonly before: FileAt | null;
  readonly after: FileAt | null;
}

/** The way back of one file from where it stands now, the detour taken back with it. */
export function climbFrom(file: FileStates, detour: Detour | null): Rung {
  if (detour === null) return climb(file);
  const undo = climb({ path: file.path, good: detour.before, bad: detour.after, now: file.now });
  if (undo.kind === 'conflict') return undo;
  const rung = climb({ ...file, now: undo.kind === 'edit' ? after(undo, file.now) : file.now });
  const last = rung.kind === 'nothing' ? undo : rung;
  return last.kind === 'edit' && isThere(last, file.now) ? { kind: 'nothing' } : last;
}

function after({ edit, text }: Extract<Rung, { kind: 'edit' }>, now: FileAt | null): FileAt | null {
  switch (edit.kind) {
    case 'delete':
      return null;
    case 'restore':
      return { blob: edit.blob, mode: edit.mode, text };
    case 'write':
      // No commit has it yet, so that it has no blob to be compared by.
      return { blob: `unwritten ${now?.blob ?? ''}`, mode: edit.mode, text };
  }
}

/** The edit would leave the file as it is. */
function isThere({ edit, text }: Extract<Rung, { kind: 'edit' }>, now: FileAt | null): boolean {
  if (edit.kind === 'delete') return now === null;
  if (now?.mode !== edit.mode) return false;
  return edit.kind === 'restore' ? edit.blob === now.blob : text === now.text;
}
