/**
 * Versions that were rolled back and must not come again: one file for each service and environment, written by the same commit
 * as the revert. Who would set one of them again is stopped by a check; a person, or a newer version that passes its gate, lifts it.
 */
import * as z from 'zod';
import { parse, stringify } from 'yaml';
import type { Entry } from '../ledger/entry.ts';
import { versionsOf } from '../manifests/versions.ts';
import type { Key } from './incident.ts';
import type { QuarantineEdit, RollbackPlan } from './plan.ts';

/** One value that is not to be set again. */
export interface Quarantined {
  readonly path: string;
  /** The key inside the file, as reports print it. */
  readonly key: string;
  /** The bad value, and the one that replaced it (null: the key went away). */
  readonly value: string;
  readonly instead: string | null;
  readonly incident: string;
  /** The commit that released it (full sha). */
  readonly bad: string;
  readonly reason: string;
  /** ISO 8601. After `until` it is history. */
  readonly since: string;
  readonly until: string;
}

const entry = z.strictObject({
  path: z.string().min(1),
  key: z.string().min(1),
  value: z.string(),
  instead: z.string().nullable(),
  incident: z.string().min(1),
  bad: z.string().regex(/^[0-9a-f]{40}([0-9a-f]{24})?$/),
  reason: z.string(),
  since: z.iso.datetime(),
  until: z.iso.datetime(),
});
const file = z.strictObject({ version: z.literal(1), quarantined: z.array(entry).max(10_000) });

/** Of the deployment repository. */
export const QUARANTINE_FOLDER = '.lastgood/quarantine';

/** One file for each, so that two rollbacks never touch the same lines. Names are safe in a path. */
export function quarantinePath({ service, environment }: Pick<Key, 'service' | 'environment'>): string {
  return `${QUARANTINE_FOLDER}/${environment}/${service}.yml`;
}

/** The values that this plan takes away: what the bad release set and the revert replaces. Empty where no version moved. */
export function quarantineOf(
  plan: RollbackPlan,
  rule: { readonly reason: string; readonly forMs: number },
): readonly Quarantined[] {
  const { incident } = plan;
  const since = Date.parse(incident.openedAt);
  return plan.changes.flatMap(({ path, key, from, to, moves }) =>
    from === null || from === to || moves === 'traffic'
      ? []
      : [
          {
            path,
            key,
            value: from,
            instead: to,
            incident: incident.id,
            bad: incident.bad,
            reason: rule.reason,
            since: new Date(since).toISOString(),
            until: new Date(since + rule.forMs).toISOString(),
          },
        ],
  );
}

/** The file as the commit of the revert writes it; null where nothing is to be quarantined. */
export function quarantineEdit(
  plan: RollbackPlan,
  rule: { readonly text: string | null; readonly reason: string; readonly forMs: number; readonly now: number },
): QuarantineEdit | null {
  const added = rule.forMs > 0 ? quarantineOf(plan, rule) : [];
  if (added.length === 0) return null;
  return { path: quarantinePath(plan.incident.key), text: withQuarantined(rule.text, added, rule.now), added };
}

/** The file with the new entries; what is over at `now` goes, and an entry of the same incident, path and key is replaced. */
export function withQuarantined(text: string | null, added: readonly Quarantined[], now: number): string {
  const again = (old: Quarantined): boolean =>
    added.some(({ incident, path, key }) => old.incident === incident && old.path === path && old.key === key);
  const kept = readQuarantine(text).filter((old) => Date.parse(old.until) > now && !again(old));
  return `${HEAD}${stringify({ version: 1, quarantined: [...kept, ...added] }, { lineWidth: 0 })}`;
}

const HEAD = `# Versions that were rolled back. A pull request that sets one of them again fails the check lastgood/release.
# To allow them again: /release <service> <environment>. They are allowed by themselves after 'until', and once a newer
# version has passed its gate.
`;

/** The entries of a file; a file that is missing or cannot be read has none (the check says so, see `quarantineFault`). */
export function readQuarantine(text: string | null): readonly Quarantined[] {
  const read = parsed(text);
  return read?.success === true ? read.data.quarantined : [];
}

/** What is wrong with the file, in one sentence; null: nothing. */
export function quarantineFault(text: string | null): string | null {
  const read = parsed(text);
  if (read === null || read.success) return null;
  const issue = read.error.issues[0];
  return `${issue?.path.join('.') ?? 'the file'}: ${issue?.message ?? 'cannot be read'}`;
}

function parsed(text: string | null) {
  if (text === null || text.trim() === '') return null;
  try {
    return file.safeParse(parse(text));
  } catch {
    return file.safeParse(null);
  }
}

/** Passed gates that are looked at, newest first; an older one of a later version has newer ones after it. */
const GATES = 20;

/** The releases that passed their gate while something here was held: what they set decides whether it is still. */
export function gatesSince(
  entries: readonly Quarantined[],
  ledger: readonly Entry[],
  place: Pick<Key, 'service' | 'environment'>,
): readonly string[] {
  const since = Math.min(...entries.map((held) => Date.parse(held.since)));
  const passed = ledger
    .filter((line) => line.kind === 'gate-passed' && isOf(place, line) && Date.parse(line.at) > since)
    .flatMap(({ revision }) => revision ?? []);
  return [...new Set(passed.toReversed())].slice(0, GATES);
}

/**
 * The entries that hold at `now` (epoch ms). A person's `/release` lifts what was there before it; so does a release that passed its
 * gate with another version at that very key. The revert itself passes with the version before, and lifts nothing.
 */
export function activeQuarantine(
  entries: readonly Quarantined[],
  ledger: readonly Entry[],
  place: Pick<Key, 'service' | 'environment'>,
  /** `textAt`: the file as one of the releases of `gatesSince` has it; null: it has none. */
  { now, textAt }: { readonly now: number; readonly textAt: (revision: string, path: string) => string | null },
): readonly Quarantined[] {
  const lines = ledger.filter((line) => isOf(place, line));
  const asked = new Set(gatesSince(entries, ledger, place));
  const isNewer = ({ path, key, value, instead }: Quarantined, revision: string): boolean => {
    const set = valueAt(path, key, textAt(revision, path));
    return set !== null && set !== value && set !== instead;
  };
  const lifts = (held: Quarantined, { kind, at, revision }: Entry): boolean =>
    Date.parse(at) > Date.parse(held.since) &&
    (kind === 'released' ||
      (kind === 'gate-passed' && revision !== null && asked.has(revision) && isNewer(held, revision)));
  return entries.filter((held) => Date.parse(held.until) > now && !lines.some((line) => lifts(held, line)));
}

function isOf(place: Pick<Key, 'service' | 'environment'>, { service, environment }: Entry): boolean {
  return service === place.service && environment === place.environment;
}

function valueAt(path: string, key: string, text: string | null): string | null {
  return text === null ? null : (versionsOf(path, text).find((version) => version.key === key)?.value ?? null);
}

/** A text of one file, before and after a change; null where it is absent. */
export interface Changed {
  readonly path: string;
  readonly before: string | null;
  readonly after: string | null;
}

/** The entries that a change would set again: the value stands there after it and did not before it. */
export function setAgain(active: readonly Quarantined[], changed: readonly Changed[]): readonly Quarantined[] {
  return active.filter(({ path, key, value }) => {
    const one = changed.find((each) => each.path === path);
    return one !== undefined && valueAt(path, key, one.after) === value && valueAt(path, key, one.before) !== value;
  });
}
