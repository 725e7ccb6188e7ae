import { parsePlaybook, type ParsedPlaybook } from '../playbook/parse.ts';

/**
 * The playbook of this text, read once: a look at a repository of 2,000 services would otherwise spend seconds on a file that has not
 * changed. Only the newest texts are remembered; the answer is that of `parsePlaybook`, and nobody may change it.
 */
export function policyOf({ path, text }: { readonly path: string; readonly text: string }): ParsedPlaybook {
  const key = `${path}\n${text}`;
  const known = remembered.get(key) ?? parsePlaybook(text, path);
  // Taken out and put back: the one that was used last goes last.
  remembered.delete(key);
  remembered.set(key, known);
  for (const oldest of remembered.keys()) if (remembered.size > MOST) remembered.delete(oldest);
  return known;
}

/** A few repositories, each with a change or two in flight. */
const MOST = 8;
const remembered = new Map<string, ParsedPlaybook>();
