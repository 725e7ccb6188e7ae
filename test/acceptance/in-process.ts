/** lastgood without a process of its own, woken by the real webhooks of the world: the real loop and adapters, or the whole bot. */
import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { startBot } from '../../bot/main.ts';
import { argoCd } from '../../src/adapters/argocd.ts';
import { realClock } from '../../src/adapters/clock.ts';
import { appClient } from '../../src/adapters/github/client.ts';
import { githubRepository } from '../../src/adapters/github/repository.ts';
import { metricSource } from '../../src/adapters/sources.ts';
import { hear } from '../../src/control/command.ts';
import type { Doors } from '../../src/control/doors.ts';
import type { Ask } from '../../src/control/draft.ts';
import { answerMergeGroup } from '../../src/control/merge-group.ts';
import type { Settled } from '../../src/control/follow.ts';
import { createLoop } from '../../src/control/reconcile.ts';
import { REPOSITORY } from '../../src/world/deployment.ts';
import type { Town } from '../../src/world/town.ts';

export interface Crew {
  readonly doors: Doors;
  /** An alert that accuses a release (null: whatever is newest). */
  alert(bad: string | null): Promise<Settled>;
  close(): Promise<void>;
}

const KEY = { repo: REPOSITORY, service: 'recommender', environment: 'production' } as const;

export async function startCrew(town: Town): Promise<Crew> {
  const { id: appId, privateKey, installationId } = town.github.app;
  const client = appClient({ baseUrl: town.github.url, appId, privateKey, installationId });
  const doors: Doors = {
    repository: githubRepository(client, REPOSITORY, 'lastgood[bot]'),
    argoCd: ({ url }) => argoCd({ url, token: town.argoToken }),
    source: (source) => metricSource(source, {}),
    clock: realClock(),
    sha256: (text) => createHash('sha256').update(text).digest('hex'),
    log: (level, message, facts) => {
      if (process.env['CREW_LOG']) process.stderr.write(`${level} ${message} ${JSON.stringify(facts ?? {})}\n`);
    },
  };
  const loop = createLoop(doors);
  let closed = false;
  let timer: NodeJS.Timeout | undefined;
  const running = new Set<Promise<unknown>>();
  const track = <T>(work: Promise<T>): Promise<T> => {
    const quiet = work.catch(() => undefined).finally(() => running.delete(quiet));
    running.add(quiet);
    return work;
  };
  /** A wait of minutes is cut to a moment: nothing here depends on how long it takes. */
  const follow = ({ again }: { readonly again: number | null }): void => {
    clearTimeout(timer);
    if (again !== null && !closed) timer = setTimeout(look, Math.min(again, 300));
  };
  const look = (): void => {
    track(loop.reconcile(KEY, null)).then(follow, (error: unknown) => {
      doors.log('warn', String(error));
      follow({ again: 300 });
    });
  };
  const take = async (event: string, body: Record<string, unknown>): Promise<void> => {
    const comment = body['comment'] as { id: number; body: string; created_at: string; user: User } | undefined;
    if (event === 'issue_comment' && body['action'] === 'created' && comment) {
      const heard = await hear(doors, loop, {
        commentId: comment.id,
        page: { kind: 'issue', number: (body['issue'] as { number: number }).number },
        author: comment.user.login,
        isBot: comment.user.type !== 'User',
        body: comment.body,
        createdAt: comment.created_at,
      });
      if (heard) follow(heard.settled);
    } else if (event === 'merge_group' && body['action'] === 'checks_requested') {
      const group = body['merge_group'] as { head_sha: string; base_ref: string };
      await answerMergeGroup(doors, { head: group.head_sha, base: group.base_ref.replace('refs/heads/', '') });
    } else look();
  };
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      response.writeHead(202).end();
      const body = JSON.parse(Buffer.concat(chunks).toString('utf8')) as Record<string, unknown>;
      if (!closed)
        track(take(String(request.headers['x-github-event']), body)).catch((error: unknown) =>
          doors.log('warn', String(error)),
        );
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  town.github.setWebhook(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
  return {
    doors,
    async alert(bad) {
      const cause = { kind: 'alert', source: 'Alertmanager', alert: 'HighErrorRate', fingerprint: 'f00d' } as const;
      const ask: Ask = { cause, at: new Date().toISOString(), bad, to: null };
      const settled = await track(loop.reconcile(KEY, ask));
      follow(settled);
      return settled;
    },
    async close() {
      closed = true;
      clearTimeout(timer);
      while (running.size > 0) await Promise.all(running);
      await loop.flush().catch(() => undefined);
      server.closeAllConnections();
      server.close();
    },
  };
}

/** The whole bot in this process, without GitHub's limits of writing: a test does in seconds what takes people an afternoon. */
export async function startBotHere(town: Town, env: NodeJS.ProcessEnv = {}): Promise<() => Promise<void>> {
  const bot = await startBot(
    {
      APP_ID: String(town.github.app.id),
      PRIVATE_KEY: town.github.app.privateKey,
      WEBHOOK_SECRET: town.webhookSecret,
      GITHUB_API_URL: town.github.url,
      ARGOCD_TOKEN: town.argoToken,
      PORT: '0',
      SWEEP_SECONDS: '30',
      GITHUB_WRITE_LIMITS: 'off',
      ...env,
    },
    { write: process.env['BOT_LOG'] ? (line) => void process.stderr.write(line) : () => undefined },
  );
  town.github.setWebhook(`${bot.url}/api/github/webhooks`);
  return () => bot.stop();
}

interface User {
  readonly login: string;
  readonly type: string;
}
