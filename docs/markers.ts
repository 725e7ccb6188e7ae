/** The text with new content between `<!-- name:begin -->` and `<!-- name:end -->`. Throws where a page has no such place. */
export function between(page: { readonly path: string; readonly text: string }, name: string, content: string): string {
  const { path, text } = page;
  const [begin, end] = [`<!-- ${name}:begin -->`, `<!-- ${name}:end -->`];
  const [from, to] = [text.indexOf(begin), text.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`${path} needs ${begin} before ${end}`);
  return `${text.slice(0, from + begin.length)}\n\n${content}\n\n${text.slice(to)}`;
}
