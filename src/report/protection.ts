/** What a deployment protection rule of GitHub is answered: plain sentences of at most 1,024 characters. */
import type { Verdict } from '../judge/verdict.ts';
import { plain } from './escape.ts';
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
    return plain(
      `The playbook has no gate for the environment '${told.environment}': add 'gate:', or name it with 'github-environment:'. Nothing measured is never a pass.`,
      MOST,
    );
  const lines = told.gates.map(
    ({ service, environment, verdict }) => `${service} in ${environment}: ${word(verdict)}: ${blameSentence(verdict)}`,
  );
  return plain(lines.join('; '), MOST);
}

export function protectionProgress({ service, environment }: Place, soFar: Verdict): string {
  return plain(`${service} in ${environment}: ${progressLine(soFar)}`, MOST);
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
