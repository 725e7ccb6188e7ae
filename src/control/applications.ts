import { RollbackError } from '../errors.ts';
import type { Target } from '../playbook/target.ts';
import type { Application } from '../ports.ts';
import type { Doors } from './doors.ts';

export type ApplicationSeen =
  | { readonly kind: 'seen'; readonly application: Application }
  | {
      readonly kind: 'unreachable';
      readonly name: string;
      readonly because: string;
      readonly cure: string;
      readonly passing: boolean;
    };

/** Every application of the environment as Argo CD knows it now. Never rejects. */
export function seeApplications(
  doors: Pick<Doors, 'argoCd'>,
  { argocd, rules }: Target,
): Promise<readonly ApplicationSeen[]> {
  if (!argocd) return Promise.resolve([]);
  const door = doors.argoCd(argocd);
  return Promise.all(
    rules.applications.map(async (name): Promise<ApplicationSeen> => {
      try {
        return { kind: 'seen', application: await door.application(name) };
      } catch (error) {
        const known = error instanceof RollbackError;
        const because = known ? error.message : `Argo CD did not answer for ${name}`;
        return {
          kind: 'unreachable',
          name,
          because,
          cure: known ? error.hint : '',
          passing: !known || error.retryable,
        };
      }
    }),
  );
}
