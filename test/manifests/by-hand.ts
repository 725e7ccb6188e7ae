/**
 * Writes values as many different hands would: styles, quotes, comments, blank lines, anchors, line breaks. A document that is
 * a string is text already.
 */

export type Value = string | number | boolean | null | readonly Value[] | { readonly [key: string]: Value };

export interface Hand {
  /** 0 <= n < 1. */
  readonly next: () => number;
}

interface Line {
  readonly indent: number;
  readonly text: string;
}

const WORDS: readonly [string, ...string[]] = [
  '# keep',
  '# why: see the runbook',
  "# it's 5 o'clock",
  '# {not: yaml} [really]',
  '#no space',
  '# é ✓',
];

export function byHand(documents: readonly Value[], hand: Hand): string {
  const pick = <T>(options: readonly [T, ...T[]]): T => options[Math.floor(hand.next() * options.length)] ?? options[0];
  const step = pick([2, 2, 4, 3]);
  const tight = hand.next() < 0.3;
  const flatLists = hand.next() < 0.4;
  let anchors = 0;

  const scalar = (value: string | number | boolean | null): string => {
    if (typeof value !== 'string') return value === null ? pick(['null', '~']) : String(value);
    if (value.includes('\n')) return JSON.stringify(value);
    const plain = /^[A-Za-z][\w/-]*$/.test(value) && !/^(y|yes|n|no|on|off|true|false|null)$/i.test(value);
    return pick([
      ...(plain ? ([value, value] as const) : ([JSON.stringify(value)] as const)),
      JSON.stringify(value),
      `'${value}'`,
    ]);
  };
  const anchor = (): string => (hand.next() < 0.04 ? `&unused${(anchors += 1)} ` : '');
  const key = (name: string): string =>
    /^[A-Za-z_][\w-]*$/.test(name) && !/^(on|off|y|n|yes|no)$/i.test(name) ? name : JSON.stringify(name);
  const comment = (): string => (hand.next() < 0.15 ? `${pick([' ', '  ', '     '])}${pick(WORDS)}` : '');

  const flow = (value: Value): string => {
    if (value === null || typeof value !== 'object') return scalar(value);
    const pad = tight ? '' : ' ';
    const join = tight ? ', ' : ',  ';
    if (isList(value)) return `[${value.map(flow).join(join)}]`;
    const entries = Object.entries(value).map(([name, inner]) => `${key(name)}: ${flow(inner)}`);
    return entries.length === 0 ? '{}' : `{${pad}${entries.join(join)}${pad}}`;
  };

  const noise = (indent: number): readonly Line[] => [
    ...(hand.next() < 0.06 ? [{ indent: 0, text: '' }] : []),
    ...(hand.next() < 0.08 ? [{ indent: pick([0, indent]), text: pick(WORDS) }] : []),
  ];

  const block = (value: Value, indent: number): readonly Line[] => {
    if (isList(value)) {
      return value.flatMap((item) => {
        const [first, ...rest] =
          isBranch(item) && hand.next() < 0.75 ? block(item, indent + 2) : [leafLine(item, indent + 2)];
        return first === undefined ? [] : [...noise(indent), { indent, text: `- ${first.text}` }, ...rest];
      });
    }
    if (value === null || typeof value !== 'object') return [leafLine(value, indent)];
    return Object.entries(value).flatMap(([name, inner], i) => {
      const before = i === 0 ? [] : noise(indent);
      if (typeof inner === 'string' && inner.includes('\n'))
        return [...before, { indent, text: `${key(name)}: |${comment()}` }, ...literal(inner, indent + step)];
      if (!isBranch(inner) || hand.next() < 0.2)
        return [
          ...before,
          { indent, text: `${key(name)}:${pick([' ', ' ', '   '])}${anchor()}${flow(inner)}${comment()}` },
        ];
      const deeper = isList(inner) && flatLists ? indent : indent + step;
      return [...before, { indent, text: `${key(name)}:${comment()}` }, ...block(inner, deeper)];
    });
  };
  const leafLine = (value: Value, indent: number): Line => ({ indent, text: flow(value) + comment() });
  const literal = (value: string, indent: number): readonly Line[] =>
    value.split('\n').map((text) => ({ indent: text === '' ? 0 : indent, text }));

  const printed = (document: Value): string =>
    block(document, 0)
      .map(({ indent, text }) => (text === '' ? '' : ' '.repeat(indent) + text))
      .join('\n');

  const texts = documents.map((document) => (typeof document === 'string' ? document : printed(document)));
  const head = pick(['', '', '# generated? no, by hand\n', '---\n']);
  const tail = pick(['\n', '\n', '\n\n', '', '\n# the end\n']);
  const text = head + texts.join(pick(['\n---\n', '\n--- # next\n', '\n\n---\n'])) + tail;
  return (hand.next() < 0.05 ? '\uFEFF' : '') + (hand.next() < 0.2 ? text.replaceAll('\n', '\r\n') : text);
}

function isList(value: Value): value is readonly Value[] {
  return Array.isArray(value);
}

function isBranch(value: Value): value is readonly Value[] | { readonly [key: string]: Value } {
  return value !== null && typeof value === 'object' && Object.keys(value).length > 0;
}
