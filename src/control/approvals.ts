/** How many people must agree before lastgood merges, who has, and what is still missing. Pure. */
import { bareLogin, type Cause } from '../plan/incident.ts';
import type { RollbackPolicy } from '../playbook/schema.ts';

/** One person's word for the revert that stands there now. */
export interface Approval {
  readonly by: string;
  /** `comment`: they confirmed the hash of the plan; `review`: they approved this very head; `command`: they asked for it. */
  readonly how: 'comment' | 'review' | 'command';
  /** Why it does not count; null: it does. */
  readonly void: string | null;
}

/** Files of the revert that CODEOWNERS gives to the same owners. */
export interface Owned {
  readonly paths: readonly string[];
  /** As written there: `@login`, `@org/team`, an address. */
  readonly owners: readonly string[];
  /** Who, of those that have spoken, is one of them now. */
  readonly by: readonly string[];
}

/** What people have said about a merge, with what GitHub says about them now. */
export interface Consent {
  readonly given: readonly Approval[];
  readonly owned: readonly Owned[];
}

export interface Asked extends Consent {
  readonly policy: RollbackPolicy['approvals'];
  readonly cause: Cause;
  /** Who made the bad change; null: not known. */
  readonly author: string | null;
}

export type Agreed =
  /** Nobody has to agree. */
  | { readonly kind: 'free' }
  | { readonly kind: 'enough'; readonly by: readonly Approval[] }
  | { readonly kind: 'waits'; readonly because: string };

/** How many people must agree to a rollback with this cause. */
export function approvalsNeeded(policy: RollbackPolicy['approvals'], cause: Cause): number {
  if (cause.kind === 'command' && !policy.commands) return 0;
  return Math.max(policy.needed, policy.codeowners ? 1 : 0);
}

/** Distinct people, and never the author of the bad change alone: whoever made the fault may be wrong about the cure as well. */
export function agreed({ policy, cause, author, given, owned }: Asked): Agreed {
  const needed = approvalsNeeded(policy, cause);
  if (needed === 0) return { kind: 'free' };
  const said = distinct(given);
  const counted = said.filter((approval) => approval.void === null);
  const others = counted.filter(({ by }) => author === null || !same(by, author));
  const orphans = owned.filter(({ by }) => !counted.some((approval) => by.some((owner) => same(owner, approval.by))));
  const missing = Math.max(needed - counted.length, others.length === 0 ? 1 : 0, orphans.length > 0 ? 1 : 0);
  if (missing === 0) return { kind: 'enough', by: counted };
  const words = [
    ...counted.map(({ by }) =>
      others.length === 0 && author !== null && same(by, author)
        ? `author ${by} does not count alone`
        : `${by} approved`,
    ),
    ...said.flatMap((approval) => (approval.void === null ? [] : [`${approval.by} ${approval.void}`])),
  ];
  const whose = policy.team === undefined ? '' : ` of ${policy.team}`;
  const what = `waits for ${missing} more ${missing === 1 ? 'approval' : 'approvals'}${whose}${ownersWords(orphans)}`;
  return { kind: 'waits', because: `${what}: ${words.length === 0 ? 'nobody approved yet' : words.join(', ')}` };
}

function ownersWords(orphans: readonly Owned[]): string {
  const [first] = orphans;
  if (first === undefined) return '';
  const more = orphans.length > 1 ? ` and of ${orphans.length - 1} more` : '';
  return `, with a code owner of ${first.paths[0] ?? ''} (${first.owners.join(', ')})${more} among them`;
}

/** One word a person; what counts goes before what does not. */
function distinct(given: readonly Approval[]): readonly Approval[] {
  const found = new Map<string, Approval>();
  for (const approval of given) {
    const name = bareLogin(approval.by).toLowerCase();
    const before = found.get(name);
    if (before === undefined || (before.void !== null && approval.void === null)) found.set(name, approval);
  }
  return [...found.values()];
}

function same(a: string, b: string): boolean {
  return bareLogin(a).toLowerCase() === bareLogin(b).toLowerCase();
}

/** `ada (comment), bob (review)`: for the pull request and the ledger. */
export function approvedWords(by: readonly Approval[]): string {
  return by.map((approval) => `${approval.by} (${approval.how})`).join(', ');
}
