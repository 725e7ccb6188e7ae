/** What waits for what between a comment and the merge of its revert, seen on the wire. */
import { createServer, request as ask, type Server } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { REPOSITORY } from '../src/world/deployment.ts';
import type { Town } from '../src/world/town.ts';

/** One call on the wire, ms of one clock. */
export interface Call {
  readonly what: string;
  readonly from: number;
  readonly to: number;
}

/** Passes every call on after `delayMs` and remembers when it began and ended. */
export async function startProxy(target: string, delayMs: () => number, calls: Call[]): Promise<Server> {
  const { hostname, port } = new URL(target);
  const server = createServer((incoming, outgoing) => {
    const from = performance.now();
    const parts: Buffer[] = [];
    incoming.on('data', (part: Buffer) => parts.push(part));
    incoming.on('end', () => {
      const body = Buffer.concat(parts);
      const what = `${incoming.method ?? ''} ${incoming.url ?? ''}${/(?:query|mutation) \w+/.exec(body.toString('utf8'))?.[0].replace(/^/, ' ') ?? ''}`;
      outgoing.on('finish', () => calls.push({ what, from, to: performance.now() }));
      void sleep(delayMs()).then(() => {
        const { url: path, method, headers } = incoming;
        const passed = ask({ hostname, port, path, method, headers }, (answer) => {
          outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
          answer.pipe(outgoing);
        });
        passed.on('error', () => outgoing.destroy());
        passed.end(body);
      });
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}

/** The longest chain in which every call began after the one before had ended, up to the last call given: never less than what waits for each other. */
export function longestChain(calls: readonly Call[]): readonly Call[] {
  const ordered = [...calls].sort((a, b) => a.to - b.to);
  const best = ordered.map((call): Call[] => [call]);
  ordered.forEach((call, i) => {
    for (let j = 0; j < i; j++) {
      const before = best[j] ?? [];
      if ((ordered[j]?.to ?? Infinity) <= call.from && before.length >= (best[i]?.length ?? 0))
        best[i] = [...before, call];
    }
  });
  return best.at(-1) ?? [];
}

/** One bad release and its rollback: ms until the merge was answered, and the chain that led to it. */
export async function rollBack(
  town: Town,
  tag: string,
  calls: Call[],
): Promise<{ sha: string; ms: number; chain: readonly Call[] }> {
  const release = await town.release(tag);
  await town.github.drain();
  await sleep(300);
  calls.length = 0;
  const start = performance.now();
  await town.github.comment(REPOSITORY, release.number, { author: 'mona', body: '/rollback recommender production' });
  for (let waited = 0; waited < 30_000; waited += 5) {
    const merge = calls.find(({ what }) => what.startsWith('PUT') && what.endsWith('/merge'));
    if (merge) {
      return {
        sha: release.sha,
        ms: merge.to - start,
        chain: longestChain(calls.filter(({ to }) => to <= merge.to)),
      };
    }
    await sleep(5);
  }
  throw new Error(`the rollback of ${tag} was not merged within 30 s`);
}
