import { explain, type GitHubClient } from '../src/adapters/github/client.ts';
import type { Log } from '../src/control/doors.ts';

/** A repository that the App is installed on. */
export interface Installed {
  readonly name: string;
  readonly installationId: number;
}

/** What is known of all installations together. */
export interface Repositories {
  readonly all: readonly Installed[];
  /** Installations of which nothing is known yet, because GitHub could not say: `all` may lack some. */
  readonly unread: number;
}

interface Parts {
  readonly asApp: Pick<GitHubClient, 'paginate'>;
  readonly client: (installationId: number) => Pick<GitHubClient, 'paginate'>;
  readonly log: Log;
}

/**
 * Every repository that the App is installed on. An installation that cannot be read now - a limit of its own, an address list that
 * leaves the bot out - hides no other: it stands as it was read last. Rejects where the App itself gets no answer.
 */
export function createRepositories({ asApp, client, log }: Parts): () => Promise<Repositories> {
  const known = new Map<number, readonly Installed[]>();

  /** Null: nobody can say yet. */
  async function read(id: number): Promise<readonly Installed[] | null> {
    try {
      const found = await client(id).paginate('GET /installation/repositories', { per_page: 100 });
      const repositories = found.map(({ full_name: name }) => ({ name, installationId: id }));
      known.set(id, repositories);
      return repositories;
    } catch (error) {
      const told = explain(error, `list the repositories of installation ${id}`);
      log('warn', told.message, { during: 'repositories', installation: id, hint: told.hint });
      return known.get(id) ?? (told.retryable ? null : []);
    }
  }

  return async () => {
    const ids = await readIds(asApp);
    for (const id of known.keys()) if (!ids.includes(id)) known.delete(id);
    const lists = await Promise.all(ids.map(read));
    return {
      all: lists.flatMap((list) => list ?? []),
      unread: lists.filter((list) => list === null).length,
    };
  };
}

async function readIds(asApp: Parts['asApp']): Promise<readonly number[]> {
  try {
    const installations = await asApp.paginate('GET /app/installations', { per_page: 100 });
    // A suspended installation answers every question with 403.
    return installations.filter((one) => !one.suspended_at).map(({ id }) => id);
  } catch (error) {
    throw explain(error, 'list the installations of the App');
  }
}
