/**
 * The ledger file: JSON Lines, only ever appended to. Each line carries the hash of the one before, so whoever knows the last
 * hash can prove that nothing above it was changed, removed or moved.
 */
import { RollbackError } from '../errors.ts';
import { canonicalJson } from './canonical.ts';
import type { Sha256 } from './canonical.ts';
import type { Entry, Line } from './entry.ts';
import { entrySchema, lineSchema } from './line.ts';

/** The line before the first one of a file: of an archived part, or nothing at all. */
export interface Head {
  readonly seq: number;
  readonly hash: string;
}

export const START: Head = { seq: 0, hash: '0'.repeat(64) };

/** The lines in order. Reads structure only; `verify` proves the chain. Throws ledger-broken with the line number. */
export function parse(text: string): readonly Line[] {
  return rowsOf(text).map((row, at) => {
    const read = readRow(row);
    if (typeof read === 'string') throw broken(at + 1, read);
    return read;
  });
}

/** The lines for whoever can go on without them: none, and what is wrong, where somebody broke the file. */
export function readOrNone(text: string): { readonly lines: readonly Line[]; readonly fault: string | null } {
  try {
    return { lines: parse(text), fault: null };
  } catch (error) {
    if (error instanceof RollbackError && error.code === 'ledger-broken') return { lines: [], fault: error.message };
    throw error;
  }
}

export type Verified =
  | { readonly ok: true; readonly lines: number; readonly head: Head }
  /** `line`: the first line, from 1, at which the file is not what was written; `because`: in what way. */
  | { readonly ok: false; readonly line: number; readonly because: string };

export interface VerifyOptions {
  /** Where an earlier, archived part ended. */
  readonly after?: Head;
  /** The head somebody noted earlier: only with it can lines cut off at the end be noticed. */
  readonly head?: Head;
}

/** Proves every line, from the first. */
export function verify(text: string, sha256: Sha256, options: VerifyOptions = {}): Verified {
  const { after = START, head: expected } = options;
  let last = after;
  let seen =
    expected === undefined || expected.seq === after.seq
      ? expected?.hash === after.hash || expected === undefined
      : false;
  const rows = rowsOf(text);
  for (const [at, row] of rows.entries()) {
    const read = readRow(row);
    const because = typeof read === 'string' ? read : faultOf(row, read, last, sha256);
    if (because !== null || typeof read === 'string') return { ok: false, line: at + 1, because: because ?? '' };
    last = { seq: read.seq, hash: read.hash };
    if (expected?.seq === last.seq) {
      if (expected.hash !== last.hash)
        return { ok: false, line: at + 1, because: `its hash is not the noted ${expected.hash}` };
      seen = true;
    }
  }
  if (!seen && expected) {
    return {
      ok: false,
      line: rows.length + 1,
      because: `the file ends at seq ${last.seq}, the noted head is seq ${expected.seq}: lines are missing`,
    };
  }
  return { ok: true, lines: rows.length, head: last };
}

export interface Appended {
  readonly text: string;
  /** The new lines; an entry whose id already stands in the ledger is not among them. */
  readonly added: readonly Line[];
}

/** Adds what is new behind what is there. Throws ledger-broken rather than continue a chain that does not hold. */
export function append(
  text: string,
  entries: readonly Entry[],
  sha256: Sha256,
  options: { readonly after?: Head } = {},
): Appended {
  const checked = verify(text, sha256, options);
  if (!checked.ok) throw broken(checked.line, checked.because);
  const ids = new Set(parse(text).map(({ id }) => id));
  const added: Line[] = [];
  let { head } = checked;
  for (const entry of entries) {
    if (ids.has(entry.id)) continue;
    ids.add(entry.id);
    const line = link(entry, head, sha256);
    added.push(line);
    head = { seq: line.seq, hash: line.hash };
  }
  if (added.length === 0) return { text, added };
  const start = text === '' || text.endsWith('\n') ? text : `${text}\n`;
  return { text: start + added.map((line) => `${canonicalJson(line)}\n`).join(''), added };
}

/** The entry as the next line. Throws `internal` for an entry that `parse` would refuse. */
function link(entry: Entry, head: Head, sha256: Sha256): Line {
  const fit = entrySchema.safeParse(entry);
  if (!fit.success) throw new RollbackError('internal', `cannot record ${entry.id}: ${issueOf(fit.error)}`);
  const line = { ...fit.data, seq: head.seq + 1, prev: head.hash };
  return { ...line, hash: sha256(canonicalJson(line)) };
}

/** A missing last line break is no fault: an editor or a transport may have dropped it. An empty line inside is. */
function rowsOf(text: string): readonly string[] {
  const rows = text.split('\n');
  if (rows.at(-1) === '') rows.pop();
  return rows;
}

/** The line, or what is wrong with it. */
function readRow(row: string): Line | string {
  let json: unknown;
  try {
    json = JSON.parse(row);
  } catch {
    return row.trim() === '' ? 'it is empty' : 'it is not JSON';
  }
  const read = lineSchema.safeParse(json);
  return read.success ? read.data : `it is no ledger line: ${issueOf(read.error)}`;
}

/** Null when the line stands exactly as it was written, at its place. */
function faultOf(row: string, line: Line, last: Head, sha256: Sha256): string | null {
  const { hash, ...rest } = line;
  if (canonicalJson(line) !== row) return 'it is not written as lastgood writes it: a character was added or changed';
  if (sha256(canonicalJson(rest)) !== hash)
    return `its content does not give its hash ${hash.slice(0, 12)}: it was changed`;
  if (line.seq !== last.seq + 1) return placeFault(line.seq, last.seq + 1);
  if (line.prev !== last.hash)
    return `it does not continue seq ${last.seq} (${last.hash.slice(0, 12)}): a line before it was replaced`;
  return null;
}

function placeFault(found: number, wanted: number): string {
  return found > wanted
    ? `it is seq ${found} where ${wanted} belongs: lines were removed or moved`
    : `it is seq ${found} where ${wanted} belongs: a line was moved or repeated`;
}

function issueOf(error: {
  readonly issues: readonly { readonly path: readonly PropertyKey[]; readonly message: string }[];
}): string {
  const [issue] = error.issues;
  return issue ? `${issue.path.map(String).join('.') || 'value'}: ${issue.message}` : 'unreadable';
}

function broken(line: number, because: string): RollbackError {
  return new RollbackError('ledger-broken', `ledger line ${line}: ${because}`);
}
