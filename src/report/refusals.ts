/** What is wrong, and what would have worked. A refusal changes nothing and says so. */
import { block, code, inline } from './escape.ts';
import { short } from './numbers.ts';

export interface Refusal {
  /** What is wrong, with the value: one sentence without a full stop. */
  readonly wrong: string;
  /** What to do instead: one sentence. */
  readonly hint: string;
  /** Exact comments that would work; may be empty. */
  readonly wouldWork: readonly string[];
}

export function refusalComment(refusal: Refusal): string {
  const lines = [`**Not done**: ${inline(refusal.wrong)}. ${inline(refusal.hint)}`];
  if (refusal.wouldWork.length > 0) lines.push(`This would work:\n\n${block(refusal.wouldWork.join('\n'))}`);
  return `${lines.join('\n\n')}\n`;
}

/** An error as a comment: what happened, what to do. */
export function errorComment(error: {
  readonly message: string;
  readonly hint: string;
  readonly retryable: boolean;
}): string {
  const again = error.retryable ? ' lastgood tries again by itself.' : '';
  return `**Not done**: ${inline(error.message)}\n\n${inline(error.hint)}${again}\n`;
}

/** A command that is not tried again. */
export function gaveUpComment({ message, hint }: { readonly message: string; readonly hint: string }): string {
  return `**Not done, and given up**: ${inline(message)}\n\n${inline(hint)} To try again, write the command again.\n`;
}

/** The plan people confirmed is no longer the plan that would run. */
export function planChangedComment(change: {
  readonly asked: string;
  /** Hash of the plan that would run now; null: there is none, because of `because`. */
  readonly now: string | null;
  readonly because?: string;
  readonly base: string;
  /** What is different, as a list; absent where it is not known. */
  readonly moved?: string;
}): string {
  return [
    `**Not done**: plan ${code(change.asked, 40)} is no longer what would happen; the default branch is now at ${short(change.base)}.`,
    ...(change.moved ? [`What moved:\n\n${change.moved}`] : []),
    change.now === null
      ? `Now there is no plan: ${inline(change.because ?? 'this release is no longer the newest')}.\n`
      : `Read the new plan with \`/rollback plan\`. To run the new one:\n\n${block(`/rollback confirm ${change.now}`)}\n`,
  ].join('\n\n');
}
