import { startArgoCd, type ArgoCdWorld } from '../../src/world/argocd/server.ts';
import { REPOSITORY } from '../../src/world/deployment.ts';
import { startGitHub, type LocalGitHub } from '../../src/world/github/start.ts';
import type { Listening } from '../../src/world/listen.ts';
import { chance } from './chance.ts';
import { startPages, type Pages } from './pages.ts';
import { applicationOf, deployment, notesOf, pathOf, playbook } from './playbook.ts';
import { argoRelay } from './relay.ts';
import { weather, type Tally } from './weather.ts';

export const SECRETS = { webhook: 'webhook-secret-of-this-world', argoCd: 'argocd-token-of-this-world' } as const;
/** Argo CD looks by itself this often: its webhooks get lost like all others. */
const POLL_MS = 4_000;

export interface World {
  readonly github: LocalGitHub;
  readonly argoCd: ArgoCdWorld;
  readonly pages: Pages;
  /** From now on calls fail; `calm` ends it. */
  storm(): void;
  calm(): void;
  close(): Promise<void>;
}

/** GitHub, Argo CD with an application for each service, and their metrics. */
export async function startWorld(services: readonly string[], seed: number, tally: Tally): Promise<World> {
  let raging = false;
  const [githubDice, argoDice] = [chance(seed + 1), chance(seed + 2)];
  const github = await startGitHub({
    app: { webhookSecret: SECRETS.webhook },
    callsKept: 100,
    onExchange: (call) => {
      if (raging) spoil(call);
    },
  });
  const spoil = weather(githubDice, tally, (fault) => github.failNext(fault));
  const pages = await startPages();
  await github.createRepository({
    owner: 'acme',
    name: 'deployments',
    files: { 'README.md': '# deployments\n' },
    collaborators: { mona: 'admin', bob: 'write' },
  });
  let argoUrl = '';
  const calmDice = { ...argoDice, hits: (ratio: number) => raging && argoDice.hits(ratio) };
  const relay: Listening = await argoRelay(calmDice, tally, () => argoUrl);
  await github.pushCommit(REPOSITORY, {
    author: 'mona',
    message: 'Release everything',
    files: {
      'lastgood.yml': playbook(services, { argoCd: relay.url, metrics: pages.url }),
      ...Object.fromEntries(
        services.flatMap((service) => [
          [`${pathOf(service)}/deployment.yaml`, deployment(service, '1.0.0')],
          [notesOf(service), `# ${service}\n`],
        ]),
      ),
    },
  });
  const argoCd = await startArgoCd({
    applications: services.map((service) => ({
      name: applicationOf(service),
      // Git itself, not its HTTP: Argo CD looks after every push.
      repoUrl: github.repository(REPOSITORY).git.directory,
      path: pathOf(service),
      targetRevision: 'main',
    })),
    token: SECRETS.argoCd,
    pollMs: POLL_MS,
    onApply: (name, { files }) => {
      const tag = /image: \S+:(?<tag>\S+)/.exec([...files.values()].join('\n'))?.groups?.['tag'] ?? '';
      pages.run(name.replace(/-production$/, ''), tag);
      return Promise.resolve();
    },
  });
  argoUrl = argoCd.url;
  github.addWebhook(REPOSITORY, { url: `${relay.url}/api/webhook`, events: ['push'] });
  await argoCd.settle();
  return {
    github,
    argoCd,
    pages,
    storm: () => void (raging = true),
    calm() {
      raging = false;
      github.hub.faults.clear();
    },
    async close() {
      await argoCd.close();
      await Promise.all([relay.close(), github.close()]);
      await pages.close();
    },
  };
}
