/** What happens after a gate has decided. */
import { code, inline } from './escape.ts';
import type { GateId } from './check-run.ts';
import { short } from './numbers.ts';

export type Next =
  | { readonly kind: 'go' }
  | { readonly kind: 'rollback' }
  | { readonly kind: 'fallback' }
  /** Harm is proven and `then: rollback` is written, but this run only reports. */
  | { readonly kind: 'report' }
  | { readonly kind: 'ask' }
  | { readonly kind: 'notify' }
  /** Of a shadow or challenger: it may take the place of the champion, it must not, or nobody knows yet. */
  | { readonly kind: 'promote' }
  | { readonly kind: 'shelve' }
  | { readonly kind: 'compare-on' }
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
    case 'fallback':
      return 'The fallback is asked for: the lastgood app opens the pull request that sends users there.';
    case 'report':
      return `Nothing is reverted, because ${code('on-fail')} is ${code('report')}. To bring the last good version back, comment ${command}.`;
    case 'ask':
      return `A person decides: stop the rollout, then comment ${command}, or release again with a fix.`;
    case 'notify':
      return 'The playbook asks only to be told; the job fails so that the rollout stops here.';
    case 'promote':
      return 'It may be promoted: make it the version that serves. That release has a gate of its own.';
    case 'shelve':
      return 'Do not promote it. It answered nobody, so there is nothing to take back.';
    case 'compare-on':
      return 'Not promoted: it is not proven to be as good as the champion. Compare longer (more time costs no certainty), or send it more traffic.';
    case 'hold':
      return `The release is held: neither harm nor safety is proven. Run the gate again (more time costs no certainty), send more traffic, or decide by hand; ${command} goes back.`;
    case 'terminated':
      return 'The run was stopped before it could decide. Run the gate again: a stopped gate never passes.';
    case 'repair':
      return inline(next.hint);
  }
}
