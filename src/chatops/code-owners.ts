/**
 * Who owns which files, as GitHub's CODEOWNERS says it: the last line that fits a path counts, and one without owners frees it. No
 * regular expressions are made from the file, so that no pattern in it can take long.
 */
export type OwnersOf = (path: string) => readonly string[];

/** Where GitHub looks, the first one that is there. */
export const CODE_OWNERS = ['.github/CODEOWNERS', 'CODEOWNERS', 'docs/CODEOWNERS'] as const;

/** Owners as written: `@login`, `@org/team` or an address. GitHub reads no file above 3 MB, and skips lines that it cannot. */
export function codeOwners(text: string): OwnersOf {
  const rules = (text.length > 3_000_000 ? '' : text).split('\n').flatMap(readLine).toReversed();
  return (path) => rules.find(({ fits }) => fits(path.split('/')))?.owners ?? [];
}

interface Rule {
  readonly fits: (path: readonly string[]) => boolean;
  readonly owners: readonly string[];
}

function readLine(line: string): readonly Rule[] {
  const [pattern, ...owners] = wordsOf(line);
  // GitHub knows neither negation nor sets of characters here.
  if (pattern === undefined || pattern.startsWith('!') || /[[\]]/.test(pattern)) return [];
  const names = pattern.split('/').filter((name) => name !== '');
  const isFolder = pattern.endsWith('/');
  const isAnchored = pattern.slice(0, -1).includes('/');
  const from = isAnchored ? names : [EVERY, ...names];
  const below = [...from, '*', EVERY];
  // `docs/*` means the files in that folder, and none deeper.
  const isShallow = names.at(-1) === '*' && names.length > 1;
  const fits = (path: readonly string[]): boolean =>
    (!isFolder && fitsNames(from, path)) || (!isShallow && fitsNames(below, path));
  return names.length === 0 ? [] : [{ fits, owners }];
}

/** Words up to a comment; `\ ` is a space inside a word. */
function wordsOf(line: string): readonly string[] {
  const words = line.trim().match(/(?:\\.|[^\s\\])+/g) ?? [];
  const end = words.findIndex((word) => word.startsWith('#'));
  return (end === -1 ? words : words.slice(0, end)).map((word) => word.replace(/\\(.)/g, '$1'));
}

const EVERY = '**';

function fitsNames(pattern: readonly string[], path: readonly string[]): boolean {
  return fitsWild(pattern, path, EVERY, (wanted, name) =>
    fitsWild(wanted.split(''), name.split(''), '*', fitsCharacter),
  );
}

function fitsCharacter(wanted: string, character: string): boolean {
  return wanted === '?' || wanted === character;
}

/** Whether the items fit, where `star` stands for any number of them. Goes back only to the newest star: never more than quadratic. */
function fitsWild(
  pattern: readonly string[],
  items: readonly string[],
  star: string,
  fits: (wanted: string, item: string) => boolean,
): boolean {
  let [at, next] = [0, 0];
  let back: { readonly at: number; readonly next: number } | null = null;
  while (next < items.length) {
    const [wanted, item = ''] = [pattern[at], items[next]];
    if (wanted === star) {
      back = { at, next };
      at += 1;
    } else if (wanted !== undefined && fits(wanted, item)) {
      at += 1;
      next += 1;
    } else if (back !== null) {
      back = { at: back.at, next: back.next + 1 };
      at = back.at + 1;
      next = back.next;
    } else return false;
  }
  return pattern.slice(at).every((wanted) => wanted === star);
}
