import type { Probot } from 'probot';
import type { Checkup } from './checkup.ts';

/**
 * GitHub sends these to every App, unasked: installed, repositories added or removed, permissions accepted. The hint is not kept:
 * after a crash the start examines everything.
 */
export function installations(checkup: Pick<Checkup, 'installation'>): (app: Probot) => void {
  return (app) => {
    app.on(['installation', 'installation_repositories'], ({ payload }) => {
      void checkup.installation(payload.installation.id);
    });
  };
}
