/** What the check `lastgood/release` says of a change. */
import type { Order } from '../ledger/standing.ts';
import type { Quarantined } from '../plan/quarantine.ts';
import type { CheckAnswer } from '../ports.ts';
import { code, inline, label } from './escape.ts';
import { liftComment, placeWords, standingLines } from './orders.ts';
import { setAgainWords } from './quarantine.ts';

interface Place {
  readonly service: string;
  readonly environment: string;
}

/** What speaks against a change. */
export type Objection =
  | { readonly kind: 'quarantined'; readonly place: Place; readonly found: readonly Quarantined[] }
  | { readonly kind: 'frozen'; readonly place: Place; readonly order: Order };

/** `broken`: files of the quarantine that cannot be read. */
export type About = { readonly kind: 'rollback' } | { readonly kind: 'change'; readonly broken: readonly string[] };

/** A quarantine that cannot be read forbids everything: what it would forbid is not known. */
export function releaseCheckAnswer(name: string, found: readonly Objection[], about: About): CheckAnswer {
  if (about.kind === 'rollback')
    return {
      name,
      conclusion: 'success',
      title: 'A rollback passes',
      summary: 'Freezes and quarantines stop changes, never the way back.',
    };
  if (about.broken.length > 0) {
    const faults = about.broken.map((fault) => `- ${inline(fault)}`).join('\n');
    const cure = 'Repair the file in a pull request, or delete it to allow everything again.';
    return { name, conclusion: 'failure', title: 'The quarantine cannot be read', summary: `${faults}\n\n${cure}` };
  }
  const [first] = found;
  // The same words whether GitHub has a trial merge or not: it has none for a while after every push, and all checks would be rewritten.
  if (first === undefined)
    return {
      name,
      conclusion: 'success',
      title: 'Nothing that was rolled back comes again',
      summary: 'No quarantined version is set, and nothing that changes here is frozen.',
    };
  const sections = found.map((one) =>
    one.kind === 'quarantined'
      ? `### ${placeWords(one.place)}: rolled back before\n\n${setAgainWords(one.found, one.place)}`
      : `### ${placeWords(one.place)}: frozen\n\n${standingLines('freeze', [one.order]).join('\n')}\n\nTo let changes through again: ${code(liftComment('freeze', one.order))}`,
  );
  return { name, conclusion: 'failure', title: titleOf(first), summary: sections.join('\n\n') };
}

function titleOf(first: Objection): string {
  const { service, environment } = first.place;
  const what = first.kind === 'frozen' ? 'is frozen' : `may not set ${first.found[0]?.value ?? ''} again`;
  return label(`${service} in ${environment} ${what}`).slice(0, 200);
}
