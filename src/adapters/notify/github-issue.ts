/** The page of an incident as an issue of the deployment repository: found again, rewritten, closed when it is over. */
import { RollbackError } from '../../errors.ts';
import { bareLogin } from '../../plan/incident.ts';
import { INCIDENT_LABEL, incidentPage, pageId, parseIncidentPage } from '../../report/notify/incident-page.ts';
import { isOver, type Notice } from '../../report/notify/notice.ts';
import { explain, type GitHubClient } from '../github/client.ts';
import type { Attempt } from './outbox.ts';

export interface IssueOptions {
  readonly client: GitHubClient;
  /** owner/name */
  readonly repository: string;
  /** Login that the client acts as: only its own issues are ever changed. */
  readonly login: string;
}

interface Found {
  readonly number: number;
  readonly body: string;
}

/** Brings the page up to date. Safe to repeat: the page knows which facts it tells. */
export async function writePage(
  { client, repository, login }: IssueOptions,
  labels: readonly string[],
  notice: Notice,
): Promise<Attempt> {
  const [owner = '', repo = ''] = repository.split('/');
  const place = { owner, repo };
  try {
    const found = await findPage(client, place, login, pageId(notice));
    // What is over before anybody was told of it needs no page.
    if (found === null && isOver(notice)) return { kind: 'delivered' };
    const page = incidentPage(notice, found?.body ?? null);
    const { title, body } = page;
    const all = [INCIDENT_LABEL, ...labels];
    const issue_number =
      found?.number ??
      (await client.request('POST /repos/{owner}/{repo}/issues', { ...place, title, body, labels: all })).data.number;
    if (found !== null || page.state === 'closed') {
      const state = { state: page.state, ...(page.stateReason === null ? {} : { state_reason: page.stateReason }) };
      await client.request('PATCH /repos/{owner}/{repo}/issues/{issue_number}', {
        ...place,
        issue_number,
        title,
        body,
        ...state,
      });
    }
    return { kind: 'delivered' };
  } catch (error) {
    const known = explain(error, 'write the page of the incident');
    return known.retryable
      ? { kind: 'again', because: known.message, afterMs: known.retryAfterMs }
      : { kind: 'refused', because: known.message };
  }
}

/** Anybody can write our marker into an issue; only pages of our own are believed. */
async function findPage(
  client: GitHubClient,
  place: { readonly owner: string; readonly repo: string },
  login: string,
  id: string,
): Promise<Found | null> {
  if (login === '') throw new RollbackError('input-invalid', 'a page of an incident needs to know whose it is');
  const issues = await client.paginate('GET /repos/{owner}/{repo}/issues', {
    ...place,
    labels: INCIDENT_LABEL,
    state: 'all',
    sort: 'created',
    direction: 'desc',
    per_page: 100,
    since: new Date(Date.now() - MONTH).toISOString(),
  });
  const mine = issues.find(
    (issue) =>
      issue.pull_request === undefined &&
      bareLogin(issue.user?.login ?? '') === bareLogin(login) &&
      parseIncidentPage(issue.body) === id,
  );
  return mine ? { number: mine.number, body: mine.body ?? '' } : null;
}

const MONTH = 30 * 86_400_000;
