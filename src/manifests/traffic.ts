/** Who is served by what, who moves it, and how everybody is led to one destination with the smallest edit. */
import { documentsOf } from './documents.ts';
import type { Doc, ManifestFile, Place } from './documents.ts';
import { hidden } from './hidden.ts';
import { kindsOf } from './kinds.ts';
import { declaredDials } from './kinds/dials.ts';
import type { Declared } from './kinds/dials.ts';
import type { Destination, Kind, KindName, Placed, Split } from './kinds/kind.ts';
import { ownerOf } from './owners.ts';
import type { Owner } from './owners.ts';
import { applyEdits } from './patch.ts';
import type { Edit, Patched } from './patch.ts';
import { printPath } from './scalars.ts';
import { childOf } from './tree.ts';
import type { Node } from './tree.ts';

export type { ManifestFile } from './documents.ts';
export type { Declared } from './kinds/dials.ts';
export type { Destination, KindName } from './kinds/kind.ts';
export type { Owner } from './owners.ts';

/** A place that decides who is served by what: a route, a service with revisions, a flag. */
export interface Carrier {
  readonly path: string;
  readonly kind: KindName;
  /** Of the document, or of the flag or group in it. */
  readonly name: string;
  /** The document in its file, as paths print it: `(HTTPRoute/shop/web)`. */
  readonly document: string;
  /** One alone gets everything; none where only the cluster knows them. */
  readonly destinations: readonly Destination[];
  readonly owner: Owner;
}

export interface Changed {
  readonly key: string;
  /** Null where there was no such key. */
  readonly from: string | null;
  /** Null where it is taken out. */
  readonly to: string | null;
}

export interface RewrittenFile {
  readonly path: string;
  readonly text: string;
  readonly changes: readonly Changed[];
}

export type Rewritten =
  /** More than one file where the members of a group stand in files of their own. */
  | { readonly kind: 'written'; readonly files: readonly RewrittenFile[] }
  | { readonly kind: 'already' }
  | { readonly kind: 'refused'; readonly because: string };

interface Found {
  readonly carrier: Carrier;
  /** All splits of the document between the same destinations. */
  readonly splits: readonly Split[];
}

/**
 * Every carrier of the files. Give all files of the service: an owner often stands in another one. What `declared` names is a
 * carrier wherever it stands among the values of a chart or a ConfigMap, whatever it is called.
 */
export function carriersOf(files: readonly ManifestFile[], declared: Declared | null = null): readonly Carrier[] {
  return find(files, declared).map(({ carrier }) => carrier);
}

/**
 * Everybody to one destination, with the smallest edit: comments, quotes and order stay. Refused where a controller moves it,
 * where an alias hides what is meant, or where the result would not read as wanted.
 */
export function allOn(files: readonly ManifestFile[], carrier: Carrier, destination: string): Rewritten {
  const found = find(files, { key: carrier.name, value: destination }).find((one) => isSame(one.carrier, carrier));
  if (!found) return refused(`${carrier.path} no longer has ${carrier.kind} ${carrier.name}`);
  const { destinations, owner } = found.carrier;
  if (owner.kind === 'controller') return refused(owner.because);
  if (!destinations.some(({ name }) => name === destination)) {
    const known = destinations.map(({ name }) => name).join(', ');
    return refused(
      `${carrier.name} has no destination '${destination}' (it has ${known}); list it with weight 0 first`,
    );
  }
  if (isAllOn(found.carrier, destination)) return { kind: 'already' };
  const opaque = found.splits.flatMap((split) => opaqueness(split) ?? []);
  if (opaque[0] !== undefined) return refused(opaque[0]);
  const edits: Placed[] = [];
  for (const split of found.splits) {
    const placed = split.turnTo(destination);
    if (typeof placed === 'string') return refused(placed);
    edits.push(...placed);
  }
  return write(files, found.carrier, destination, edits);
}

function write(
  files: readonly ManifestFile[],
  carrier: Carrier,
  destination: string,
  edits: readonly Placed[],
): Rewritten {
  const written: RewrittenFile[] = [];
  for (const { source, path, host } of new Map(edits.map(({ doc }) => [doc.source, doc])).values()) {
    const own = edits.filter(({ doc }) => doc.source === source).map(({ edit }) => edit);
    const patched = patch(source, own, host);
    if (patched.kind === 'refused')
      return refused(patched.refusals.map((one) => `${path} ${one.path}: ${one.because}`).join('; '));
    written.push({ path, text: patched.text, changes: own.map((edit) => changeOf(source, edit, host)) });
  }
  const texts = new Map(written.map(({ path, text }) => [path, text]));
  const after = carriersOf(
    files.map((file) => ({ ...file, text: texts.get(file.path) ?? file.text })),
    { key: carrier.name, value: destination },
  );
  return after.some((now) => isLeftOf(now, carrier) && isAllOn(now, destination))
    ? { kind: 'written', files: written }
    : refused(`after the edit ${carrier.name} would not read as everything on ${destination}`);
}

/** The file with the edits; a document inside a text is written back into that text. */
function patch(source: Doc['source'], edits: readonly Edit[], host: Place | null): Patched {
  const patched = applyEdits(source, edits, null);
  if (host === null || patched.kind === 'refused') return patched;
  return applyEdits(host.doc.source, [{ kind: 'text', steps: host.steps, value: patched.text }], null);
}

function changeOf(source: Doc['source'], edit: Edit, host: Place | null): Changed {
  let node: Node | null = source.root;
  for (const step of edit.steps) node = childOf(node, step)?.node ?? null;
  const from = node === null ? null : node.kind === 'leaf' ? node.value : textOf(source.text, node);
  const to = edit.kind === 'put' || edit.kind === 'set' ? edit.value : null;
  const outer = host === null ? '' : `${printPath(host.doc.source.root, host.steps)} `;
  return { key: outer + printPath(source.root, edit.steps), from, to };
}

function textOf(text: string, node: Node): string {
  return text.slice(node.range.start, node.range.end).trim();
}

function find(files: readonly ManifestFile[], declared: Declared | null): readonly Found[] {
  const docs = documentsOf(files);
  const kinds = docs.map((doc) => kindsOf(doc));
  const claims = docs.flatMap((doc, i) => (kinds[i] ?? []).flatMap((kind) => kind.claims?.(doc) ?? []));
  const found = new Map<string, Found>();
  docs.forEach((doc, i) => {
    for (const kind of kinds[i] ?? []) {
      for (const split of splitsOf(kind, doc, { docs, declared })) {
        const carrier: Carrier = {
          ...{
            path: doc.path,
            kind: kind.name,
            name: split.name,
            document: (doc.host?.steps.join('') ?? '') + doc.step,
          },
          destinations:
            opaqueness(split) !== null
              ? split.destinations.map(({ name }) => ({ name, share: null }))
              : split.destinations,
          owner: ownerOf(doc, split, claims),
        };
        const key = keyOf(carrier);
        const known = found.get(key);
        found.set(key, known ? together(known, carrier, split) : { carrier, splits: [split] });
      }
    }
  });
  return [...found.values()];
}

/** What a playbook declares is read as it declares it, unless the kind reads it already. */
function splitsOf(
  kind: Kind,
  doc: Doc,
  { docs, declared }: { readonly docs: readonly Doc[]; readonly declared: Declared | null },
): readonly Split[] {
  const read = kind.splits?.(doc, docs) ?? [];
  if (declared === null || read.some(({ name }) => name === declared.key)) return read;
  return [...read, ...declaredDials(kind.values?.(doc) ?? [], declared)];
}

function opaqueness({ within, keys }: Split): string | null {
  return within.map((place) => hidden(place, keys)).find((because) => because !== null) ?? null;
}

/** Several routes of one document between the same destinations are one carrier; where they differ, no single share is true. */
function together({ carrier, splits }: Found, other: Carrier, split: Split): Found {
  const destinations = carrier.destinations.map(({ name, share }): Destination => {
    const theirs = other.destinations.find((destination) => destination.name === name)?.share ?? null;
    return { name, share: share === theirs ? share : null };
  });
  return { carrier: { ...carrier, destinations }, splits: [...splits, split] };
}

function isSame(a: Carrier, b: Carrier): boolean {
  return keyOf(a) === keyOf(b);
}

/** A key that a playbook declares has no other destination any more once it is there. */
function isLeftOf(after: Carrier, before: Carrier): boolean {
  const kept = before.destinations.filter(({ name }) => after.destinations.some((one) => one.name === name));
  return isSame(after, { ...before, destinations: kept });
}

function keyOf({ path, document, kind, name, destinations, owner }: Carrier): string {
  const names = destinations.map((destination) => destination.name).toSorted();
  return JSON.stringify([path, document, kind, name, names, owner.kind]);
}

export function isAllOn({ destinations }: Carrier, destination: string): boolean {
  return destinations.find(({ name }) => name === destination)?.share === 1;
}

function refused(because: string): Rewritten {
  return { kind: 'refused', because };
}
