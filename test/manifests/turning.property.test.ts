import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseAllDocuments } from 'yaml';
import { PREVIOUS } from '../../src/manifests/kinds/kserve.ts';
import { scalarsOf, type ScalarAt } from '../../src/manifests/scalars.ts';
import { allOn, carriersOf } from '../../src/manifests/traffic.ts';
import { versionsOf } from '../../src/manifests/versions.ts';
import { aRandom } from '../random.ts';
import { byHand, type Value } from './by-hand.ts';

type Next = () => number;
type Entries = { readonly [key: string]: Value };

/** A document, where to turn it, and what that means, read without our code. */
interface Made {
  readonly document: Entries;
  readonly destination: string;
  /** The keys that may change; everything else must be equal. */
  readonly keys: readonly string[];
  readonly isTurned: (document: Value) => boolean;
}

const MAKERS: readonly ((next: Next) => Made)[] = [
  (next) => {
    const backendRefs = names(next).map((name) => ({ name, port: 80, ...maybe(next, { weight: int(next, 100) }) }));
    const rule = { matches: [{ path: { type: 'PathPrefix', value: '/' } }], backendRefs };
    const rules = next() < 0.3 ? [rule, rule] : [rule];
    const destination = pick(next, backendRefs).name;
    return {
      document: manifest('gateway.networking.k8s.io/v1', 'HTTPRoute', { hostnames: ['shop.example.com'], rules }),
      ...{ destination, keys: ['weight'] },
      isTurned: (document) =>
        rules.every((_, i) => onlyOne(get(document, 'spec', 'rules', i, 'backendRefs'), ['name'], destination, 1)),
    };
  },
  (next) => {
    const route = names(next).map((subset) => ({ destination: { host: 'web', subset }, weight: int(next, 100) }));
    const destination = pick(next, route).destination.subset;
    const path = ['spec', 'http', 0, 'route'] as const;
    return {
      document: manifest('networking.istio.io/v1', 'VirtualService', {
        hosts: ['web'],
        http: [{ name: 'main', route }],
      }),
      ...{ destination, keys: ['weight'] },
      isTurned: (document) => onlyOne(get(document, ...path), ['destination', 'subset'], destination, 0),
    };
  },
  (next) => {
    const candidates = names(next).map((name) => ({ name, ...maybe(next, { weight: int(next, 100) }) }));
    const destination = pick(next, candidates).name;
    const mirror = { name: 'm', percent: 20 };
    return {
      document: manifest('mlops.seldon.io/v1alpha1', 'Experiment', { default: destination, candidates, mirror }),
      ...{ destination, keys: ['weight'] },
      isTurned: (document) => onlyOne(get(document, 'spec', 'candidates'), ['name'], destination, 0),
    };
  },
  (next) => {
    const model = { modelFormat: { name: 'sklearn' }, storageUri: 's3://models/fraud/42' };
    const predictor = { minReplicas: 1, ...maybe(next, { canaryTrafficPercent: int(next, 100) }), model };
    const annotations = { note: 'line one\n\n  - "line": two\n', 'serving.kserve.io/deploymentMode': 'Serverless' };
    const document = manifest('serving.kserve.io/v1beta1', 'InferenceService', { predictor });
    return {
      document: { ...document, metadata: { name: 'web', annotations } },
      ...{ destination: PREVIOUS, keys: ['canaryTrafficPercent'] },
      isTurned: (parsed) => get(parsed, 'spec', 'predictor', 'canaryTrafficPercent') === 0,
    };
  },
  (next) => {
    const variants = Object.fromEntries(names(next).map((name, i) => [name, `v${i}`]));
    const known = Object.keys(variants);
    const destination = pick(next, known);
    const web = {
      ...{ state: pick(next, ['ENABLED', 'ENABLED', 'DISABLED']), variants },
      ...maybe(next, { targeting: { fractional: known.map((key) => [key, 1 + int(next, 50)]) } }),
      ...{ defaultVariant: pick(next, known), metadata: { owner: 'search' } },
    };
    const served = (document: Value) =>
      ['state', 'defaultVariant', 'targeting'].map((k) => get(document, 'flags', 'web', k));
    return {
      document: { flags: { web } },
      ...{ destination, keys: ['state', 'defaultVariant', 'targeting'] },
      isTurned: (document) => JSON.stringify(served(document)) === JSON.stringify(['ENABLED', destination, undefined]),
    };
  },
];

const FILLER: readonly (Entries | string)[] = [
  'shared: &shared { weight: 90 }\nuses:\n  - *shared\n  - <<: *shared\n    other: 1',
  {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'notes' },
    data: { 'run.sh': '#!/bin/sh\n\necho "weight: 90"\n' },
  },
  { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web' }, spec: { replicas: 2, paused: false } },
];

test('turning thousands of files written by hand changes what is meant, and not one byte beside it', () => {
  const seen = { written: 0, already: 0 };
  const run = (seed: number): void => {
    const next = aRandom(seed);
    const made = pick(next, MAKERS)(next);
    const documents = [made.document, ...FILLER.filter(() => next() < 0.4)].toSorted(() => next() - 0.5);
    const text = byHand(documents, { next });
    const files = [{ path: 'apps/web/flags.yaml', text }];
    const carrier = carriersOf(files).find(({ name }) => name === 'web');
    assert.ok(carrier, `no carrier in\n${text}`);
    const result = allOn(files, carrier, made.destination);
    assert.ok(result.kind !== 'refused', `${JSON.stringify(result)}\n${text}`);
    const after = result.kind === 'written' ? (result.files[0]?.text ?? '') : text;
    seen[result.kind] += 1;
    const at = documents.indexOf(made.document);
    const [was, is] = [parsed(text), parsed(after)];
    assert.ok(made.isTurned(is[at] ?? null), after);
    assert.deepEqual(without(is[at] ?? null, made.keys), without(was[at] ?? null, made.keys));
    assert.deepEqual(is.toSpliced(at, 1), was.toSpliced(at, 1));
    const [before, now] = [listed(text), listed(after)];
    assert.equal(skeleton(now, before, made.keys), skeleton(before, now, made.keys));
  };
  fc.assert(fc.property(fc.integer(), run), { seed: 11, numRuns: 1500 });
  assert.ok(seen.written > 1100 && seen.already > 30, JSON.stringify(seen));
});

test('a flagd file in JSON of any layout stays JSON, and only the flag changes', () => {
  const run = (seed: number): void => {
    const next = aRandom(seed);
    const flagd = MAKERS.at(-1)?.(next);
    assert.ok(flagd);
    const layout = pick(next, [0, 1, 2, 4, '\t']);
    const text = JSON.stringify({ $schema: 'https://flagd.dev/schema/v0/flags.json', ...flagd.document }, null, layout);
    const files = [{ path: 'f.json', text: next() < 0.5 ? text : `${text}\n` }];
    const carrier = carriersOf(files)[0];
    assert.ok(carrier);
    const result = allOn(files, carrier, flagd.destination);
    assert.ok(result.kind !== 'refused', `${JSON.stringify(result)}\n${text}`);
    const after = toValue(JSON.parse(result.kind === 'written' ? (result.files[0]?.text ?? '') : text));
    assert.ok(flagd.isTurned(after));
    assert.deepEqual(without(after, flagd.keys), without(toValue(JSON.parse(text)), flagd.keys));
  };
  fc.assert(fc.property(fc.integer(), run), { seed: 12, numRuns: 300 });
});

test('a file with one Helm action in it is no carrier, has no versions, and breaks nothing', () => {
  const run = (seed: number): void => {
    const next = aRandom(seed);
    const text = byHand([pick(next, MAKERS)(next).document, ...FILLER], { next });
    const lines = text.split('\n');
    const at = int(next, lines.length - 1);
    const action = pick(next, [
      '{{- if .Values.canary }}',
      'x: {{ .Values.x }}',
      '{{ include "labels" . | nindent 4 }}',
    ]);
    const template = [...lines.slice(0, at), action, ...lines.slice(at)].join('\n');
    const read = scalarsOf(template);
    if (read.kind === 'scalars') return; // It stands inside a text or a comment.
    assert.match(read.because, /it is a template|not valid YAML/);
    assert.deepEqual(carriersOf([{ path: 'templates/a.yaml', text: template }]), []);
    assert.deepEqual(versionsOf('templates/a.yaml', template), []);
  };
  fc.assert(fc.property(fc.integer(), run), { seed: 13, numRuns: 300 });
});

interface Listed {
  readonly text: string;
  readonly scalars: readonly ScalarAt[];
}

function listed(text: string): Listed {
  const read = scalarsOf(text);
  assert.ok(read.kind === 'scalars');
  return { text, scalars: read.scalars };
}

/** The text without the scalars that differ, and without the entries that only one of the two has. */
function skeleton(mine: Listed, theirs: Listed, keys: readonly string[]): string {
  const values = new Map(theirs.scalars.map(({ path, value }) => [path, value]));
  const rules = mine.scalars.filter(({ path }) => path.includes('.targeting'));
  let left = mine.text;
  for (const { path, value, range } of mine.scalars.toReversed()) {
    if (values.get(path) === value) continue;
    assert.ok(
      keys.some((key) => path.includes(key)),
      `${path} changed`,
    );
    if (rules.some((rule) => rule.path === path)) {
      if (path === rules[0]?.path) left = cutTargeting(left, rules.at(-1)?.range.end ?? 0);
    } else if (values.has(path)) left = `${left.slice(0, range.start)}§${left.slice(range.end)}`;
    else left = cutEntry(left, range);
  }
  return left;
}

/** From the key to the end of its last line, or in flow style with its comma to the brackets that it opened. */
function cutTargeting(text: string, last: number): string {
  const key = /,? *\btargeting:/.exec(text);
  assert.ok(key);
  const line = text.lastIndexOf('\n', key.index) + 1;
  const next = text.indexOf('\n', last);
  if (text.slice(line, key.index).trim() === '') return text.slice(0, line) + (next < 0 ? '' : text.slice(next + 1));
  const inside = text.slice(key.index, last);
  const open = inside.replaceAll(/[^[{]/g, '').length - inside.replaceAll(/[^\]}]/g, '').length;
  const rest = new RegExp(`^(?: *[\\]}]){${open}}`).exec(text.slice(last));
  return text.slice(0, key.index) + text.slice(last + (rest?.[0].length ?? 0));
}

/** The whole line of an entry, or in flow style its key and the comma before it. */
function cutEntry(text: string, { start, end }: { readonly start: number; readonly end: number }): string {
  const line = text.lastIndexOf('\n', start - 1) + 1;
  const lead = /^[ \uFEFF]*(?:- +)*[\w-]+: +(?:&\w+ +)?$/.exec(text.slice(line, start));
  const next = text.indexOf('\n', end);
  if (lead && next < 0) return text.slice(0, text.endsWith('\r\n', line) ? line - 2 : line - 1);
  if (lead) return text.slice(0, line) + text.slice(next + 1);
  const key = /,? *[\w"-]*:? *$/.exec(text.slice(0, start));
  return text.slice(0, key?.index ?? start) + text.slice(end);
}

function onlyOne(entries: Value | undefined, named: readonly string[], destination: string, absent: number): boolean {
  if (!Array.isArray(entries)) return false;
  return entries.every((entry: Value) => {
    const weight = get(entry, 'weight') ?? absent;
    return get(entry, ...named) === destination ? Number(weight) > 0 : weight === 0;
  });
}

function parsed(text: string): readonly Value[] {
  return [...parseAllDocuments(text)].map((document) => toValue(document.toJS()));
}

function without(value: Value, keys: readonly string[]): Value {
  if (Array.isArray(value)) return value.map((item: Value) => without(item, keys));
  if (value === null || typeof value !== 'object') return value;
  const kept = Object.entries(value).filter(([key]) => !keys.includes(key));
  return Object.fromEntries(kept.map(([key, inner]) => [key, without(inner, keys)]));
}

function get(value: Value | undefined, ...keys: readonly (string | number)[]): Value | undefined {
  let found = value;
  for (const key of keys) {
    if (found === null || found === undefined || typeof found !== 'object') return undefined;
    found = new Map(Object.entries(found)).get(String(key));
  }
  return found;
}

function toValue(value: unknown): Value {
  if (Array.isArray(value)) return value.map(toValue);
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, toValue(inner)]));
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? value : null;
}

function manifest(apiVersion: string, kind: string, spec: Entries): Entries {
  return { apiVersion, kind, metadata: { name: 'web', labels: { app: 'web' } }, spec };
}

function names(next: Next): readonly string[] {
  return ['stable', 'canary', 'shadow', 'v-4'].slice(0, 2 + int(next, 2));
}

function maybe(next: Next, part: Entries): Entries {
  return next() < 0.5 ? part : {};
}

function int(next: Next, most: number): number {
  return Math.floor(next() * (most + 1));
}

function pick<T>(next: Next, options: readonly T[]): T {
  const chosen = options[Math.floor(next() * options.length)];
  assert.ok(chosen !== undefined);
  return chosen;
}
