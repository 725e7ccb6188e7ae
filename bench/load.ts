/** Signed webhooks at a steady rate against the bot as a process: every one answered with 2xx within a second, none lost. */
import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { bundlePackage } from '../cli/bundle.ts';
import { startBotProcess } from '../cli/demo/processes.ts';
import { HEALTHY } from '../src/world/services/faults.ts';
import { startTown } from '../src/world/town.ts';
import type { Sent } from './load-sender.ts';

const LIMIT_MS = 1000;
const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '60' },
    rate: { type: 'string', default: '200' },
    json: { type: 'boolean', default: false },
  },
});
const [seconds, rate] = [Number(values.seconds), Number(values.rate)];
const total = Math.round(seconds * rate);

await bundlePackage();
const town = await startTown({ behaviours: { '1.0.0': HEALTHY }, prometheus: false, rps: 1, seed: 1 });
const database = process.env['DATABASE_URL'];
const bot = await startBotProcess(town, {
  entry: fileURLToPath(new URL('../bot/dist/main.js', import.meta.url)),
  env: database === undefined ? {} : { DATABASE_URL: database },
});

async function sendAll(): Promise<Sent> {
  const child = spawn(
    process.execPath,
    [
      fileURLToPath(new URL('load-sender.ts', import.meta.url)),
      `${bot.url}/api/github/webhooks`,
      String(seconds),
      String(rate),
    ],
    {
      env: { PATH: process.env['PATH'] ?? '', WEBHOOK_SECRET: town.webhookSecret },
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  return JSON.parse(await text(child.stdout)) as Sent;
}

/** Processor time that the bot has used, ms. */
async function botCpuMs(): Promise<number> {
  const stat = await readFile(`/proc/${bot.process.pid ?? 0}/stat`, 'utf8');
  const [user, system] = stat
    .slice(stat.lastIndexOf(')') + 2)
    .split(' ')
    .slice(11, 13);
  return (Number(user) + Number(system)) * 10;
}

try {
  const cpuBefore = await botCpuMs();
  const { ms, accepted } = await sendAll();
  const cpuMs = ((await botCpuMs()) - cpuBefore) / total;
  const metrics = await (await fetch(`${bot.url}/metrics`)).text();
  const counted = Array.from(metrics.matchAll(/^lastgood_deliveries_total\{.*outcome="accepted"\} (?<n>\d+)$/gm));
  const taken = counted.reduce((sum, { groups }) => sum + Number(groups?.['n'] ?? 0), 0);
  const times = ms.toSorted((a, b) => a - b);
  const at = (share: number): number =>
    Number((times[Math.min(times.length - 1, Math.floor(times.length * share))] ?? 0).toFixed(1));
  const slow = times.filter((each) => each > LIMIT_MS).length;
  // The bot counts each one it took; GitHub of the world may have sent a few of its own.
  const lost = Math.max(0, accepted - taken);
  const ok = accepted === total && slow === 0 && lost === 0;
  const result = {
    sent: total,
    accepted,
    slow,
    lost,
    ms: { p50: at(0.5), p95: at(0.95), p99: at(0.99), most: at(1) },
    cpuMsEach: Number(cpuMs.toFixed(2)),
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
    console.log(`cost      ${result.cpuMsEach} ms of processor time of the bot for each`);
  }
  process.exitCode = ok ? 0 : 1;
} finally {
  await bot.stop('SIGKILL');
  await town.close();
}
