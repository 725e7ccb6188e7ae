/**
 * Text from outside (comments, alerts, branch names, queries) into our sentences, as text and nothing else:
 * no mention, no link, no closing keyword, no HTML, no table break, no workflow command.
 * Every other file of this folder passes foreign text through one of these functions.
 */

/** Invisible after rendering; breaks `@name`, `#12` and URLs before GitHub gives them a meaning. */
const ZERO_WIDTH_SPACE = '\u200b';

/** Control characters, and the marks that reorder or hide text (bidirectional, zero-width, tags). */

const INVISIBLE =
  /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]|[\u{e0000}-\u{e007f}]/gu;

/** One line, without anything invisible, at most `max` code points (the last one is then an ellipsis). */
export function oneLine(text: string, max = 500): string {
  const line = text
    .slice(0, max * 4)
    .replace(/\s+/g, ' ')
    .replace(INVISIBLE, '')
    .toWellFormed()
    .trim();
  const points = Array.from(line);
  return points.length <= max ? line : `${points.slice(0, max - 1).join('')}…`;
}

/** Takes the meaning from `@name`, `#12`, `GH-12` and URLs; these also count in commit messages and titles, where Markdown does not. */
function inert(line: string): string {
  return line
    .replace(/[@#]/g, (sign) => `${sign}${ZERO_WIDTH_SPACE}`)
    .replace(/\bgh(?=-\d)/gi, `$&${ZERO_WIDTH_SPACE}`)
    .replace(/:\/\//g, `:${ZERO_WIDTH_SPACE}//`)
    .replace(/\bwww(?=\.)/gi, `$&${ZERO_WIDTH_SPACE}`);
}

/** For commit messages, pull request titles and check titles: one line of plain text that refers to nothing. */
export function plain(text: string, max = 500): string {
  return inert(oneLine(text, max));
}

/** For running Markdown and for table cells alike. */
export function inline(text: string, max = 500): string {
  const escaped = oneLine(text, max)
    .replace(/[\\`*_[\]|~$]/g, '\\$&')
    // At the start of a line these would begin a list, a heading or a rule.
    .replace(/^(\d*)([-+=.)])/, '$1\\$2')
    .replace(/&/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/>/g, '&gt;');
  return inert(escaped);
}

/** Inline code, in running Markdown and in table cells. */
export function code(text: string, max = 500): string {
  const line = oneLine(text, max);
  if (line === '') return '(empty)';
  // A pipe ends a table cell even inside backticks, so such text takes the HTML form.
  return /[`|\\]/.test(line) ? `<code>${inline(line, max)}</code>` : `\`${line}\``;
}

/** A fenced block that its own content cannot close. */
export function block(text: string, language = '', max = 20_000): string {
  const kept = text.length > max ? `${text.slice(0, max)}\n… (shortened)` : text;
  const clean = kept
    .replace(/\r\n?/g, '\n')
    .split('\n')
    .map((line) => line.replace(INVISIBLE, (mark) => (mark === '\t' ? mark : '')))
    .join('\n');
  const longest = Math.max(0, ...Array.from(clean.matchAll(/`+/g), (run) => run[0].length));
  const fence = '`'.repeat(Math.max(3, longest + 1));
  return `${fence}${language}\n${clean}\n${fence}`;
}

/** A quotation, for words of people: each line stays inside the quote. */
export function quote(text: string, max = 2_000): string {
  const lines = text.slice(0, max).split(/\r\n?|\n/);
  return lines.map((line) => `> ${inline(line, max)}`.trimEnd()).join('\n');
}

/** For mermaid labels: letters, digits and harmless signs only, since mermaid has no escape for its quotes. */
export function label(text: string, max = 60): string {
  return oneLine(text.replace(/[^\p{L}\p{N} .,%/:()_+-]/gu, ' '), max);
}

/** One line of a job log, where a leading `::` or a `##[` anywhere would be a command to the runner. */
export function logLine(text: string, max = 2_000): string {
  return oneLine(text, max).replace(/##\[/g, '## [').replace(/^::/, ': :');
}

/** A link whose address is ours; anything that is not plain https or http stays text. */
export function link(text: string, url: string | null): string {
  if (url === null || !/^https?:\/\/[^\s<>()[\]"'`\\|]+$/.test(url)) return inline(text);
  return `[${inline(text)}](${url})`;
}

/** A real mention, for people the playbook names; anything that is no login or team stays text. */
export function mention(name: string): string {
  const bare = name.replace(/^@/, '');
  return /^[A-Za-z0-9-]{1,39}(\/[A-Za-z0-9._-]{1,100})?$/.test(bare) ? `@${bare}` : inline(name);
}

/** Markdown of ours as it is read on a terminal: bold, escapes and entities taken back; tables and code stay. */
export function unmarked(markdown: string): string {
  return markdown
    .replaceAll(ZERO_WIDTH_SPACE, '')
    .replace(/<br>/g, '\n')
    .replace(/<\/?(?:sub|code)>|\*\*/g, '')
    .replace(/\\([!-/:-@[-`{-~])/g, '$1')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&');
}
