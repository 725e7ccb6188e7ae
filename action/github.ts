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
/** Longer than this the job would rather fail than wait. */
const WAIT_MAX_MS = 60_000;

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

  /** Only for what may be done twice: reading, and writing the same conclusion again. */
  async function again<T>(wanted: string, work: () => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await work();
      } catch (error) {
        const failure = explain(error, wanted);
        if (!failure.retryable || attempt >= ATTEMPTS) throw failure;
        await clock.wait(Math.min(failure.retryAfterMs ?? 1_000 * attempt, WAIT_MAX_MS));
      }
    }
  }

  async function text(path: string, ref: string | null): Promise<string | null> {
    // Without `ref` GitHub answers from the default branch: the change under test cannot bring its own rules.
    const read = () =>
      octokit.request('GET /repos/{owner}/{repo}/contents/{+path}', {
        ...place,
        path,
        ...(ref === null ? {} : { ref }),
        mediaType: { format: 'raw' },
        request: request(),
      });
    const answer = await again(`read ${path} of ${place.owner}/${place.repo}`, () =>
      read().catch((error: unknown) => {
        if (isHttpFailure(error) && error.status === 404) return null;
        throw error;
      }),
    );
    const data: unknown = answer?.data;
    return typeof data === 'string' ? data : null;
  }

  return {
    /** Full sha of the head of the default branch. */
    async head(): Promise<string> {
      const answer = await again(`read the default branch of ${place.owner}/${place.repo}`, () =>
        octokit.request('GET /repos/{owner}/{repo}/commits/{ref}', {
          ...place,
          ref: 'HEAD',
          mediaType: { format: 'sha' },
          request: request(),
        }),
      );
      const data: unknown = answer.data;
      return typeof data === 'string' ? data : answer.data.sha;
    },

    /** Text of a file at a branch or commit (null: the default branch); null where there is none. */
    file: text,

    /** The playbook of the default branch, or of one of its commits. Throws playbook-missing. */
    async playbook(path: string | null, ref: string | null): Promise<{ readonly path: string; readonly text: string }> {
      const paths = path === null ? PLAYBOOKS : [path];
      for (const candidate of paths) {
        const found = await text(candidate, ref);
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
        const where = `${place.owner}/${place.repo}`;
        if (isHttpFailure(error) && error.status === 422) {
          throw new RollbackError('input-invalid', `${where} has no commit ${run.sha} to put the check run on.`, {
            hint: "Give 'sha' a commit of this repository.",
            cause: error,
          });
        }
        const failure = explain(
          error,
          `begin the check run '${run.name}' in ${where} (the token needs the permission checks: write)`,
        );
        if (failure.code !== 'github-forbidden') throw failure;
        throw new RollbackError(failure.code, failure.message, {
          hint: 'Give the job the permissions contents: read and checks: write. A pull request from a fork never has them: run the gate on push.',
          cause: error,
        });
      }
    },

    /** Writing the same conclusion twice changes nothing, so a failure of GitHub is tried again. */
    async endCheck(id: number, conclusion: Conclusion, words: CheckWords): Promise<void> {
      const [summary, text] = [words.summary.slice(0, FIELD_MAX), words.text.slice(0, FIELD_MAX)];
      await again('publish the verdict as a check run', () =>
        octokit.request('PATCH /repos/{owner}/{repo}/check-runs/{check_run_id}', {
          ...place,
          check_run_id: id,
          status: 'completed',
          conclusion,
          output: { title: words.title, summary, text },
          request: request(),
        }),
      );
    },
  };
}
