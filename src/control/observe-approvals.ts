/** Who has agreed to a revert, with their rights read again. */
import { mayRollBack } from '../chatops/allowed.ts';
import { CODE_OWNERS, codeOwners } from '../chatops/code-owners.ts';
import { bareLogin } from '../plan/incident.ts';
import { QUARANTINE_FOLDER } from '../plan/quarantine.ts';
import type { Target } from '../playbook/target.ts';
import type { Pull } from '../ports.ts';
import type { Memory } from '../report/memory.ts';
import { approvalsNeeded, type Approval, type Consent, type Owned } from './approvals.ts';
import type { Doors } from './doors.ts';
import { speakerOf } from './speaker.ts';

/** Read at every look while it is open: a right that was taken away no longer counts, and nobody is asked where nobody must agree. */
export async function observeApprovals(
  { repository }: Pick<Doors, 'repository'>,
  { owners, rules }: Pick<Target, 'owners' | 'rules'>,
  pull: Pull,
  { memory, head }: { readonly memory: Memory; readonly head: string },
): Promise<Consent> {
  const policy = rules.rollback.approvals;
  const { cause } = memory.incident;
  if (pull.state !== 'open' || pull.adopted === true || approvalsNeeded(policy, cause) === 0)
    return { given: [], owned: [] };
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
  const read = said.slice(0, MOST).map(async ({ by, how, old }): Promise<Approval> => {
    if (old) return { by, how, void: 'approved an older head' };
    if (refused.some((one) => one.by === by)) return { by, how, void: 'asks for changes in a review' };
    const speaker = await speakerOf(repository, { author: by, isBot: false }, await repository.roleOf(by), owners);
    if (!mayRollBack({ ...speaker, owners }).ok) return { by, how, void: 'may not roll back here' };
    const { team } = policy;
    const outside = team !== undefined && !(await repository.isTeamMember(team.replace(/^@/, ''), by));
    return { by, how, void: outside ? `is not in ${team}` : null };
  });
  const [given, owned] = await Promise.all([
    Promise.all(read),
    policy.codeowners ? ownedBy({ repository }, pull, head) : [],
  ]);
  return { given, owned: await withOwners({ repository }, owned, given) };
}

/** What this revert changes, by who owns it; files without an owner need none. Our own records belong to nobody. */
async function ownedBy(
  { repository }: Pick<Doors, 'repository'>,
  pull: Pull,
  head: string,
): Promise<readonly Omit<Owned, 'by'>[]> {
  const [scope, trees] = await Promise.all([
    repository.scopeOf({ kind: 'issue', number: pull.number }),
    repository.trees([...CODE_OWNERS], [head]),
  ]);
  const files = trees.get(head) ?? [];
  const file = CODE_OWNERS.flatMap((path) => files.find((each) => each.path === path) ?? [])[0];
  if (file === undefined) return [];
  const ownersOf = codeOwners((await repository.texts([file.blob])).get(file.blob) ?? '');
  const groups = new Map<string, { readonly paths: string[]; readonly owners: readonly string[] }>();
  for (const path of (scope?.paths ?? []).filter((each) => !each.startsWith(`${QUARANTINE_FOLDER}/`))) {
    const owners = ownersOf(path);
    const group = groups.get(owners.join(' ')) ?? { paths: [], owners };
    group.paths.push(path);
    if (owners.length > 0) groups.set(owners.join(' '), group);
  }
  return [...groups.values()];
}

/** Only whose word counts is asked about. An address says nothing that GitHub would confirm. */
async function withOwners(
  { repository }: Pick<Doors, 'repository'>,
  owned: readonly Omit<Owned, 'by'>[],
  given: readonly Approval[],
): Promise<readonly Owned[]> {
  const people = [...new Set(given.filter(({ void: why }) => why === null).map(({ by }) => by))];
  const isOwner = async (owner: string, person: string): Promise<boolean> => {
    const name = owner.startsWith('@') ? owner.slice(1) : '';
    return name.includes('/')
      ? repository.isTeamMember(name, person)
      : name !== '' && name.toLowerCase() === bareLogin(person).toLowerCase();
  };
  return Promise.all(
    owned.map(async (group) => {
      const found = await Promise.all(
        people.map(async (person) =>
          (await Promise.all(group.owners.map((owner) => isOwner(owner, person)))).some(Boolean),
        ),
      );
      return { ...group, by: people.filter((_, i) => found[i] === true) };
    }),
  );
}

/** Nobody asks this many people; a flood of reviews must not become a flood of requests. */
const MOST = 30;
