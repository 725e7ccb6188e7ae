/**
 * A value inside Markdown that people do not see and that we read back: `<!-- lastgood:v1:<kind> {...} -->`.
 * One line, ASCII only, without anything that ends an HTML comment or refers to people or issues, so it survives editing in a browser (CRLF).
 * Who wrote the text around it is for the caller to check: a marker proves nothing by itself.
 */

const KIND = /^[a-z][a-z-]{0,30}$/;

/** `value` must be JSON data. Deterministic: keys stay in the order given. */
export function printMarker(kind: string, value: unknown): string {
  if (!KIND.test(kind)) throw new TypeError(`marker kind '${kind}' must be lower-case letters and dashes`);
  const json = JSON.stringify(value)
    .replace(/[^\x20-\x7e]|[<>&@#`]/g, (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`)
    .replace(/--/g, '-\\u002d')
    .replace(/\/\//g, '\\/\\/');
  return `<!-- lastgood:v1:${kind} ${json} -->`;
}

/** The JSON value of the one marker of this kind; null when there is none, more than one, or when it cannot be read. Never throws. */
export function parseMarker(kind: string, text: string): unknown {
  if (!KIND.test(kind)) return null;
  const [only, second] = text.split(/[\r\n]/).flatMap((line) => markersIn(line, `lastgood:v1:${kind}`));
  // Two markers contradict each other or one was pasted: neither is believed.
  if (only === undefined || second !== undefined) return null;
  try {
    return JSON.parse(only) as unknown;
  } catch {
    return null;
  }
}

/** What stands in the comments of this name on one line. By search and not by pattern: whoever can comment chooses the line. */
function markersIn(line: string, name: string): readonly string[] {
  const found: string[] = [];
  for (let at = line.indexOf('<!--'); at >= 0; at = line.indexOf('<!--', at)) {
    at += '<!--'.length;
    while (isBlank(line, at)) at += 1;
    if (!line.startsWith(name, at) || !isBlank(line, at + name.length)) continue;
    const end = line.indexOf('-->', at);
    if (end < 0) return found;
    found.push(line.slice(at + name.length, end).trim());
    at = end;
  }
  return found;
}

function isBlank(line: string, at: number): boolean {
  return line[at] === ' ' || line[at] === '\t';
}
