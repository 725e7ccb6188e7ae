/** What a deployment protection rule of GitHub is answered: Markdown of at most 1,024 characters. */
import type { Verdict } from '../judge/verdict.ts';
import { inline } from './escape.ts';
import { progressLine } from './gate-progress.ts';
import { blameSentence } from './gate-summary.ts';

interface Place {
  readonly service: string;
  readonly environment: string;
}

const MOST = 1_024;

type Told =
  | { readonly kind: 'no-gate'; readonly environment: string }
  | { readonly kind: 'judged'; readonly gates: readonly (Place & { readonly verdict: Verdict })[] };

export function protectionWords(told: Told): string {
  if (told.kind === 'no-gate')
    return said(
      `The playbook has no gate for the environment '${told.environment}': add 'gate:', or name it with 'github-environment:'. Nothing measured is never a pass.`,
    );
  return said(told.gates.map(gateSentence).join('; '));
}

/** How one gate ended: plain text that is still to be escaped. */
export function gateSentence({ service, environment, verdict }: Place & { readonly verdict: Verdict }): string {
  return `${service} in ${environment}: ${word(verdict)}: ${blameSentence(verdict)}`;
}

/** Cut after escaping: GitHub refuses a longer one, and a gate without its answer holds a deployment for ever. */
function said(text: string): string {
  return inline(text, MOST).slice(0, MOST);
}

export function protectionProgress({ service, environment }: Place, soFar: Verdict): string {
  return said(`${service} in ${environment}: ${progressLine(soFar)}`);
}

function word({ status }: Verdict): string {
  switch (status) {
    case 'pass':
      return 'passed';
    case 'fail':
      return 'failed';
    case 'inconclusive':
    case 'continue':
      return 'inconclusive';
    case 'no-data':
      return 'no data';
    case 'error':
      return 'error';
  }
}
