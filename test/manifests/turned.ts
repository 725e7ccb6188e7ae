/** What the tests of every kind ask: what a carrier says, and what turning it changes in the text. */
import assert from 'node:assert/strict';
import { allOn, carriersOf } from '../../src/manifests/traffic.ts';
import type { Carrier, ManifestFile, Rewritten } from '../../src/manifests/traffic.ts';

export const file = (text: string, path = 'a.yaml'): ManifestFile => ({ path, text });

/** `web: stable 0.9, canary 0.1` for every carrier, with its owner where that is not Git. */
export function told(...files: readonly ManifestFile[]): readonly string[] {
  return carriersOf(files).map(({ name, destinations, owner }) => {
    const shares = destinations.map((one) => `${one.name} ${one.share === null ? '?' : Number(one.share.toFixed(4))}`);
    return `${name}: ${shares.join(', ')}${owner.kind === 'git' ? '' : ` (${owner.controller})`}`;
  });
}

export function carrier(files: readonly ManifestFile[], name: string): Carrier {
  const found = carriersOf(files).find((one) => one.name === name);
  assert.ok(found, `no carrier ${name} in ${JSON.stringify(carriersOf(files))}`);
  return found;
}

export function turned(files: readonly ManifestFile[], name: string, destination: string): Rewritten {
  return allOn(files, carrier(files, name), destination);
}

/** The lines that changed, as `- old` and `+ new`; every other line must be the same. */
export function diff(files: readonly ManifestFile[], name: string, destination: string): readonly string[] {
  const result = turned(files, name, destination);
  assert.ok(result.kind === 'written', JSON.stringify(result));
  return result.files.flatMap(({ path, text }) => {
    const before = files.find((one) => one.path === path)?.text.split('\n') ?? [];
    return changedLines(before, text.split('\n'));
  });
}

export function because(files: readonly ManifestFile[], name: string, destination: string): string {
  const result = turned(files, name, destination);
  return result.kind === 'refused' ? result.because : `not refused: ${result.kind}`;
}

/** A plain longest common subsequence: files of tests are short. */
function changedLines(a: readonly string[], b: readonly string[]): readonly string[] {
  const [first, ...restA] = a;
  const [second, ...restB] = b;
  if (first === undefined) return b.map((line) => `+ ${line}`);
  if (second === undefined) return a.map((line) => `- ${line}`);
  if (first === second) return changedLines(restA, restB);
  const at = b.indexOf(first);
  if (at > 0 && !a.includes(second))
    return [...b.slice(0, at).map((line) => `+ ${line}`), ...changedLines(a, b.slice(at))];
  return [`- ${first}`, ...changedLines(restA, b)];
}
