/**
 * Sequential GitHub round trips from the comment `/rollback` to the merge of the revert: what a slow GitHub costs.
 * Two independent counts: the longest chain of calls that did not overlap, and the time that added latency adds.
 */
import type { AddressInfo } from 'node:net';
import { startBotProcess } from '../cli/demo/processes.ts';
import { HEALTHY } from '../src/world/services/faults.ts';
import { startTown } from '../src/world/town.ts';
import { labelled, writePlaybook } from '../test/acceptance/stage.ts';
import { rollBack, startProxy, type Call } from './chain.ts';

const LIMIT_TRIPS = 10;
const LIMIT_MS = 2000;
const ADDED_MS = 100;
const RUNS = 3;

const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;

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
