/** What is said about pointers that go back with a revert, or by hand. */
import type { Target } from '../playbook/target.ts';
import { code, inline, mention } from './escape.ts';

interface MoveView {
  readonly reference: { readonly registry: string; readonly pointer: string; readonly label: string };
  readonly from: string | null;
  readonly to: string;
}

export interface OutcomeView {
  readonly kind: 'moved' | 'already' | 'failed';
  readonly because?: string;
  readonly move: MoveView;
}

/** Before the merge: what would be moved, and by whom. `to` null: the ledger does not know. */
export function foreseenMove(
  { label }: MoveView['reference'],
  {
    from,
    to,
    source,
    command,
    apply,
  }: {
    readonly from: string | null;
    readonly to: string | null;
    readonly source: string;
    readonly command: string;
    readonly apply: boolean;
  },
): string {
  const now = from === null ? `${label} could not be looked at` : `${label} leads to ${from} now`;
  if (to === null) return `${now}, and ${source}: look yourself where it has to lead`;
  if (from === to) return `${now}, as it did with the target (${source}): nothing has to be moved`;
  const then = `${now} and led to ${to} with the target (${source})`;
  return apply
    ? `${then}: lastgood moves it back once this is merged`
    : `${then}: the revert does not move it. Dry run of the move: ${command}`;
}

/** After the merge, on the pull request. */
export function movesComment(
  outcomes: readonly OutcomeView[],
  repository: string,
  target: Pick<Target, 'service' | 'environment' | 'rules'>,
): string {
  const failed = outcomes.some(({ kind }) => kind === 'failed');
  const people = failed ? target.rules.notify.mention.map(mention).join(' ') : '';
  const lines = outcomes.map(lineOf);
  const undo = outcomes.some(({ kind }) => kind === 'moved')
    ? [`Back again: ${code(commandOf(repository, target, '--undo'))}`]
    : [];
  const head = failed
    ? `**A pointer outside Git was not moved; the rollback goes on without it.** ${people}`.trimEnd()
    : '**Pointers outside Git**';
  return [head, lines.join('\n'), ...undo].join('\n\n').concat('\n');
}

function lineOf({ kind, because, move }: OutcomeView): string {
  const name = inline(move.reference.label);
  switch (kind) {
    case 'moved':
      return `- ${name}: moved from ${code(move.from ?? 'an unknown version')} to ${code(move.to)}`;
    case 'already':
      return `- ${name}: leads to ${code(move.to)} already`;
    case 'failed':
      return `- ${name}: not moved to ${code(move.to)}: ${inline(because ?? '')}`;
  }
}

/** The command that does by hand what the playbook does not let lastgood do; a dry run until `--apply` is added. */
export function commandOf(
  repository: string,
  { service, environment }: Pick<Target, 'service' | 'environment'>,
  more: string,
): string {
  return `lastgood repoint --repo ${repository} --service ${service} --environment ${environment} ${more}`;
}
