import { shown } from './refusal.ts';
import type { Refusal } from './refusal.ts';

/** What people name a revision by. A short number of 7 digits or more may be a tag too: whoever looks it up tries both. */
export type RevisionKind = 'sha' | 'time' | 'name';

type ReadRevision =
  | { readonly ok: true; readonly text: string; readonly kind: RevisionKind }
  | { readonly ok: false; readonly refusal: Refusal };

/** The word after `to`: a sha (lower-cased), a time (as ISO 8601 in UTC), or else a tag or version as it stands. */
export function readRevision(word: string | undefined): ReadRevision {
  if (word === undefined) return refuse("nothing stands after 'to'", 'Name a commit, a tag, a version or a time.');
  if (/^[0-9a-f]{7,40}$/i.test(word)) return { ok: true, text: word.toLowerCase(), kind: 'sha' };
  if (/^[0-9]{4}-[0-9]{2}-[0-9]{2}t/i.test(word)) return readTime(word);
  if (isRefName(word)) return { ok: true, text: word, kind: 'name' };
  return refuse(`${shown(word)} cannot be a commit, tag, version or time`, 'Copy it without quotes or code marks.');
}

/** The kind of a revision that `readRevision` accepted. */
export function revisionKind(text: string): RevisionKind {
  const read = readRevision(text);
  return read.ok ? read.kind : 'name';
}

function readTime(word: string): ReadRevision {
  const match =
    /^([0-9]{4}-[0-9]{2}-[0-9]{2})T([0-9]{2}:[0-9]{2})(:[0-9]{2}(?:\.[0-9]{1,3})?)?(Z|[+-][0-9]{2}:?[0-9]{2})?$/i.exec(
      word,
    );
  if (match !== null && match[4] === undefined) {
    return refuse(
      `${shown(word)} does not say its time zone`,
      'End it with Z for UTC, or with an offset such as +02:00.',
    );
  }
  const time =
    match === null ? Number.NaN : Date.parse(word.toUpperCase().replace(/([+-][0-9]{2})([0-9]{2})$/, '$1:$2'));
  if (!Number.isNaN(time) && isDay(match?.[1] ?? ''))
    return { ok: true, text: new Date(time).toISOString(), kind: 'time' };
  return refuse(`${shown(word)} is not a time`, 'Write it like 2026-01-31T14:30Z.');
}

/** Date.parse takes February 30 for March. */
function isDay(day: string): boolean {
  const time = Date.parse(`${day}T00:00:00Z`);
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(day);
}

/** What Git accepts in a tag, and nothing that a shell, a URL or Markdown would read as more than a name. */
function isRefName(word: string): boolean {
  return /^[A-Za-z0-9][A-Za-z0-9._/+@-]{0,199}$/.test(word) && !/\.\.|\/\/|@\{|\.lock$|[./]$/.test(word);
}

function refuse(wrong: string, hint: string): ReadRevision {
  return { ok: false, refusal: { wrong, hint, wouldWork: [] } };
}
