/**
 * A local GitHub whose truth is a real bare git repository: REST, GraphQL, webhooks and git over HTTP on 127.0.0.1.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ACTIONS_APP, createApp } from './apps.ts';
import { installationToken, userToken } from './auth.ts';
import type { Delivery, Subscription } from './delivery.ts';
import { Faults } from './http/faults.ts';
import { createGitHubServer, type Traffic } from './http/server.ts';
import { humans, type Human } from './human.ts';
import { findRepository, repositoryKey, type Hub, type WorkflowEvent } from './hub.ts';
import type { AppOptions, Exchange, Fault, GitHubOptions, WebhookFault } from './options.ts';
import { ensureUser } from './people.ts';
import { createRepository, type NewRepository } from './repositories.ts';
import { protectionFrom, rulesFrom } from './rest/protection.ts';
import type { BypassActor, Ruleset } from './rule-state.ts';
import type { Access, App, Repository, Role, User, Viewer } from './state.ts';
import { Webhooks } from './webhooks.ts';

export interface LocalGitHub extends Human {
  /** The root of the API; `${url}/api/v3` and `${url}/api/graphql` work as well. */
  readonly url: string;
  readonly graphqlUrl: string;
  readonly app: App;
  /** Everything it knows, for tests that look behind the curtain. */
  readonly hub: Hub;
  /** Every call so far, oldest first. */
  readonly calls: readonly Exchange[];
  readonly deliveries: readonly Delivery[];
  cloneUrl(repository: string): string;
  createRepository(options: NewRepository): Promise<Repository>;
  repository(name: string): Repository;
  user(login: string, details?: Partial<Pick<User, 'type' | 'name' | 'email'>>): User;
  permit(repository: string, login: string, role: Role): void;
  /** Returns the id, as a ruleset's bypass names it. */
  team(org: string, slug: string, members: readonly string[]): number;
  /** Another app, such as a CI service; installed everywhere. */
  registerApp(options: AppOptions): App;
  /** A person creates an App from this manifest; returns the code that GitHub sends to its redirect_url. */
  createFromManifest(manifest: Readonly<Record<string, unknown>>): string;
  install(repository: string, app?: App): void;
  uninstall(repository: string, app?: App): void;
  /** A personal token, the same each time. */
  token(login: string): string;
  /**
   * A workflow's GITHUB_TOKEN: acts as github-actions[bot], and what it does starts no workflows. With the permissions that the
   * workflow declares; all that it may have unless told.
   */
  actionsToken(repository: string, permissions?: Readonly<Record<string, Access>>): string;
  /** A fresh installation token of an app (ours unless told). */
  appToken(app?: App): string;
  /** Classic protection in the shape of PUT /branches/{branch}/protection. */
  protect(repository: string, branch: string, settings: Readonly<Record<string, unknown>>): void;
  /** A ruleset on branches (the default branch unless told); rules in GitHub's shape. Returns its id. */
  ruleset(repository: string, options: RulesetOptions): number;
  /** Where the App's webhooks go; replaces the address given before. */
  setWebhook(url: string): void;
  /** A plain webhook of one repository. */
  addWebhook(
    repository: string,
    options: { readonly url: string; readonly secret?: string; readonly events?: readonly string[] },
  ): Subscription;
  /** Called for whatever would start a workflow. */
  onWorkflow(listener: (event: WorkflowEvent) => Promise<void> | void): void;
  redeliver(id: number): Promise<Delivery>;
  failNext(fault: Fault): void;
  failWebhook(fault: WebhookFault): void;
  /** Sends the webhooks that `hold` kept back. */
  release(): void;
  /** Resolves once no webhook is on its way and no background work is left. */
  drain(): Promise<void>;
  close(): Promise<void>;
}

export interface RulesetOptions {
  readonly name?: string;
  readonly include?: readonly string[];
  readonly exclude?: readonly string[];
  readonly rules: readonly Readonly<Record<string, unknown>>[];
  readonly bypass?: readonly BypassActor[];
}

function createHub(options: GitHubOptions): Hub {
  let last = 1000;
  const now = options.clock ?? Date.now;
  const nextId = (): number => {
    last += 1;
    return last;
  };
  const base = {
    url: '',
    now,
    nextId,
    directory: mkdtempSync(join(tmpdir(), 'local-github-')),
    users: new Map(),
    apps: new Map(),
    manifests: new Map(),
    repositories: new Map(),
    teams: new Map(),
    tokens: new Map<string, Viewer>(),
    webhooks: new Webhooks({ now, nextId }),
    faults: new Faults(),
    workflows: new Set(),
    background: new Set(),
  } satisfies Omit<Hub, 'app' | 'actions'>;
  // The two apps are made with the very maps they then belong to.
  const early = base as unknown as Hub;
  return Object.assign(base, { actions: createApp(early, ACTIONS_APP), app: createApp(early, options.app ?? {}) });
}

function subscribeApp(hub: Hub, options: AppOptions, url: string): Subscription {
  return hub.webhooks.subscribe({
    kind: 'app',
    target: hub.app.id,
    repository: null,
    url,
    secret: options.webhookSecret ?? null,
    events: hub.app.events,
    installationId: hub.app.installationId,
  });
}

async function drain(hub: Hub): Promise<void> {
  while (hub.background.size > 0 || hub.webhooks.busy) {
    await Promise.all(hub.background);
    await hub.webhooks.drain();
  }
}

function newRuleset(hub: Hub, options: RulesetOptions): Ruleset {
  const now = hub.now();
  return {
    id: hub.nextId(),
    name: options.name ?? 'rules',
    target: 'branch',
    enforcement: 'active',
    bypass: options.bypass ?? [],
    include: options.include ?? ['~DEFAULT_BRANCH'],
    exclude: options.exclude ?? [],
    rules: rulesFrom(options.rules),
    createdAt: now,
    updatedAt: now,
  };
}

/** Starts a GitHub; `close()` ends it and removes its folder. */
export async function startGitHub(options: GitHubOptions = {}): Promise<LocalGitHub> {
  const hub = createHub(options);
  const traffic: Traffic = { calls: [], options };
  const server = createGitHubServer(hub, traffic);
  await new Promise<void>((resolve) => server.listen(options.port ?? 0, '127.0.0.1', resolve));
  hub.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  for (const fault of options.faults ?? []) hub.faults.add(fault);
  let appHook = options.app?.webhookUrl === undefined ? null : subscribeApp(hub, options.app, options.app.webhookUrl);
  const at = (name: string): Repository => {
    const [owner = '', repo = ''] = name.split('/');
    const repository = hub.repositories.get(repositoryKey(owner, repo));
    if (repository === undefined) throw new Error(`the local GitHub has no repository ${name}`);
    return repository;
  };

  return {
    ...humans(hub),
    url: hub.url,
    graphqlUrl: `${hub.url}/graphql`,
    app: hub.app,
    hub,
    calls: traffic.calls,
    deliveries: hub.webhooks.deliveries,
    cloneUrl: (name) => `${hub.url}/${name}.git`,
    createRepository: (input) => createRepository(hub, input),
    repository: at,
    user: (login, details) => ensureUser(hub, login, details),
    permit: (name, login, role) => void at(name).collaborators.set(ensureUser(hub, login).login.toLowerCase(), role),
    team: (org, slug, members) => {
      const entries = members.map((login) => [ensureUser(hub, login).login.toLowerCase(), 'member'] as const);
      const known = hub.teams.get(`${org}/${slug}`.toLowerCase());
      const id = known?.id ?? hub.nextId();
      hub.teams.set(`${org}/${slug}`.toLowerCase(), { id, org, slug, members: new Map(entries) });
      return id;
    },
    registerApp: (input) => {
      const app = createApp(hub, input);
      for (const repository of hub.repositories.values()) repository.installed.add(app.id);
      return app;
    },
    createFromManifest: (manifest) => {
      const code = `code${hub.nextId()}`;
      hub.manifests.set(code, manifest);
      return code;
    },
    install: (name, app = hub.app) => void at(name).installed.add(app.id),
    uninstall: (name, app = hub.app) => void at(name).installed.delete(app.id),
    token: (login) => userToken(hub, ensureUser(hub, login)),
    actionsToken: (name, permissions = hub.actions.permissions) =>
      installationToken(hub, hub.actions, new Set([at(name).id]), { metadata: 'read', ...permissions }).token,
    appToken: (app = hub.app) => installationToken(hub, app, null, app.permissions).token,
    protect: (name, branch, settings) => void at(name).protections.set(branch, protectionFrom(settings)),
    ruleset: (name, input) => {
      const ruleset = newRuleset(hub, input);
      at(name).rulesets.set(ruleset.id, ruleset);
      return ruleset.id;
    },
    setWebhook: (url) => {
      if (appHook !== null) hub.webhooks.unsubscribe(appHook.id);
      appHook = subscribeApp(hub, options.app ?? {}, url);
    },
    addWebhook: (name, { url, secret, events }) => {
      const repository = at(name);
      return hub.webhooks.subscribe({
        kind: 'repository',
        target: repository.id,
        repository: findRepository(hub, repository.owner.login, repository.name),
        url,
        secret: secret ?? null,
        events: events ?? ['push'],
        installationId: null,
      });
    },
    onWorkflow: (listener) => void hub.workflows.add(listener),
    redeliver: async (id) => {
      const delivery = await hub.webhooks.redeliver(id);
      if (delivery === null) throw new Error(`the local GitHub has no delivery ${id}`);
      return delivery;
    },
    failNext: (fault) => hub.faults.add(fault),
    failWebhook: (fault) => hub.webhooks.addFault(fault),
    release: () => hub.webhooks.release(),
    drain: () => drain(hub),
    close: async () => {
      hub.webhooks.close();
      await drain(hub);
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
      for (const repository of hub.repositories.values()) repository.git.close();
      rmSync(hub.directory, { recursive: true, force: true });
    },
  };
}
