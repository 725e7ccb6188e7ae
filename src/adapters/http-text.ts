import { missing } from '../measure/arms.ts';
import type { Missing } from '../measure/sample.ts';
import type { HttpAnswer } from './http.ts';

/** The text of a 2xx answer, else why it gives no number. `place` names the question and the host. */
export function textOf(answer: HttpAnswer, place: string): string | Missing {
  switch (answer.kind) {
    case 'time-out':
      return missing('time-out', `${place}: ${answer.detail}`);
    case 'unreachable':
    case 'too-large':
      return missing('query-error', `${place}: ${answer.detail}`);
    case 'answer':
      break;
  }
  const { status } = answer;
  if (status >= 200 && status < 300) return answer.text;
  if (status === 401 || status === 403)
    return missing('unauthorized', `${place}: HTTP ${status}; check the credentials that this source names`);
  if (status === 408 || status === 504) return missing('time-out', `${place}: HTTP ${status}`);
  if (status >= 300 && status < 400)
    return missing('query-error', `${place}: HTTP ${status}, a redirect; put the final address in the playbook`);
  if (status === 429) {
    const after = answer.headers.get('retry-after');
    const wait = after !== null && /^\d{1,6}$/.test(after) ? `; it asks to wait ${after} s` : '';
    return missing('query-error', `${place}: HTTP 429, too many queries${wait}`);
  }
  return missing('query-error', `${place}: HTTP ${status}${status >= 500 ? ', the server failed' : ''}`);
}
