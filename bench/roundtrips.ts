/**
 * Sequential GitHub round trips from the comment `/rollback` to the merge of the revert: what a slow GitHub costs.
 * Two independent counts: the longest chain of calls that did not overlap, and the time that added latency adds.
 */
import { createServer, request as ask, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { startBotProcess } from '../cli/demo/processes.ts';
import { REPOSITORY } from '../src/world/deployment.ts';
import { HEALTHY } from '../src/world/services/faults.ts';
import { startTown, type Town } from '../src/world/town.ts';
import { labelled, writePlaybook } from '../test/acceptance/stage.ts';

const LIMIT_TRIPS = 10;
const LIMIT_MS = 2000;
const ADDED_MS = 100;
const RUNS = 3;

/** One call on the wire, ms of one clock. */
interface Call {
  readonly what: string;
  readonly from: number;
  readonly to: number;
}

/** Passes every call on after `delayMs` and remembers when it began and ended. */
async function startProxy(target: string, delayMs: () => number, calls: Call[]): Promise<Server> {
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
function longestChain(calls: readonly Call[]): readonly Call[] {
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

const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;

/** One bad release and its rollback: ms until the merge was answered, and the chain that led to it. */
async function rollBack(
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

async function main(json: boolean): Promise<number> {
  const tags = Array.from({ length: 2 * RUNS + 1 }, (_, i) => `2.${i}.0`);
  const town = await startTown({
    behaviours: Object.fromEntries(['1.0.0', ...tags].map((tag) => [tag, HEALTHY])),
    prometheus: false,
    rps: 40,
    seed: 1,
  });
  await writePlaybook(town, (text) => text);
  const calls: Call[] = [];
  let delayMs = 0;
  const proxy = await startProxy(town.github.url, () => delayMs, calls);
  const bot = await startBotProcess(town, {
    env: { GITHUB_API_URL: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`, SWEEP_SECONDS: '3600' },
  });
  try {
    const [warmUp = '', ...rest] = tags;
    const first = await rollBack(town, warmUp, calls);
    await labelled(town, first.sha, 'recovered');
    const plain: number[] = [];
    const slow: number[] = [];
    let chain: readonly Call[] = [];
    for (const [i, tag] of rest.entries()) {
      const added = i % 2 === 0 ? 0 : ADDED_MS;
      delayMs = added;
      const run = await rollBack(town, tag, calls);
      // The next one would be followed only after this one: a service has one rollback at a time.
      delayMs = 0;
      await labelled(town, run.sha, 'recovered');
      (added === 0 ? plain : slow).push(run.ms);
      // With latency the calls dwarf the work between them, so that the chain shows what waits for what.
      if (added > 0 && (chain.length === 0 || run.chain.length < chain.length)) chain = run.chain;
    }
    const trips = chain.length;
    const withLatency = median(slow);
    const byTime = (withLatency - median(plain)) / ADDED_MS;
    const ok = trips <= LIMIT_TRIPS && withLatency <= LIMIT_MS;
    const result = {
      sequentialRoundTrips: trips,
      limit: LIMIT_TRIPS,
      byAddedTime: Number(byTime.toFixed(1)),
      msWithoutLatency: Math.round(median(plain)),
      msWith100: Math.round(withLatency),
      limitMs: LIMIT_MS,
      chain: chain.map(({ what }) => what),
      ok,
    };
    if (json) console.log(JSON.stringify(result, null, 2));
    else {
      console.log(
        `sequential round trips: ${trips} (limit ${LIMIT_TRIPS}); by the time that latency adds: ${byTime.toFixed(1)}`,
      );
      console.log(
        `from the comment to the merge: ${result.msWith100} ms with ${ADDED_MS} ms added to every call (limit ${LIMIT_MS}), ${result.msWithoutLatency} ms without`,
      );
      for (const [i, call] of chain.entries()) console.log(`  ${i + 1}. ${call.what}`);
    }
    return ok ? 0 : 1;
  } finally {
    await bot.stop('SIGKILL');
    proxy.closeAllConnections();
    proxy.close();
    await town.close();
  }
}

process.exitCode = await main(process.argv.includes('--json'));
