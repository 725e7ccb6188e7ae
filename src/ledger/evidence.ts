/**
 * What was known when a rollback began and when it ended, kept as it was: one file for each snapshot, named by its own SHA-256, on the branch
 * of the ledger. A line of the ledger names the digest, so whoever proves the ledger proves the evidence.
 */
import * as z from 'zod';
import { canonicalJson, type Sha256 } from './canonical.ts';
import type { Entry } from './entry.ts';

export const EVIDENCE_FOLDER = 'evidence';

/** `missing`: nobody could say, or not in time. */
export type Known<T> =
  { readonly kind: 'known'; readonly value: T } | { readonly kind: 'missing'; readonly because: string };

const text = z.string();
const at = z.iso.datetime();
const known = <T extends z.ZodType>(value: T) =>
  z.discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('known'), value }),
    z.strictObject({ kind: z.literal('missing'), because: text }),
  ]);

/** Facts in the words of whoever said them; this format does not look into them. */
const facts = z.record(text, z.unknown());

const incident = z.strictObject({
  id: text,
  repository: text,
  service: text,
  environment: text,
  bad: text,
  openedAt: at,
  cause: facts,
});

const before = z.strictObject({
  version: z.literal(1),
  phase: z.literal('before'),
  incident,
  /** When it was gathered, before the revert was opened. */
  takenAt: at,
  /** The playbook that decided: commit, path, digest of its text, and all it says about this service in this environment. */
  playbook: z.strictObject({ commit: text, path: text, sha256: text, rules: facts }),
  /** Bad, good and head, the keys that move, and the Git blob of each file at the three of them. */
  versions: z.strictObject({
    bad: text,
    good: text,
    goodBecause: text,
    head: text,
    plan: text,
    changes: z.array(facts),
    files: z.array(facts),
  }),
  /** Artefacts as the registries had them. */
  registries: z.strictObject({ verified: z.array(text), notes: z.array(text) }),
  /** What the gate of the bad release had said: verdict, reason, numbers. */
  gates: known(z.array(facts)),
  /** Every question of the playbook with what its source answered now. */
  measured: known(z.array(facts)),
  applications: known(z.array(facts)),
  branchRules: z.array(text),
  /** Orders of people that stood. */
  standing: z.strictObject({ holds: z.array(facts), freezes: z.array(facts) }),
});

const after = z.strictObject({
  version: z.literal(1),
  phase: z.literal('after'),
  incident,
  takenAt: at,
  outcome: z.enum(['recovered', 'escalated', 'cancelled']),
  because: text,
  pullRequest: z.strictObject({
    number: z.number(),
    head: text,
    mergeCommit: text.nullable(),
    mergedAt: at.nullable(),
    mergedBy: text.nullable(),
    approvedBy: text.nullable(),
    bypass: text.nullable(),
  }),
  moments: z.record(text, at.nullable()),
  /** The success criteria as they were measured; null: it did not come to that. */
  proof: facts.nullable(),
  applications: z.array(facts),
});

const snapshotSchema = z.discriminatedUnion('phase', [before, after]);

export type Snapshot = z.output<typeof snapshotSchema>;
export type SnapshotBefore = z.output<typeof before>;
export type SnapshotAfter = z.output<typeof after>;

export interface EvidenceFile {
  readonly path: string;
  readonly text: string;
  /** SHA-256 of the text, as the line of the ledger has it. */
  readonly digest: string;
}

/** The file of a snapshot: canonical JSON and a line break. */
export function printEvidence(snapshot: Snapshot, sha256: Sha256): EvidenceFile {
  const printed = `${canonicalJson(plainJson(snapshot))}\n`;
  const digest = sha256(printed);
  return { path: evidencePath(snapshot.incident.id, digest), text: printed, digest };
}

export function evidencePath(incidentId: string, digest: string): string {
  return `${EVIDENCE_FOLDER}/${incidentId}/${digest}.json`;
}

/** The snapshot of a file; null when it is none. */
export function parseEvidence(printed: string): Snapshot | null {
  try {
    const parsed = snapshotSchema.safeParse(JSON.parse(printed));
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
}

/** Any value as facts: what JSON cannot say is left out, and a number that is none becomes its name. */
export function factsOf(value: object): Readonly<Record<string, unknown>> {
  return facts.parse(plainJson(value));
}

function plainJson(value: unknown): unknown {
  return JSON.parse(
    JSON.stringify(value, (_, one: unknown) => (typeof one === 'number' && !Number.isFinite(one) ? String(one) : one)),
  );
}

/** The digest that a line names; null: it names none. */
export function evidenceOf({ details }: Pick<Entry, 'details'>): string | null {
  const digest = Object.hasOwn(details, 'evidence') ? details['evidence'] : null;
  return typeof digest === 'string' ? digest : null;
}

export interface EvidenceFault {
  readonly path: string;
  readonly because: string;
}

/** Everything that is not as it was stored: a file that is gone, or that no longer gives the digest in its name. */
export function evidenceFaults(
  lines: readonly Pick<Entry, 'details' | 'incident'>[],
  files: ReadonlyMap<string, string | null>,
  sha256: Sha256,
): readonly EvidenceFault[] {
  const wanted = lines.flatMap((line) => {
    const digest = evidenceOf(line);
    return digest === null || line.incident === null ? [] : [evidencePath(line.incident, digest)];
  });
  const gone = [...new Set(wanted)]
    .filter((path) => !files.has(path))
    .map((path) => ({ path, because: 'a line of the ledger names it, and it is not there' }));
  const changed = [...files].flatMap(([path, found]): readonly EvidenceFault[] => {
    const named = /\/([0-9a-f]{64})\.json$/.exec(path)?.[1];
    if (named === undefined) return [{ path, because: 'its name is no digest: lastgood did not write it' }];
    if (found === null) return [{ path, because: 'it cannot be read as text' }];
    const is = sha256(found);
    return is === named
      ? []
      : [{ path, because: `its content gives ${is.slice(0, 12)}, not ${named.slice(0, 12)}: it was changed` }];
  });
  return [...gone, ...changed];
}
