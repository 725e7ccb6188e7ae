/** The page of an incident as an issue of the deployment repository: found again, rewritten, closed when it is over. */
import { RollbackError } from '../../errors.ts';
import { bareLogin } from '../../plan/incident.ts';
import {
  INCIDENT_LABEL,
  incidentPage,
  pageId,
  parseIncidentPage,
  tellsLater,
} from '../../report/notify/incident-page.ts';
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

type Place = Readonly<Record<'owner' | 'repo', string>>;

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
    const [found] = await findPages(client, place, login, pageId(notice));
    if (found) await rewrite(client, place, found, notice);
    // What is over before anybody was told of it needs no page.
    else if (!isOver(notice)) {
      const { title, body } = incidentPage(notice, null);
      const all = [INCIDENT_LABEL, ...labels];
      const { data } = await client.request('POST /repos/{owner}/{repo}/issues', {
        ...place,
        title,
        body,
        labels: all,
      });
      const [first] = await findPages(client, place, login, pageId(notice));
      // Another replica was faster: the older page stays.
      if (first && first.number !== data.number) {
        await rewrite(client, place, first, notice);
        const closed = { state: 'closed', state_reason: 'not_planned' } as const;
        const doubled = { ...place, issue_number: data.number, body: 'Told on another page.', ...closed };
        await client.request('PATCH /repos/{owner}/{repo}/issues/{issue_number}', doubled);
      }
    }
    return { kind: 'delivered' };
  } catch (error) {
    const known = explain(error, 'write the page of the incident');
    return known.retryable
      ? { kind: 'again', because: known.message, afterMs: known.retryAfterMs }
      : { kind: 'refused', because: known.message };
  }
}

async function rewrite(client: GitHubClient, place: Place, page: Found, notice: Notice): Promise<void> {
  if (tellsLater(notice, page.body)) return;
  const { title, body, state, stateReason } = incidentPage(notice, page.body);
  await client.request('PATCH /repos/{owner}/{repo}/issues/{issue_number}', {
    ...place,
    ...{ issue_number: page.number, title, body, state },
    ...(stateReason === null ? {} : { state_reason: stateReason }),
  });
}

/** The oldest first. Anybody can write our marker into an issue; only pages of our own are believed. */
async function findPages(client: GitHubClient, place: Place, login: string, id: string): Promise<readonly Found[]> {
  if (login === '') throw new RollbackError('input-invalid', 'a page of an incident needs to know whose it is');
  const issues = await client.paginate('GET /repos/{owner}/{repo}/issues', {
    ...place,
    labels: INCIDENT_LABEL,
    state: 'all',
    sort: 'created',
    direction: 'asc',
    per_page: 100,
    since: new Date(Date.now() - MONTH).toISOString(),
  });
  return issues.flatMap(({ number, body, user, pull_request: pull }) =>
    pull === undefined && bareLogin(user?.login ?? '') === bareLogin(login) && parseIncidentPage(body) === id
      ? [{ number, body: body ?? '' }]
      : [],
  );
}

const MONTH = 30 * 86_400_000;
