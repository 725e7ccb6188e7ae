/** The calls the Action makes to GitHub: read the playbook, begin and end a check run. */
import { getOctokit } from '@actions/github';
import { explain, isHttpFailure } from '../src/adapters/github/client.ts';
import { RollbackError } from '../src/errors.ts';
import type { Clock } from '../src/ports.ts';
import type { Conclusion } from '../src/report/check-run.ts';

export interface Place {
  readonly owner: string;
  readonly repo: string;
}

export interface CheckRun {
  readonly id: number;
  readonly url: string;
}

export interface CheckWords {
  readonly title: string;
  readonly summary: string;
  readonly text: string;
}

const PLAYBOOKS = ['lastgood.yml', '.github/lastgood.yml'] as const;
const TIMEOUT_MS = 15_000;
/** GitHub refuses more in one field. */
const FIELD_MAX = 65_000;
const ATTEMPTS = 4;

export type GitHub = ReturnType<typeof openGitHub>;

export function openGitHub(options: {
  readonly token: string;
  readonly apiUrl: string;
  readonly place: Place;
  readonly clock: Clock;
}) {
  const { place, clock } = options;
  const octokit = getOctokit(options.token, { baseUrl: options.apiUrl });
  const request = () => ({ signal: AbortSignal.timeout(TIMEOUT_MS) });

  async function text(path: string): Promise<string | null> {
    try {
      // Without `ref` GitHub answers from the default branch: the change under test cannot bring its own rules.
      const answer = await octokit.request('GET /repos/{owner}/{repo}/contents/{+path}', {
        ...place,
        path,
        mediaType: { format: 'raw' },
        request: request(),
      });
      const data: unknown = answer.data;
      return typeof data === 'string' ? data : null;
    } catch (error) {
      if (isHttpFailure(error) && error.status === 404) return null;
      throw explain(error, `read ${path} of ${place.owner}/${place.repo}`);
    }
  }

  return {
    /** The playbook of the default branch. Throws playbook-missing. */
    async playbook(path: string | null): Promise<{ readonly path: string; readonly text: string }> {
      const paths = path === null ? PLAYBOOKS : [path];
      for (const candidate of paths) {
        const found = await text(candidate);
        if (found !== null) return { path: candidate, text: found };
      }
      const where = `the default branch of ${place.owner}/${place.repo}`;
      throw new RollbackError(
        'playbook-missing',
        `There is no ${paths.join(' or ')} on ${where} that this token can read.`,
      );
    },

    /** In progress from the first minute: a missing permission shows at once, and a killed job never looks like a pass. */
    async beginCheck(run: {
      name: string;
      sha: string;
      externalId: string;
      detailsUrl: string | null;
    }): Promise<CheckRun> {
      try {
        const { data } = await octokit.request('POST /repos/{owner}/{repo}/check-runs', {
          ...place,
          name: run.name,
          head_sha: run.sha,
          external_id: run.externalId,
          status: 'in_progress',
          ...(run.detailsUrl === null ? {} : { details_url: run.detailsUrl }),
          request: request(),
        });
        return { id: Number(data.id), url: data.html_url ?? '' };
      } catch (error) {
        const wanted = `begin the check run '${run.name}' on ${run.sha.slice(0, 7)} (needs the permission checks: write, and the commit in ${place.owner}/${place.repo})`;
        throw explain(error, wanted);
      }
    },

    /** Writing the same conclusion twice changes nothing, so a failure of GitHub is tried again. */
    async endCheck(id: number, conclusion: Conclusion, words: CheckWords): Promise<void> {
      for (let attempt = 1; ; attempt++) {
        try {
          await octokit.request('PATCH /repos/{owner}/{repo}/check-runs/{check_run_id}', {
            ...place,
            check_run_id: id,
            status: 'completed',
            conclusion,
            output: {
              title: words.title,
              summary: words.summary.slice(0, FIELD_MAX),
              text: words.text.slice(0, FIELD_MAX),
            },
            request: request(),
          });
          return;
        } catch (error) {
          const failure = explain(error, 'publish the verdict as a check run');
          if (!failure.retryable || attempt >= ATTEMPTS) throw failure;
          await clock.wait(failure.retryAfterMs ?? 1_000 * attempt);
        }
      }
    },
  };
}
