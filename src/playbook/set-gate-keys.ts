/** Sets plain numbers in the gate of one environment, in the text of the playbook: every other byte stays. */
import { isMap, isScalar, parseDocument, type Pair, type YAMLMap } from 'yaml';
import { RollbackError } from '../errors.ts';

/** Throws input-invalid where the gate is not written there as a map of its own, such as behind an alias. */
export function setGateKeys(
  text: string,
  target: { readonly service: string; readonly environment: string },
  values: Readonly<Record<string, number>>,
): string {
  const path = ['services', target.service, 'environments', target.environment, 'gate'];
  const gate = parseDocument(text, { keepSourceTokens: true }).getIn(path, true);
  if (!isMap(gate) || gate.items.length === 0) throw refusal(path);
  const edits = Object.entries(values).map(([key, value]) => editOf(text, gate, path, key, value));
  // From the end, so that earlier places keep their offset; keys of the same place in the order of `values`.
  return edits
    .reverse()
    .sort((a, b) => b.from - a.from)
    .reduce((done, { from, to, put }) => `${done.slice(0, from)}${put}${done.slice(to)}`, text);
}

interface Edit {
  readonly from: number;
  readonly to: number;
  readonly put: string;
}

function editOf(text: string, gate: YAMLMap, path: readonly string[], key: string, value: number): Edit {
  const present = gate.items.find((pair) => isScalar(pair.key) && pair.key.value === key);
  if (present !== undefined) {
    const range = isScalar(present.value) ? present.value.range : null;
    if (!range) throw refusal([...path, key]);
    return { from: range[0], to: range[1], put: String(value) };
  }
  const first = startOf(gate.items[0]);
  if (first === null) throw refusal(path);
  const lineStart = text.lastIndexOf('\n', first - 1) + 1;
  const indent = text.slice(lineStart, first);
  if (gate.flow === true) return { from: first, to: first, put: `${key}: ${value}, ` };
  if (indent.trim() !== '') throw refusal(path);
  return { from: first, to: first, put: `${key}: ${value}\n${indent}` };
}

function startOf(pair: Pair | undefined): number | null {
  return pair !== undefined && isScalar(pair.key) && pair.key.range ? pair.key.range[0] : null;
}

function refusal(path: readonly string[]): RollbackError {
  return new RollbackError('input-invalid', `'${path.join('.')}' is not written as a map of its own`, {
    hint: 'Write the two keys by hand.',
  });
}
