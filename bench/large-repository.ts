/**
 * A repository of 20,000 files, 2,000 services and 50,000 commits against a small one: round trips of `/rollback`, the time of a
 * plan, the memory of the bot, the time to read the playbook. Prints numbers and PASS or FAIL; exit 1 when one fails.
 */
import { readFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { bundlePackage } from '../cli/bundle.ts';
import { startBotProcess } from '../cli/demo/processes.ts';
import { parsePlaybook } from '../src/playbook/parse.ts';
import { REPOSITORY } from '../src/world/deployment.ts';
import { HEALTHY } from '../src/world/services/faults.ts';
import { startTown } from '../src/world/town.ts';
import { labelled, ourComments, writePlaybook } from '../test/acceptance/stage.ts';
import { rollBack, startProxy, type Call } from './chain.ts';
import { folderOf, importHistory, serviceName } from './large-history.ts';

const SIZE = { services: 2000, filesEach: 10, commits: 50_000 };
const LATENCY_MS = 20;
const LIMITS = { ratio: 2, planMs: 3000, botMb: 250 };

interface Measured {
  readonly trips: number;
  readonly rollbackMs: number;
  readonly planMs: number;
  readonly botMb: number;
}

/** The services of the playbook beside the one that is rolled back; their criteria are written once. */
function manyServices(count: number): string {
  const criteria = `[{ name: errors, bad: 'http_requests_total{code="500"}', total: http_requests_total, if: rate > 2% }]`;
  return Array.from({ length: count }, (_, i) => {
    const name = serviceName(i);
    const verify = `{ source: metrics, arm: 'http://127.0.0.1:9/${name}', healthy-for: 30s, within: 10m, criteria: ${i === 0 ? `&errors ${criteria}` : '*errors'} }`;
    return `  ${name}:\n    environments:\n      production: { paths: [${folderOf(i)}], applications: [${name}], verify: ${verify} }\n`;
  }).join('');
}

async function measure(large: boolean): Promise<Measured> {
  // The first warms up; the second is measured; the third gets a plan.
  const tags = ['2.0.0', '2.1.0', '2.2.0'];
  const town = await startTown({
    behaviours: Object.fromEntries(['1.0.0', ...tags].map((tag) => [tag, HEALTHY])),
    prometheus: false,
    rps: 40,
    seed: 1,
  });
  const calls: Call[] = [];
  const proxy = await startProxy(town.github.url, () => LATENCY_MS, calls);
  try {
    if (large) {
      const began = performance.now();
      const { directory } = town.github.repository(REPOSITORY).git;
      await importHistory(directory, 'main', SIZE, Math.floor(Date.now() / 1000) - 60);
      console.log(`        imported ${SIZE.commits} commits in ${((performance.now() - began) / 1000).toFixed(1)} s`);
    }
    await writePlaybook(town, (text) => (large ? `${text}${manyServices(SIZE.services)}` : text));
    const bot = await startBotProcess(town, {
      entry: fileURLToPath(new URL('../bot/dist/main.js', import.meta.url)),
      env: { GITHUB_API_URL: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`, SWEEP_SECONDS: '3600' },
    });
    try {
      const chains: number[] = [];
      const times: number[] = [];
      for (const tag of tags.slice(0, 2)) {
        const run = await rollBack(town, tag, calls);
        await labelled(town, run.sha, 'recovered');
        chains.push(run.chain.length);
        times.push(run.ms);
      }
      const release = await town.release(tags[2] ?? '');
      await town.github.drain();
      const start = performance.now();
      const body = '/rollback plan recommender production';
      await town.github.comment(REPOSITORY, release.number, { author: 'mona', body });
      while (ourComments(town, release.number).length === 0 && performance.now() - start < 60_000) await sleep(5);
      const planMs = performance.now() - start;
      const status = await readFile(`/proc/${bot.process.pid ?? 0}/status`, 'utf8');
      const botMb = Number(/^VmRSS:\s+(?<kb>\d+) kB$/m.exec(status)?.groups?.['kb'] ?? NaN) / 1024;
      return { trips: Math.min(...chains), rollbackMs: Math.min(...times), planMs, botMb };
    } finally {
      await bot.stop('SIGKILL');
    }
  } finally {
    proxy.closeAllConnections();
    proxy.close();
    await town.close();
  }
}

/** Median of three readings of a playbook of all services. */
function readingMs(): number {
  const text = `version: 1\nsources:\n  metrics: { kind: openmetrics }\nargocd: { url: "https://argocd.example.com" }\nservices:\n${manyServices(SIZE.services)}`;
  const times = [1, 2, 3].map(() => {
    const start = performance.now();
    const parsed = parsePlaybook(text, 'lastgood.yml');
    if (!parsed.ok) throw new Error(JSON.stringify(parsed.faults.slice(0, 2)));
    return performance.now() - start;
  });
  return times.sort((a, b) => a - b)[1] ?? NaN;
}

const checks: boolean[] = [];
function check(ok: boolean, words: string): void {
  checks.push(ok);
  console.log(`${ok ? 'PASS' : 'FAIL'}    ${words}`);
}

// As `npm run bot` starts it.
await bundlePackage();
const small = await measure(false);
const large = await measure(true);
const ratio = large.trips / small.trips;
check(
  ratio <= LIMITS.ratio,
  `round trips of /rollback: ${large.trips} against ${small.trips}, ${ratio.toFixed(2)} x (limit ${LIMITS.ratio} x)`,
);
console.log(
  `        comment to merge: ${large.rollbackMs.toFixed(0)} ms against ${small.rollbackMs.toFixed(0)} ms, ${LATENCY_MS} ms a call`,
);
check(
  large.planMs <= LIMITS.planMs,
  `plan: ${large.planMs.toFixed(0)} ms against ${small.planMs.toFixed(0)} ms (limit ${LIMITS.planMs} ms)`,
);
check(
  large.botMb <= LIMITS.botMb,
  `memory of the bot: ${large.botMb.toFixed(0)} MB against ${small.botMb.toFixed(0)} MB (limit ${LIMITS.botMb} MB)`,
);
console.log(
  `        a playbook of ${SIZE.services} services is read in ${readingMs().toFixed(0)} ms, once for each text`,
);
process.exitCode = checks.every((ok) => ok) ? 0 : 1;
