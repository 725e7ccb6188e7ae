import { createMemo } from './memo.ts';
import { parsePlaybook, type ParsedPlaybook } from '../playbook/parse.ts';

/**
 * The playbook of this text, read once: a look at a repository of 2,000 services would otherwise spend seconds on a file that has not
 * changed. Only the newest texts are remembered; the answer is that of `parsePlaybook`, and nobody may change it.
 */
export function policyOf({ path, text }: { readonly path: string; readonly text: string }): ParsedPlaybook {
  const key = `${path}\n${text}`;
  const known = remembered.get(key) ?? parsePlaybook(text, path);
  remembered.set(key, known);
  return known;
}

/** A few repositories, each with a change or two in flight. */
const remembered = createMemo<ParsedPlaybook>(8);
