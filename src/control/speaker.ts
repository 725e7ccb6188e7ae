import { maySpeakByRole, type Speaker } from '../chatops/allowed.ts';
import type { DeploymentRepository } from '../ports.ts';

/** Who asks, with what GitHub says about them now. */
export type Asking = Omit<Speaker, 'owners'>;

/**
 * A person with the teams among the owners that they are in. Nobody is asked about whose role is enough. A GitHub that cannot
 * say throws: the comment is then read again later, and until then nothing is allowed.
 */
export async function speakerOf(
  repository: Pick<DeploymentRepository, 'isTeamMember'>,
  { author, isBot }: { readonly author: string; readonly isBot: boolean },
  role: string,
  owners: readonly string[],
): Promise<Asking> {
  const speaker = { login: author, isBot, roleName: role };
  if (maySpeakByRole(role)) return { ...speaker, teams: [] };
  const teams = [...new Set(owners.map((owner) => owner.replace(/^@/, '')))].filter((owner) => owner.includes('/'));
  const member = await Promise.all(teams.map((team) => repository.isTeamMember(team, author)));
  return { ...speaker, teams: teams.filter((_, i) => member[i] === true) };
}
