import { messageOf } from '../src/errors.ts';
import { argoCd } from '../src/adapters/argocd.ts';
import { realClock } from '../src/adapters/clock.ts';
import { appClient, explain, webUrl, type GitHubClient } from '../src/adapters/github/client.ts';
import { deliverAgain, lostDeliveries } from '../src/adapters/github/deliveries.ts';
import { githubRepository } from '../src/adapters/github/repository.ts';
import type { Traffic } from '../src/adapters/github/traffic.ts';
import { inwardFetch } from '../src/adapters/http-guard.ts';
import { movers } from '../src/adapters/registries/movers.ts';
import { artefacts } from '../src/adapters/registries/registries.ts';
import { metricSource } from '../src/adapters/sources.ts';
import { sha256 } from '../src/adapters/sha256.ts';
import { createNotifier } from '../src/adapters/notify/notifier.ts';
import { createOutbox } from '../src/adapters/notify/outbox.ts';
import type { Doors, Log, Told } from '../src/control/doors.ts';
import { createLoop, type Loop } from '../src/control/reconcile.ts';
import type { Config } from './config.ts';
import { createExaminer, type Examiner } from './examine.ts';
import type { Deliveries } from './redeliver.ts';
import { createRepositories, type Repositories } from './repositories.ts';
import { within } from '../src/adapters/within.ts';

/** One deployment repository with everything wired to it. */
export interface Room {
  readonly doors: Doors;
  readonly loop: Loop;
}

export interface House {
  /** The room of a repository; made at the first call and kept, so that evidence and caches survive between looks. */
  room(repository: string, installationId: number): Promise<Room>;
  /** Base URL of the API that all rooms speak to. */
  readonly api: string;
  repositories(): Promise<Repositories>;
  /** What GitHub could not deliver to the App. */
  readonly deliveries: Deliveries;
  /** Resolves once GitHub has answered to the key of the App. */
  identity(): Promise<void>;
  /** Resolves when every room has brought to GitHub what it said and recorded. */
  flush(): Promise<void>;
}

interface Parts {
  readonly config: Config;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly log: Log;
  readonly traffic: Traffic;
  readonly notified: (told: Told) => void;
}

const DAY_MS = 86_400_000;
/** The rest is told by the next process: the ledger knows who has not been. */
const OUTBOX_GRACE_MS = 3000;
const CATCH_UP_MS = 150_000;

export function createHouse({ config, env, log, traffic, notified }: Parts): House & { readonly examiner: Examiner } {
  const inward = inwardFetch(env);
  const asApp = appClient({ ...authOf(config), traffic });
  /** One for all rooms: what is on its way when the bot stops gets one grace. */
  const outbox = createOutbox();
  const rooms = new Map<string, Promise<Room>>();
  const clients = new Map<number, GitHubClient>();
  let login: Promise<string> | null = null;

  const client = (installationId: number): GitHubClient => {
    const known = clients.get(installationId) ?? appClient({ ...authOf(config), installationId, traffic });
    clients.set(installationId, known);
    return known;
  };

  function whoWeAre(): Promise<string> {
    login ??= readLogin(asApp);
    // A failure must not be remembered: the next one who asks tries again.
    login.catch(() => (login = null));
    return login;
  }

  async function build(repository: string, installationId: number): Promise<Room> {
    const name = await whoWeAre();
    const doors: Doors = {
      repository: githubRepository(client(installationId), repository, name),
      argoCd: ({ url, token }) => argoCd({ url, token: env[token] ?? '', fetch: inward }),
      source: (source) => metricSource(source, env),
      artefacts: (registries) => artefacts(registries, { env }),
      movers: (registries) => movers(registries, { env }),
      clock: realClock(),
      sha256,
      log,
      within,
      notifier: createNotifier({
        outbox,
        env,
        repositoryUrl: `${webUrl(config.baseUrl)}/${repository}`,
        issues: { client: client(installationId), repository, login: name },
        now: Date.now,
        onTold: notified,
      }),
    };
    const loop = createLoop(doors);
    const catchUp = (): void =>
      void loop.catchUp().catch((error: unknown) =>
        log('warn', 'what nobody was told could not be read', {
          repository,
          reason: messageOf(error),
        }),
      );
    catchUp();
    // Once more, for what was too young to be anybody's loss at the start.
    setTimeout(catchUp, CATCH_UP_MS).unref();
    return { doors, loop };
  }

  function room(repository: string, installationId: number): Promise<Room> {
    const key = `${installationId}:${repository}`;
    const known = rooms.get(key) ?? build(repository, installationId);
    rooms.set(key, known);
    // A failed start must not be remembered: the next event tries again.
    known.catch(() => rooms.delete(key));
    return known;
  }

  return {
    room,
    examiner: createExaminer({ room, client, asApp, env }),
    api: config.baseUrl,
    deliveries: {
      lost: (most) => lostDeliveries(asApp, { now: Date.now(), withinMs: DAY_MS, most }),
      again: (delivery) => deliverAgain(asApp, delivery),
    },
    async identity() {
      await whoWeAre();
    },
    async flush() {
      await outbox.close(OUTBOX_GRACE_MS);
      const built = await Promise.allSettled([...rooms.values()]);
      await Promise.all(built.flatMap((room) => (room.status === 'fulfilled' ? [room.value.loop.flush()] : [])));
    },
    repositories: createRepositories({ asApp, client, log }),
  };
}

/** What a client needs of the configuration, and no other secret. */
function authOf({ appId, privateKey, baseUrl }: Config) {
  return { appId, privateKey, baseUrl };
}

async function readLogin(asApp: GitHubClient): Promise<string> {
  try {
    const { data } = await asApp.request('GET /app');
    return `${data?.slug ?? 'lastgood'}[bot]`;
  } catch (error) {
    throw explain(error, 'read the identity of the App');
  }
}
