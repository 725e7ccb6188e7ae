/** The message of the revert commit: a title people scan, and trailers that machines read. */
import type { RollbackPlan } from '../plan/plan.ts';
import { printReverts } from '../plan/trailers.ts';
import { plain } from './escape.ts';
import { causeSentence } from './cause.ts';
import { halfOf, type Half } from './memory.ts';
import { short } from './numbers.ts';

const TITLE_MAX = 72;

/** What every message of ours is about: a plan before the pull request, its memory afterwards. */
type Reverted = Pick<RollbackPlan, 'incident' | 'good'> & { readonly half?: Half | undefined };

/**
 * `Revert rec in production to 1a2b3c4`, or `Move traffic of rec in production off 1a2b3c4`; at most 72 characters: long names
 * lose their end, never the target.
 */
export function revertTitle({ incident, good, half }: Reverted): string {
  const { service, environment } = incident.key;
  const aside = incident.way === 'fallback';
  const traffic = half?.kind === 'traffic';
  const [does, target] = aside
    ? traffic
      ? ['Send', ' to its fallback']
      : ['Bring', ' back from its fallback']
    : traffic
      ? ['Move traffic of', ` off ${short(incident.bad)}`]
      : ['Revert', ` to ${short(good.sha)}`];
  const room = TITLE_MAX - target.length;
  const full = `${does} ${plain(service)} in ${plain(environment)}`;
  return `${full.length <= room ? full : plain(`${does} ${service}`, room)}${target}`;
}

/** Title, why, what, trailers. Foreign text stands after our own words on one line, so that it can never look like a trailer. */
export function commitMessage(plan: RollbackPlan): { readonly title: string; readonly body: string } {
  const { incident, good } = plan;
  const paragraphs = [
    [`Why: ${plain(causeSentence(incident.cause))}`, `Target: ${short(good.sha)}, ${plain(good.because)}`].join('\n'),
    plan.changes
      .slice(0, 20)
      .map(
        (change) =>
          `- ${plain(change.key, 80)}: ${plain(change.from ?? 'absent', 120)} -> ${plain(change.to ?? 'absent', 120)}`,
      )
      .join('\n'),
    trailers({ ...plan, half: halfOf(plan) }),
  ];
  return {
    title: revertTitle({ ...plan, half: halfOf(plan) }),
    body: `${paragraphs.filter((paragraph) => paragraph !== '').join('\n\n')}\n`,
  };
}

/** For the merge: the trailers stay, so that the history itself says what was reverted. */
export function mergeMessage(reverted: Reverted): { readonly title: string; readonly body: string } {
  const traffic = reverted.half?.kind === 'traffic';
  const what =
    reverted.incident.way === 'fallback'
      ? 'Only the traffic moves.'
      : traffic
        ? 'Only the traffic moves; the version follows.'
        : 'Back to the last good revision.';
  return { title: revertTitle(reverted), body: `${what}\n\n${trailers(reverted)}` };
}

/** A fallback accuses no release; the way back from it takes back what led there. */
function trailers({ incident, good, half }: Reverted): string {
  const first = half?.kind === 'version' ? half.first.number : null;
  if (incident.way === 'fallback')
    return [...(first === null ? [] : [`Reverts #${first}\n`]), `Lastgood-Incident: ${incident.id}`].join('\n');
  return [`Lastgood-Incident: ${incident.id}`, printReverts(incident.bad), `Lastgood-Target: ${good.sha}`].join('\n');
}

/** What the trailers of a revert commit say. */
export interface Trailers {
  readonly incident: string;
  readonly reverts: string;
  readonly target: string;
}

/** The trailers of a message, or null when it is no revert of ours. Titles are never read: people reuse them. */
export function parseTrailers(message: string): Trailers | null {
  const found = new Map<string, string>();
  const paragraphs = message
    .replace(/\r\n?/g, '\n')
    .trimEnd()
    .split(/\n{2,}/);
  // The title is never a trailer; GitHub may add a paragraph (Co-authored-by) after ours.
  for (const paragraph of paragraphs.slice(1).reverse()) {
    const lines = paragraph.split('\n');
    if (!lines.every((line) => /^[A-Za-z][A-Za-z-]*: \S/.test(line))) break;
    for (const line of lines) {
      const [, name, value] = /^Lastgood-(Incident|Reverts|Target): ([0-9a-f]{12,64})\s*$/.exec(line) ?? [];
      if (name !== undefined && value !== undefined && !found.has(name)) found.set(name, value);
    }
  }
  const [incident, reverts, target] = [found.get('Incident'), found.get('Reverts'), found.get('Target')];
  if (incident === undefined || reverts === undefined || target === undefined) return null;
  return { incident, reverts, target };
}
