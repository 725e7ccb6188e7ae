import { distance } from '../playbook/nearest.ts';
import { HEADS, isVerb } from './commands.ts';
import type { Command, Head, Verb } from './commands.ts';
import { slashLines } from './plain-lines.ts';
import { shown } from './refusal.ts';
import type { Refusal } from './refusal.ts';

export type ParsedComment =
  { readonly kind: 'command'; readonly command: Command } | { readonly kind: 'refusal'; readonly refusal: Refusal };

/**
 * The command in a comment, why what looks like one is not run, or null when nobody spoke to us. A command stands at the left
 * edge of a line of plain text, once in a comment. Never throws; linear in the length of the body.
 */
export function parseComment(body: string): ParsedComment | null {
  const spoken = slashLines(body).flatMap((line) => {
    const read = readLine(line.text);
    return read === null ? [] : [{ ...read, certainty: line.certainty }];
  });
  const plain = spoken.filter((line) => line.certainty === 'plain');
  const first = plain[0];
  if (first !== undefined) return plain.length === 1 ? first.parsed : refuse(SEVERAL);
  return spoken.length === 0 ? null : refuse(UNSURE);
}

const SEVERAL: Refusal = {
  wrong: 'this comment has more than one command',
  hint: 'Write one command in each comment.',
  wouldWork: [],
};

const UNSURE: Refusal = {
  wrong: 'this command may belong to the quote, list, link, code or HTML above it',
  hint: 'Put it at the top of a comment of its own.',
  wouldWork: [],
};

function readLine(line: string): { readonly parsed: ParsedComment } | null {
  const words = line
    .replace(INVISIBLE, '')
    .split(/\s+/)
    .filter((word) => word !== '');
  const [head = '', ...rest] = words;
  const name = head.slice(1).toLowerCase();
  if (name === 'rollback') return { parsed: readWords(rest) };
  const known = HEADS.find((each) => each === name);
  if (known !== undefined) return { parsed: readHead(known, rest) };
  const meant = looksLikeRollback(name) ? 'rollback' : nearHead(name);
  if (meant === null) return null;
  return {
    parsed: refuse({
      wrong: `${shown(head)} is not a command`,
      hint: `Did you mean /${meant}?`,
      wouldWork: ['/rollback help'],
    }),
  };
}

/** `/gate` belongs to other tools too, unless `status` follows; everything after the others is for the playbook to tell apart. */
function readHead(head: Head, words: readonly string[]): ParsedComment {
  if (head !== 'gate') return { kind: 'command', command: { kind: head, words } };
  const [first = '', ...rest] = words;
  if (first.toLowerCase() === 'status') return { kind: 'command', command: { kind: 'gate', words: rest } };
  const got = first === '' ? 'nothing' : shown(first);
  return refuse({
    wrong: `'/gate' takes the word status, not ${got}`,
    hint: 'A gate cannot be passed by comment: hold the release, or change its limits.',
    wouldWork: ['/gate status'],
  });
}

/** One letter off a word of ours that is long enough to be nobody else's. */
function nearHead(name: string): Head | null {
  if (name.length < 6 || name.length > 20 || !/^[a-z_-]+$/.test(name)) return null;
  return HEADS.find((head) => head.length >= 6 && distance(name, head) === 1) ?? null;
}

/** Control, zero-width and direction characters: they would make a reason read differently from what it is. */
const INVISIBLE =
  /[\u0000-\u0008\u000e-\u001f\u007f-\u0084\u0086-\u009f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]/g;

/** `/rollbak`, `/roll-back`, `/rollback:` - but not `/fallback` and not `/rollback.md`, which are somebody else's. */
function looksLikeRollback(name: string): boolean {
  const word = name.slice(0, 20).replace(/[^a-z]+$/, '');
  return /^r[a-z_-]*$/.test(word) && name.length <= 20 && distance(word, 'rollback') <= 2;
}

function readWords(words: readonly string[]): ParsedComment {
  const [first = '', ...rest] = words;
  const verb = first.toLowerCase();
  return isVerb(verb) ? readVerb(verb, rest) : { kind: 'command', command: { kind: 'rollback', words } };
}

function readVerb(verb: Verb, words: readonly string[]): ParsedComment {
  switch (verb) {
    case 'plan':
    case 'cancel':
      return { kind: 'command', command: { kind: verb, words } };
    case 'status':
    case 'help':
      return { kind: 'command', command: { kind: verb } };
    case 'confirm': {
      const [hash = '', ...more] = words;
      if (/^[0-9a-f]{12}$/i.test(hash) && more.length === 0) {
        return { kind: 'command', command: { kind: 'confirm', hash: hash.toLowerCase() } };
      }
      const got = hash === '' ? 'there are none' : `not ${shown(words.join(' '))}`;
      const wrong = `after 'confirm' stand the 12 digits of a plan's hash and nothing else, ${got}`;
      return refuse({ wrong, hint: 'Ask for the plan and copy its hash.', wouldWork: ['/rollback plan'] });
    }
  }
}

function refuse(refusal: Refusal): ParsedComment {
  return { kind: 'refusal', refusal };
}
