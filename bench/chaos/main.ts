/** Incidents in a storm: webhooks and calls go wrong, replicas die, and every promise is checked at the end. */
import { appendFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { startPostgres } from '../../test/real/postgres.ts';
import { chance } from './chance.ts';
import { playIncident, type Incident } from './incident.ts';
import { brokenPromises } from './promises.ts';
import { webhookRelay } from './relay.ts';
import { startReplicas } from './replicas.ts';
import type { Tally } from './weather.ts';
import { startWorld } from './world.ts';

const { values } = parseArgs({
  options: {
    incidents: { type: 'string', default: '500' },
    services: { type: 'string', default: '20' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    /** A URL; auto: a server of our own where PostgreSQL is installed; none: one replica that forgets when it dies. */
    postgres: { type: 'string', default: 'auto' },
    /** Seconds that an incident may take. */
    patience: { type: 'string', default: '600' },
    /** Appends the logs of all replicas to this file. */
    log: { type: 'string' },
  },
});
const [total, many, seed] = [Number(values.incidents), Number(values.services), Number(values.seed)];
const services = Array.from({ length: Math.min(many, total) }, (_, i) => `service-${i + 1}`);
const tally: Tally = new Map();
const began = Date.now();

const server = values.postgres === 'auto' ? await startPostgres() : null;
const databaseUrl = server?.url ?? (/^(auto|none)$/.test(values.postgres) ? null : values.postgres);
const world = await startWorld(services, seed, tally);
const replicas = await startReplicas({
  github: world.github,
  many: databaseUrl === null ? 1 : 2,
  databaseUrl,
  tally,
  onLine: (line, replica) => {
    if (values.log !== undefined) appendFileSync(values.log, `${replica} ${line}\n`);
  },
});
const relay = await webhookRelay(chance(seed + 3), tally, () => replicas.living());
world.github.setWebhook(`${relay.url}/api/github/webhooks`);

/** Someone always dies, until nobody is needed any more. */
const dying = { over: false };
async function die(): Promise<void> {
  const dice = chance(seed + 4);
  for (;;) {
    await sleep(dice.between(8_000, 25_000), undefined, { ref: false });
    if (dying.over) return;
    await replicas.kill(dice);
  }
}

async function live(service: string, index: number): Promise<readonly Incident[]> {
  const dice = chance(seed + 100 + index);
  const done: Incident[] = [];
  const mine = Math.floor(total / services.length) + (index < total % services.length ? 1 : 0);
  for (let n = 1; n <= mine; n += 1) {
    const incident = await playIncident(world, {
      service,
      tag: `2.${n}.0`,
      dice,
      patienceMs: Number(values.patience) * 1000,
    });
    done.push(incident);
    // What has no end would hold up everything that follows.
    if (incident.ended === 'never') break;
  }
  return done;
}

try {
  world.storm();
  const deaths = die();
  const incidents = (await Promise.all(services.map(live))).flat();
  dying.over = true;
  const stormMs = Date.now() - began;
  world.calm();
  await Promise.race([deaths, sleep(0)]);
  // What is only said and recorded may come after the label; the sweep finds what a killed replica left.
  let broken = await brokenPromises(world, incidents);
  for (let i = 0; i < 20 && broken.length > 0 && incidents.every(({ ended }) => ended !== 'never'); i += 1) {
    await sleep(1_000);
    await world.argoCd.settle();
    broken = await brokenPromises(world, incidents);
  }
  const ended = (how: Incident['ended']) => incidents.filter((incident) => incident.ended === how).length;
  tally.set('incidents', incidents.length);
  tally.set('incidents: recovered', ended('recovered'));
  tally.set('incidents: escalated', ended('escalated'));
  tally.set('incidents: escalated, as they must', incidents.filter(({ ailing }) => ailing).length);
  tally.set('incidents: without an end', ended('never'));
  for (const [name, n] of [...tally].sort(([a], [b]) => a.localeCompare(b)))
    console.log(`${name.padEnd(40)}${String(n).padStart(7)}`);
  console.log(
    `\nqueue in ${databaseUrl === null ? 'memory' : 'PostgreSQL'}, ${Math.round(stormMs / 1000)} s, seed ${seed}`,
  );
  for (const words of broken.slice(0, 50)) console.log(`BROKEN  ${words}`);
  if (broken.length > 0 || incidents.length < total) {
    console.log(
      `\n${broken.length} broken promises; again with: npm run chaos -- --incidents ${total} --services ${many} --seed ${seed}`,
    );
    process.exitCode = 1;
  } else console.log('Every promise was kept.');
} finally {
  dying.over = true;
  await replicas.stop();
  await relay.close();
  await world.close();
  await server?.stop();
}
// A replica may just have been started when everything ended.
process.exit();
