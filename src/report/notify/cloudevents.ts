/** CloudEvents 1.0 in the structured JSON form, for receivers that are machines: nothing is shortened and nothing escaped. */
import { headline, type Notice } from './notice.ts';

type Json = Readonly<Record<string, unknown>>;

/** `source` and `id` together are unique: a receiver that has seen them has seen this fact. */
export function cloudEvent(notice: Notice): Json {
  const { fact, occasion, at, repository, repositoryUrl, decision, reasonCode, ...rest } = notice;
  return {
    specversion: '1.0',
    id: fact,
    source: repositoryUrl,
    type: `lastgood.${occasion}.v1`,
    subject: `${notice.service}/${notice.environment}`,
    time: at,
    datacontenttype: 'application/json',
    data: { occasion, repository, summary: headline(notice), ...rest, decision, reason_code: reasonCode },
  };
}
