/** The one issue of the doctor in a repository: found again, rewritten when something changed, closed when nothing is left. */
import { bareLogin } from '../../plan/incident.ts';
import { DOCTOR_LABEL, isDoctorPage, type DoctorPage } from '../../report/doctor-page.ts';
import { explain, type GitHubClient } from '../github/client.ts';

export interface DoctorIssue {
  readonly client: GitHubClient;
  /** owner/name */
  readonly repository: string;
  /** Login that the client acts as: only its own issues are ever changed. */
  readonly login: string;
  /** Labels beside our own. */
  readonly labels: readonly string[];
}

type Place = Readonly<Record<'owner' | 'repo', string>>;

/** Safe to repeat, and by several processes at once: of two new issues the older one stays. */
export async function keepDoctorIssue(
  { client, repository, login, labels }: DoctorIssue,
  { title, body, state }: DoctorPage,
): Promise<void> {
  const [owner = '', repo = ''] = repository.split('/');
  const place = { owner, repo };
  try {
    const [found] = await ours(client, place, login);
    if (found?.state === state && found.title === title && (state === 'closed' || found.body === body)) return;
    if (found) {
      const change = { ...place, issue_number: found.number, title, body, state };
      await client.request('PATCH /repos/{owner}/{repo}/issues/{issue_number}', change);
      return;
    }
    // What is well before anybody was told of it needs no issue.
    if (state === 'closed') return;
    const opened = await client.request('POST /repos/{owner}/{repo}/issues', {
      ...place,
      title,
      body,
      labels: [DOCTOR_LABEL, ...labels],
    });
    const [first] = await ours(client, place, login);
    if (!first || first.number === opened.data.number) return;
    await client.request('PATCH /repos/{owner}/{repo}/issues/{issue_number}', {
      ...place,
      issue_number: opened.data.number,
      state: 'closed',
      state_reason: 'not_planned',
    });
  } catch (error) {
    throw explain(error, 'keep the issue of the doctor');
  }
}

/** Ours, the oldest first. Anybody can write our marker into an issue; only our own are believed. */
async function ours(client: GitHubClient, place: Place, login: string) {
  const { data } = await client.request('GET /repos/{owner}/{repo}/issues', {
    ...place,
    labels: DOCTOR_LABEL,
    state: 'all',
    sort: 'created',
    direction: 'asc',
    per_page: 100,
  });
  return data.filter(
    (issue) =>
      issue.pull_request === undefined &&
      bareLogin(issue.user?.login ?? '') === bareLogin(login) &&
      isDoctorPage(issue.body),
  );
}
