/** Which destination is the stable one, and whether turning to it is faster than restoring the version. */
import { documentsOf } from './documents.ts';
import type { ManifestFile } from './documents.ts';
import { KINDS } from './kinds.ts';
import { NEWEST, PREVIOUS } from './kinds/kserve.ts';
import { carriersOf, isAllOn } from './traffic.ts';
import type { Carrier } from './traffic.ts';
import { versionsIn } from './versions.ts';

export type Stable =
  | { readonly kind: 'stable'; readonly destination: string; readonly because: string }
  | { readonly kind: 'unclear'; readonly because: string };

/** The stable destination, read from the files as they were when good. Unclear where the text cannot tell. */
export function stableOf(
  carrier: Carrier,
  files: { readonly good: readonly ManifestFile[]; readonly now: readonly ManifestFile[] },
): Stable {
  if (carrier.owner.kind === 'controller') return { kind: 'unclear', because: carrier.owner.because };
  if (carrier.destinations.some(({ name }) => name === PREVIOUS)) return stableRevision(carrier, files);
  const same = carriersOf(files.good).filter(
    ({ path, kind, name }) => path === carrier.path && kind === carrier.kind && name === carrier.name,
  );
  const served = new Set(
    same.flatMap((good) =>
      good.destinations.flatMap(({ name }) => (isAllOn(good, name) && isListed(carrier, name) ? [name] : [])),
    ),
  );
  const [destination, ...others] = served;
  if (destination !== undefined && others.length === 0)
    return { kind: 'stable', destination, because: `when good, everything went to ${destination}` };
  if (same.length === 0) return { kind: 'unclear', because: `when good, there was no ${carrier.kind} ${carrier.name}` };
  const shares = same.flatMap(({ destinations }) => destinations.map(({ name, share }) => `${name} ${percent(share)}`));
  return { kind: 'unclear', because: `when good, no single destination had everything: ${shares.join(', ')}` };
}

/** Serverless KServe names no revisions: the previous one is the good one while this release is the only change. */
function stableRevision(
  { path, document, name }: Carrier,
  { good, now }: { readonly good: readonly ManifestFile[]; readonly now: readonly ManifestFile[] },
): Stable {
  const [before, after] = [good, now].map((files) => {
    const doc = documentsOf(files).find((one) => one.path === path && one.step === document);
    return doc === undefined ? null : versionsIn(doc).flatMap(({ moves, value }) => (moves === 'version' ? value : []));
  });
  if (!before || !after) return { kind: 'unclear', because: `when good, there was no InferenceService ${name}` };
  return before.join('\n') === after.join('\n')
    ? { kind: 'stable', destination: NEWEST, because: `the newest revision of ${name} has the version that was good` }
    : {
        kind: 'stable',
        destination: PREVIOUS,
        because: `the revision before has ${before.join(', ')}, if this release is the only one since`,
      };
}

function isListed({ destinations }: Carrier, name: string): boolean {
  return destinations.some((destination) => destination.name === name);
}

function percent(share: number | null): string {
  return share === null ? 'unknown' : `${Number((share * 100).toFixed(2))} %`;
}

/** What to do first: turn the traffic and restore the version behind it, or only restore the version. */
export type Pace =
  | { readonly kind: 'traffic-first'; readonly because: string }
  | { readonly kind: 'version-only'; readonly because: string };

export function paceOf(carrier: Carrier): Pace {
  if (carrier.owner.kind === 'controller') return { kind: 'version-only', because: carrier.owner.because };
  const about = KINDS.find(({ name }) => name === carrier.kind)?.about;
  if (about?.trafficFirst == null)
    return { kind: 'version-only', because: `a ${carrier.kind} has no traffic to turn in Git` };
  return { kind: 'traffic-first', because: about.trafficFirst };
}
