import { setTimeout as sleep } from 'node:timers/promises';
import { Probot } from 'probot';
import { createTraffic } from '../src/adapters/github/traffic.ts';
import { messageOf, RollbackError } from '../src/errors.ts';
import { webhooks } from './app.ts';
import { createCheckup, startCheckups } from './checkup.ts';
import { readConfig } from './config.ts';
import { deliveriesRoute } from './deliveries.ts';
import { createDoor } from './door.ts';
import { createHealth } from './health.ts';
import { createHouse } from './house.ts';
import { installations } from './installed.ts';
import { openQueue } from './keep.ts';
import { listen } from './listen.ts';
import { createLookRound } from './look-round.ts';
import { createLog, secretsIn } from './log.ts';
import { createMeters } from './meters.ts';
import { createPorter, type Porter } from './porter.ts';
import { createObservers } from './observers.ts';
import { createRedeliverer } from './redeliver.ts';
import { registriesRoute } from './registry-route.ts';
import { alertsRoute } from './routes.ts';
import { every } from './rounds.ts';
import { readSetup } from './setup-config.ts';
import { startSetup } from './start-setup.ts';

/** Starts the bot and resolves with a function that stops it once everything under way has reached GitHub. */
export async function startBot(
  env: NodeJS.ProcessEnv,
  output: { readonly write?: (line: string) => void } = {},
): Promise<{ readonly url: string; stop(): Promise<void> }> {
  const setup = readSetup(env);
  if (setup !== null) return startSetup(setup, createLog({ secrets: [setup.token], ...output }));
  const config = readConfig(env);
  const secrets = [config.privateKey, config.databaseUrl, ...secretsIn(env)];
  const log = createLog({ secrets, ...output });
  const meters = createMeters();
  const traffic = createTraffic({
    limitsWrites: config.limitsWrites,
    replicas: config.replicas,
    onAnswer: meters.asked,
    onRemaining: meters.remaining,
  });
  const house = createHouse({ config, env, log, traffic, notified: meters.notified });
  const queue = await openQueue({ config, log, meters, gaveUp: (errand, error) => void porter.gaveUp(errand, error) });
  const porter: Porter = createPorter({ house, queue, log, witness: meters });
  const observers = createObservers({ house, log });
  const health = createHealth(queue);
  const probot = new Probot({
    appId: config.appId,
    privateKey: config.privateKey,
    secret: config.webhookSecret,
    logLevel: 'fatal',
  });
  await probot.load(webhooks(porter));
  const checkup = createCheckup({
    house,
    examiner: house.examiner,
    log,
    diagnosed: meters.diagnosed,
    calm: async () => {
      const state = await health.queue();
      return state !== null && state.waiting + state.running === 0;
    },
    wait: (ms) => sleep(ms, undefined, { ref: false }),
  });
  await probot.load(installations(checkup));

  const { url, close } = await listen(
    config.port,
    createDoor({
      deliveries: deliveriesRoute({ probot, log, delivered: meters.delivered }),
      alerts: alertsRoute({
        house,
        porter,
        token: config.alertsToken,
        secrets: config.alerts,
        alerted: meters.alerted,
      }),
      registries: registriesRoute({ observers, porter, env, observed: meters.observed }),
      health,
      meters,
    }),
  );
  await porter.start();

  const redeliver = createRedeliverer({ deliveries: house.deliveries, log, redelivered: meters.redelivered });
  const stopRounds = every(config.sweepMs, {
    log,
    turn: (round) => queue.turn(round, config.sweepMs),
    rounds: {
      identity: () => house.identity().then(health.authenticated),
      sweep: () => porter.sweep(),
      redelivery: redeliver,
      pointers: createLookRound({ observers, porter }),
    },
  });
  const stopCheckups = startCheckups(checkup);
  log('info', `listening on ${url}`, { url });

  return {
    url,
    async stop() {
      health.draining();
      stopRounds();
      stopCheckups();
      await close();
      await porter.drain();
    },
  };
}

if (import.meta.main) {
  try {
    const bot = await startBot(process.env);
    for (const signal of ['SIGINT', 'SIGTERM'] as const)
      process.once(signal, () => void bot.stop().then(() => process.exit(0), giveUp));
  } catch (error) {
    giveUp(error);
  }
}

function giveUp(error: unknown): never {
  process.stderr.write(`${error instanceof RollbackError ? `${error.message}\n${error.hint}` : messageOf(error)}\n`);
  process.exit(1);
}
