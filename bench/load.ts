/** Signed webhooks at a steady rate against the bot as a process: every one answered with 2xx within a second, none lost. */
import { createHmac, randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { startBotProcess } from '../cli/demo/processes.ts';
import { REPOSITORY } from '../src/world/deployment.ts';
import { HEALTHY } from '../src/world/services/faults.ts';
import { startTown } from '../src/world/town.ts';

const LIMIT_MS = 1000;
const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '60' },
    rate: { type: 'string', default: '200' },
    json: { type: 'boolean', default: false },
  },
});
const [seconds, rate] = [Number(values.seconds), Number(values.rate)];

const town = await startTown({ behaviours: { '1.0.0': HEALTHY }, prometheus: false, rps: 1, seed: 1 });
const database = process.env['DATABASE_URL'];
const bot = await startBotProcess(town, { env: database === undefined ? {} : { DATABASE_URL: database } });

/** What a busy organisation sends: most of it is not for us, some wakes a rollback, some is a command. */
function event(n: number): { name: string; payload: Record<string, unknown> } {
  const repository = { full_name: REPOSITORY, name: 'deploy', owner: { login: 'acme' } };
  const base = { repository, installation: { id: 1 } };
  const sha = n.toString(16).padStart(7, '0');
  // Of a hundred: eighty-five are not for us, ten are comments, four are pushes, one wakes a rollback.
  const kind = n % 100;
  if (kind === 0) {
    const head = { ref: `rollback/production/recommender/${sha.slice(-7)}` };
    return { name: 'pull_request', payload: { ...base, action: 'synchronize', pull_request: { head } } };
  }
  if (kind < 5) return { name: 'push', payload: { ...base, ref: 'refs/heads/main' } };
  if (kind < 90) {
    const name = ['workflow_job', 'workflow_run', 'create', 'label', 'watch'][n % 5] ?? 'watch';
    return { name, payload: { ...base, action: 'completed', sender: { login: 'mona' }, filler: 'x'.repeat(8_000) } };
  }
  const user = { login: 'mona', type: 'User' };
  const comment = { id: n, user, body: 'Looks good to me.', created_at: new Date().toISOString() };
  return { name: 'issue_comment', payload: { ...base, action: 'created', issue: { number: 1 }, comment } };
}

async function send(n: number): Promise<{ status: number; ms: number }> {
  const { name, payload } = event(n);
  const body = JSON.stringify(payload);
  const signature = `sha256=${createHmac('sha256', town.webhookSecret).update(body).digest('hex')}`;
  const headers = {
    'content-type': 'application/json',
    'x-github-event': name,
    'x-github-delivery': randomUUID(),
    'x-hub-signature-256': signature,
  };
  const started = performance.now();
  try {
    const response = await fetch(`${bot.url}/api/github/webhooks`, { method: 'POST', headers, body });
    await response.arrayBuffer();
    return { status: response.status, ms: performance.now() - started };
  } catch {
    return { status: 0, ms: performance.now() - started };
  }
}

try {
  const total = Math.round(seconds * rate);
  const answers: Promise<{ status: number; ms: number }>[] = [];
  const began = performance.now();
  while (answers.length < total) {
    const due = Math.min(total, Math.ceil(((performance.now() - began) / 1000) * rate));
    while (answers.length < due) answers.push(send(answers.length));
    await sleep(5);
  }
  const all = await Promise.all(answers);
  const metrics = await (await fetch(`${bot.url}/metrics`)).text();
  const counted = Array.from(metrics.matchAll(/^lastgood_deliveries_total\{.*outcome="accepted"\} (?<n>\d+)$/gm));
  const taken = counted.reduce((sum, { groups }) => sum + Number(groups?.['n'] ?? 0), 0);
  const times = all.map(({ ms }) => ms).sort((a, b) => a - b);
  const at = (share: number): number =>
    Number((times[Math.min(times.length - 1, Math.floor(times.length * share))] ?? 0).toFixed(1));
  const accepted = all.filter(({ status }) => status >= 200 && status < 300).length;
  const slow = times.filter((ms) => ms > LIMIT_MS).length;
  // The bot counts each one it took; GitHub of the world may have sent a few of its own.
  const lost = Math.max(0, accepted - taken);
  const ok = accepted === total && slow === 0 && lost === 0;
  const result = {
    sent: total,
    accepted,
    slow,
    lost,
    ms: { p50: at(0.5), p95: at(0.95), p99: at(0.99), most: at(1) },
    queue: database ? 'PostgreSQL' : 'memory',
    ok,
  };
  if (values.json) console.log(JSON.stringify(result, null, 2));
  else {
    console.log(`sent      ${total} webhooks in ${seconds} s (${rate} a second), queue in ${result.queue}`);
    console.log(`accepted  ${accepted}, over ${LIMIT_MS} ms ${slow}, lost ${lost}`);
    console.log(
      `answered  p50 ${result.ms.p50} ms, p95 ${result.ms.p95} ms, p99 ${result.ms.p99} ms, most ${result.ms.most} ms (limit ${LIMIT_MS} ms)`,
    );
  }
  process.exitCode = ok ? 0 : 1;
} finally {
  await bot.stop('SIGKILL');
  await town.close();
}
