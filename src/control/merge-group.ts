import type { Doors } from './doors.ts';
import { READY_CHECK } from './ready-check.ts';

/** What a merge queue asks about: the commit that would become the head of the branch. */
export interface MergeGroup {
  readonly head: string;
  /** Name of the branch that the queue merges into. */
  readonly base: string;
}

/** Checks of a gate begin like this. `lastgood/release` is answered on its merits, by the release check. */
const OURS = 'lastgood/gate/';

/**
 * Answers our own required checks on a merge group, so that a queue never waits for us: a gate judges a release while it serves,
 * and a merge group serves nobody. Neutral is not a pass, and satisfies GitHub.
 */
export async function answerMergeGroup(
  { repository }: Pick<Doors, 'repository'>,
  { head, base }: MergeGroup,
): Promise<readonly string[]> {
  const ours = (await repository.requiredChecks(base)).filter((name) => name.startsWith(OURS) || name === READY_CHECK);
  for (const name of ours)
    await repository.answerCheck(head, { name, conclusion: 'neutral', ...(name === READY_CHECK ? EACH : LATER) });
  return ours;
}

const LATER = {
  title: 'Nothing to judge before the merge',
  summary:
    'A gate judges a release while it serves its first users. This commit serves nobody yet: its gate runs after the merge.',
} as const;

/** A pull request whose required check failed never enters the queue. */
const EACH = {
  title: 'Each pull request was looked at before it came here',
  summary: 'Whether a release could be rolled back stands on its own pull request.',
} as const;
