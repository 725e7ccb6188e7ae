/** A line that begins with `/` at the left edge, and whether it is surely plain text. */
export interface SlashLine {
  readonly text: string;
  /**
   * `unsure`: it may be inside something that began above it (a quote without an empty line after it, HTML, a link, a list
   * with code). Nothing is ever run from such a line, but its author deserves an answer.
   */
  readonly certainty: 'plain' | 'unsure';
}

type Block =
  | { readonly kind: 'text' }
  | { readonly kind: 'fence'; readonly mark: '`' | '~'; readonly length: number }
  /** Ends after the line that holds one of `until`. */
  | { readonly kind: 'html'; readonly until: readonly string[] };

interface Reader {
  block: Block;
  /** Whether the current paragraph began something that its later lines may belong to. */
  paragraph: 'empty' | 'unsure';
  inList: boolean;
  /** Something may still be open that an empty line does not close. */
  lost: boolean;
}

const OPEN_UNTIL_TAG = ['</script>', '</pre>', '</style>', '</textarea>'] as const;

/**
 * The lines of a Markdown comment that could be commands, in order. Lines of fenced and indented code, block quotes, list
 * items, HTML blocks and HTML comments are left out. Follows CommonMark's blocks where they decide about a line at the left
 * edge, and errs towards `unsure`. Linear in the length of the text.
 */
export function slashLines(body: string): readonly SlashLine[] {
  const found: SlashLine[] = [];
  const reader: Reader = { block: { kind: 'text' }, paragraph: 'empty', inList: false, lost: false };
  for (const line of body.split(/\r\n|\n|\r/)) {
    const certainty = readLine(reader, line);
    if (certainty !== null) found.push({ text: line, certainty });
  }
  return found;
}

function readLine(reader: Reader, line: string): SlashLine['certainty'] | null {
  switch (reader.block.kind) {
    case 'fence':
      if (closesFence(line, reader.block)) reader.block = { kind: 'text' };
      return null;
    case 'html':
      if (holdsOne(line, reader.block.until)) reader.block = { kind: 'text' };
      return null;
    case 'text':
      return readText(reader, line);
  }
}

function readText(reader: Reader, line: string): SlashLine['certainty'] | null {
  const margin = /^[ \t]*/.exec(line)?.[0] ?? '';
  const trimmed = line.slice(margin.length);
  if (trimmed === '') {
    reader.paragraph = 'empty';
    return null;
  }
  const indent = margin.includes('\t') ? 4 : margin.length;
  const content = trimmed.replace(listMarkers, '');
  if (content !== trimmed) reader.inList = true;
  else if (indent === 0) reader.inList = false;
  const opened = openedBy(content, indent, reader.inList);
  switch (opened.kind) {
    case 'block':
      reader.block = opened.block;
      reader.paragraph = 'empty';
      return null;
    case 'closed':
      reader.paragraph = 'empty';
      return null;
    case 'unknown':
      reader.lost = true;
      return null;
    case 'nothing':
      break;
  }
  const certainty = reader.lost || reader.paragraph === 'unsure' ? 'unsure' : 'plain';
  if (line.startsWith('/')) return certainty;
  if (content.startsWith('>') || /[`<[|~$]/.test(line)) reader.paragraph = 'unsure';
  return null;
}

const listMarkers = /^(?:(?:[-+*]|[0-9]{1,9}[.)])(?:[ \t]+|$))+/;

type Opened =
  | { readonly kind: 'nothing' }
  | { readonly kind: 'block'; readonly block: Block }
  /** A block that ends on its own line. */
  | { readonly kind: 'closed' }
  /** Code in a list may or may not end with the list, and an HTML element may go on beyond an empty line. */
  | { readonly kind: 'unknown' };

function openedBy(content: string, indent: number, inList: boolean): Opened {
  if (inList) return /```|~~~/.test(content) || isTag(content) ? { kind: 'unknown' } : { kind: 'nothing' };
  if (indent > 3) return { kind: 'nothing' };
  const block = blockOpenedBy(content);
  if (block === null) return isTag(content) ? { kind: 'unknown' } : { kind: 'nothing' };
  const closed = block.kind === 'html' && holdsOne(content.slice(2), block.until);
  return closed ? { kind: 'closed' } : { kind: 'block', block };
}

/** `<div`, `</div`, `<!--`, but no `<https://...>`. */
function isTag(content: string): boolean {
  return /^<[/!?a-z]/i.test(content) && !/^<[a-z][a-z0-9+.-]*:/i.test(content);
}

/** A block that swallows lines up to its own end. */
function blockOpenedBy(content: string): Block | null {
  const marks = /^(?:`{3,}(?=[^`]*$)|~{3,})/.exec(content)?.[0];
  if (marks !== undefined) return { kind: 'fence', mark: marks.startsWith('~') ? '~' : '`', length: marks.length };
  const until = htmlEnd(content);
  return until === null ? null : { kind: 'html', until };
}

function closesFence(line: string, fence: { readonly mark: '`' | '~'; readonly length: number }): boolean {
  const match = /^ {0,3}(`{3,}|~{3,})[ \t]*$/.exec(line)?.[1];
  return match !== undefined && match.startsWith(fence.mark) && match.length >= fence.length;
}

/** The HTML blocks that an empty line does not end. */
function htmlEnd(content: string): readonly string[] | null {
  if (content.startsWith('<!--')) return ['-->'];
  if (content.startsWith('<?')) return ['?>'];
  if (content.startsWith('<![CDATA[')) return [']]>'];
  if (/^<![a-z]/i.test(content)) return ['>'];
  return /^<(?:script|pre|style|textarea)(?:[\s>]|$)/i.test(content) ? OPEN_UNTIL_TAG : null;
}

function holdsOne(line: string, marks: readonly string[]): boolean {
  const text = line.toLowerCase();
  return marks.some((mark) => text.includes(mark));
}
