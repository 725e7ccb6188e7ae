/** What happens after a gate has decided. */
import { code, inline } from './escape.ts';
import type { GateId } from './check-run.ts';
import { short } from './numbers.ts';

export type Next =
  | { readonly kind: 'go' }
  | { readonly kind: 'rollback' }
  /** Harm is proven and `then: rollback` is written, but this run only reports. */
  | { readonly kind: 'report' }
  | { readonly kind: 'ask' }
  | { readonly kind: 'notify' }
  | { readonly kind: 'hold' }
  | { readonly kind: 'terminated' }
  | { readonly kind: 'repair'; readonly hint: string };

export function nextWords(next: Next, id: GateId, dryRun: boolean): string {
  const words = nextSentence(next, id);
  return dryRun ? `Dry run: nothing was published and nothing follows. Otherwise: ${words}` : words;
}

function nextSentence(next: Next, id: GateId): string {
  const command = code(`/rollback ${id.service} ${id.environment}`);
  switch (next.kind) {
    case 'go':
      return 'The release may go on.';
    case 'rollback':
      return `A rollback of ${short(id.sha)} is requested: the lastgood app opens the revert pull request.`;
    case 'report':
      return `Nothing is reverted, because ${code('on-fail')} is ${code('report')}. To bring the last good version back, comment ${command}.`;
    case 'ask':
      return `A person decides: stop the rollout, then comment ${command}, or release again with a fix.`;
    case 'notify':
      return 'The playbook asks only to be told; the job fails so that the rollout stops here.';
    case 'hold':
      return `The release is held: neither harm nor safety is proven. Run the gate again (more time costs no certainty), send more traffic, or decide by hand; ${command} goes back.`;
    case 'terminated':
      return 'The run was stopped before it could decide. Run the gate again: a stopped gate never passes.';
    case 'repair':
      return inline(next.hint);
  }
}
