/**
 * Sends signed webhooks at a steady rate, in a process of its own: what it costs to make them must not slow down who answers them.
 * Run by bench/load.ts; prints one JSON line.
 */
import { createHmac, randomUUID } from 'node:crypto';
import { Agent, request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { REPOSITORY } from '../src/world/deployment.ts';

export interface Sent {
  /** Milliseconds from the first byte sent to the whole answer, in no order. */
  readonly ms: readonly number[];
  readonly accepted: number;
}

/** What a busy organisation sends: most of it is not for us, some wakes a rollback, some is a command. */
function event(n: number): { name: string; payload: Record<string, unknown> } {
  const repository = { full_name: REPOSITORY, name: 'deploy', owner: { login: 'acme' }, default_branch: 'main' };
  const base = { repository, installation: { id: 1 } };
  // Of a hundred: eighty-five are not for us, ten are comments, four are pushes, one wakes a rollback.
  const kind = n % 100;
  if (kind === 0) {
    const head = { ref: `rollback/production/recommender/${n.toString(16).padStart(7, '0').slice(-7)}` };
    return { name: 'pull_request', payload: { ...base, action: 'synchronize', pull_request: { number: n + 1, head } } };
  }
  if (kind < 5) return { name: 'push', payload: { ...base, ref: `refs/heads/${kind === 1 ? 'main' : 'feature'}` } };
  if (kind < 90) {
    const name = ['workflow_job', 'workflow_run', 'create', 'label', 'watch'][n % 5] ?? 'watch';
    return { name, payload: { ...base, action: 'completed', sender: { login: 'mona' }, filler: 'x'.repeat(8_000) } };
  }
  const user = { login: 'mona', type: 'User' };
  const comment = { id: n, user, body: 'Looks good to me.', created_at: new Date().toISOString() };
  return { name: 'issue_comment', payload: { ...base, action: 'created', issue: { number: 1 }, comment } };
}

function send(n: number, to: { readonly url: string; readonly secret: string; readonly agent: Agent }) {
  const { name, payload } = event(n);
  const body = JSON.stringify(payload);
  const headers = {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
    'x-github-event': name,
    'x-github-delivery': randomUUID(),
    'x-hub-signature-256': `sha256=${createHmac('sha256', to.secret).update(body).digest('hex')}`,
  };
  const started = performance.now();
  return new Promise<{ readonly status: number; readonly ms: number }>((resolve) => {
    const end = (status: number): void => resolve({ status, ms: performance.now() - started });
    const sending = request(to.url, { method: 'POST', headers, agent: to.agent }, (response) => {
      response.resume().once('end', () => end(response.statusCode ?? 0));
    });
    sending.once('error', () => end(0)).end(body);
  });
}

async function sendAll(
  url: string,
  secret: string,
  { seconds, rate }: { seconds: number; rate: number },
): Promise<Sent> {
  const agent = new Agent({ keepAlive: true, maxSockets: 100 });
  const total = Math.round(seconds * rate);
  const answers: ReturnType<typeof send>[] = [];
  const began = performance.now();
  while (answers.length < total) {
    const due = Math.min(total, Math.ceil(((performance.now() - began) / 1000) * rate));
    while (answers.length < due) answers.push(send(answers.length, { url, secret, agent }));
    await sleep(5);
  }
  const all = await Promise.all(answers);
  agent.destroy();
  return { ms: all.map(({ ms }) => ms), accepted: all.filter(({ status }) => status >= 200 && status < 300).length };
}

if (import.meta.main) {
  const [url = '', seconds = '', rate = ''] = process.argv.slice(2);
  const secret = process.env['WEBHOOK_SECRET'] ?? '';
  console.log(JSON.stringify(await sendAll(url, secret, { seconds: Number(seconds), rate: Number(rate) })));
}
