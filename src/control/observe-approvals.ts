/** Who has agreed to a revert, with their rights read again. */
import { mayRollBack } from '../chatops/allowed.ts';
import { bareLogin } from '../plan/incident.ts';
import type { Target } from '../playbook/target.ts';
import type { Pull } from '../ports.ts';
import type { Memory } from '../report/memory.ts';
import { approvalsNeeded, type Approval } from './approvals.ts';
import type { Doors } from './doors.ts';
import { speakerOf } from './speaker.ts';

/** Read at every look while it is open: a right that was taken away no longer counts, and nobody is asked where nobody must agree. */
export async function observeApprovals(
  { repository }: Pick<Doors, 'repository'>,
  { owners, rules }: Pick<Target, 'owners' | 'rules'>,
  pull: Pull,
  memory: Memory,
): Promise<readonly Approval[]> {
  const policy = rules.rollback.approvals;
  const { cause } = memory.incident;
  if (pull.state !== 'open' || pull.adopted === true || approvalsNeeded(policy, cause) === 0) return [];
  const last = new Map<string, { readonly by: string; readonly approves: boolean; readonly old: boolean }>();
  for (const { by, isBot, state, head } of await repository.reviews(pull)) {
    if (isBot || state === 'other' || by === '') continue;
    last.set(bareLogin(by).toLowerCase(), { by, approves: state === 'approved', old: head !== pull.head });
  }
  const refused = [...last.values()].filter(({ approves }) => !approves);
  const asker = cause.kind === 'command' ? [cause.by] : [];
  const said = [
    ...(memory.confirmed ?? []).map((by) => ({ by, how: 'comment' as const, old: false })),
    ...[...last.values()]
      .filter(({ approves }) => approves)
      .map(({ by, old }) => ({ by, how: 'review' as const, old })),
    ...asker.map((by) => ({ by, how: 'command' as const, old: false })),
  ];
  const given = said.slice(0, MOST).map(async ({ by, how, old }): Promise<Approval> => {
    if (old) return { by, how, void: 'approved an older head' };
    if (refused.some((one) => one.by === by)) return { by, how, void: 'asks for changes in a review' };
    const speaker = await speakerOf(repository, { author: by, isBot: false }, await repository.roleOf(by), owners);
    if (!mayRollBack({ ...speaker, owners }).ok) return { by, how, void: 'may not roll back here' };
    const { team } = policy;
    const outside = team !== undefined && !(await repository.isTeamMember(team.replace(/^@/, ''), by));
    return { by, how, void: outside ? `is not in ${team}` : null };
  });
  return Promise.all(given);
}

/** Nobody asks this many people; a flood of reviews must not become a flood of requests. */
const MOST = 30;
