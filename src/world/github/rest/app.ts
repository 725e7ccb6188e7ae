/** The App about itself: /app, its installations and its deliveries. */
import { installationToken } from '../auth.ts';
import { listReply } from '../http/page.ts';
import { isRecord, record, strings } from '../http/input.ts';
import type { Context, Reply, Route } from '../http/route.ts';
import { badCredentials, notFound, Problem, unprocessable } from '../problem.ts';
import { fullName } from '../hub.ts';
import type { Access, App, Repository } from '../state.ts';
import { repositoryView } from '../views/repository.ts';
import { iso } from '../views/time.ts';
import { appView, userView } from '../views/user.ts';
import type { Delivery } from '../delivery.ts';
import { canSee } from '../engine/access.ts';
import { createApp } from '../apps.ts';
import { created, numberParam, ok, param } from './shared.ts';

/** These routes take the App's own JSON web token and nothing else. */
function appItself({ viewer }: Context): App {
  if (viewer.kind === 'app') return viewer.app;
  if (viewer.kind === 'anonymous') throw badCredentials();
  throw new Problem(401, 'A JSON web token could not be decoded', { type: 'UNAUTHORIZED' });
}

function installedOn({ hub }: Context, app: App): readonly Repository[] {
  return [...hub.repositories.values()].filter((repository) => repository.installed.has(app.id));
}

function installationView(context: Context, app: App): Record<string, unknown> {
  const { hub } = context;
  const account = installedOn(context, app)[0]?.owner ?? app.owner;
  return {
    id: app.installationId,
    client_id: app.clientId,
    account: userView(hub, account),
    repository_selection: 'selected',
    access_tokens_url: `${hub.url}/app/installations/${app.installationId}/access_tokens`,
    repositories_url: `${hub.url}/installation/repositories`,
    html_url: `${hub.url}/organizations/${account.login}/settings/installations/${app.installationId}`,
    app_id: app.id,
    app_slug: app.slug,
    target_id: account.id,
    target_type: account.type,
    permissions: { ...app.permissions },
    events: [...app.events],
    created_at: iso(app.createdAt),
    updated_at: iso(app.createdAt),
    single_file_name: null,
    has_multiple_single_files: false,
    single_file_paths: [],
    suspended_by: null,
    suspended_at: null,
  };
}

function grantedPermissions(app: App, asked: unknown): Readonly<Record<string, Access>> {
  if (!isRecord(asked)) return app.permissions;
  for (const [name, access] of Object.entries(asked)) {
    const given = app.permissions[name];
    if (given === undefined || (given === 'read' && access !== 'read')) {
      throw unprocessable('The permissions requested are not granted to this installation.');
    }
  }
  return { metadata: 'read', ...(asked as Record<string, Access>) };
}

function chosenRepositories(context: Context, app: App): readonly Repository[] | null {
  const names = strings(context.body, 'repositories');
  const ids = context.body['repository_ids'];
  if (names === null && !Array.isArray(ids)) return null;
  const all = installedOn(context, app);
  const chosen = all.filter(
    (repository) =>
      names?.some((name) => name.toLowerCase() === repository.name.toLowerCase()) ??
      (Array.isArray(ids) && ids.includes(repository.id)),
  );
  if (chosen.length === 0) {
    throw unprocessable(
      'There is at least one repository that does not exist or is not accessible to the parent installation.',
    );
  }
  return chosen;
}

/** The code works once, and needs no token: whoever has it may read the key. */
function convertManifest(context: Context): Reply {
  const { hub } = context;
  const code = param(context, 'code');
  const manifest = hub.manifests.get(code);
  if (manifest === undefined || !hub.manifests.delete(code)) throw notFound();
  const webhookSecret = `secret-${hub.nextId()}-of-a-new-app`;
  const app = createApp(hub, {
    slug: String(manifest['name']).toLowerCase().replaceAll(' ', '-'),
    name: String(manifest['name']),
    permissions: manifest['default_permissions'] as App['permissions'],
    events: strings(manifest, 'default_events') ?? [],
  });
  const secrets = { client_secret: 'client-secret', webhook_secret: webhookSecret, pem: app.privateKey };
  return created({ ...appView(hub, app), ...secrets });
}

function createToken(context: Context): Reply {
  const app = appItself(context);
  if (numberParam(context, 'installation_id') !== app.installationId) throw notFound();
  const chosen = chosenRepositories(context, app);
  const permissions = grantedPermissions(app, context.body['permissions']);
  const ids = chosen === null ? null : new Set(chosen.map(({ id }) => id));
  const { token, expiresAt } = installationToken(context.hub, app, ids, permissions);
  return {
    status: 201,
    body: {
      token,
      expires_at: iso(expiresAt),
      permissions,
      repository_selection: 'selected',
      ...(chosen === null ? {} : { repositories: chosen.map((repository) => repositoryView(context.hub, repository)) }),
    },
  };
}

function deliveryItem(delivery: Delivery): Record<string, unknown> {
  return {
    id: delivery.id,
    guid: delivery.guid,
    delivered_at: new Date(delivery.deliveredAt).toISOString(),
    redelivery: delivery.redelivery,
    duration: delivery.duration,
    status: delivery.status,
    status_code: delivery.statusCode,
    event: delivery.event,
    action: delivery.action,
    installation_id: delivery.hook.installationId,
    repository_id: delivery.repositoryId,
    throttled_at: null,
  };
}

/** Newest first, a page at a time by cursor: the id of the first delivery of the next page. */
function listDeliveries(context: Context): Reply {
  const app = appItself(context);
  const wanted = context.query.get('status');
  const cursor = context.query.get('cursor');
  const size = Math.min(Number(context.query.get('per_page') ?? 30) || 30, 100);
  const all = context.hub.webhooks.deliveries
    .filter(({ hook, statusCode, status }) => {
      const failed = statusCode >= 400;
      return (
        hook.kind === 'app' &&
        hook.target === app.id &&
        status !== 'pending' &&
        (wanted === null || (wanted === 'failure') === failed)
      );
    })
    .toReversed();
  const start = cursor === null ? 0 : all.findIndex(({ id }) => id === Number(cursor));
  if (start < 0) throw unprocessable('Invalid cursor');
  const next = all[start + size];
  const url = new URL(context.self);
  if (next !== undefined) url.searchParams.set('cursor', String(next.id));
  return {
    status: 200,
    body: all.slice(start, start + size).map(deliveryItem),
    headers: next === undefined ? {} : { link: `<${url.href}>; rel="next"` },
  };
}

function findDelivery(context: Context): Delivery {
  const app = appItself(context);
  const id = numberParam(context, 'delivery_id');
  const delivery = context.hub.webhooks.deliveries.find(
    (candidate) => candidate.id === id && candidate.hook.target === app.id,
  );
  if (delivery === undefined) throw notFound();
  return delivery;
}

export const appRoutes: readonly Route[] = [
  {
    method: 'GET',
    template: '/app',
    handler: (context) => ok({ ...appView(context.hub, appItself(context)), installations_count: 1 }),
  },
  {
    method: 'GET',
    template: '/app/installations',
    handler: (context) => listReply(context, [appItself(context)], (app) => installationView(context, app)),
  },
  {
    method: 'GET',
    template: '/app/installations/{installation_id}',
    handler: (context) => {
      const app = appItself(context);
      if (numberParam(context, 'installation_id') !== app.installationId) throw notFound();
      return ok(installationView(context, app));
    },
  },
  { method: 'POST', template: '/app/installations/{installation_id}/access_tokens', handler: createToken },
  {
    method: 'GET',
    template: '/repos/{owner}/{repo}/installation',
    handler: (context) => {
      const app = appItself(context);
      const wanted = `${param(context, 'owner')}/${param(context, 'repo')}`.toLowerCase();
      if (!installedOn(context, app).some((repository) => fullName(repository).toLowerCase() === wanted))
        throw notFound();
      return ok(installationView(context, app));
    },
  },
  {
    method: 'GET',
    template: '/installation/repositories',
    handler: (context) => {
      const { viewer, hub } = context;
      if (viewer.kind !== 'installation')
        throw new Problem(
          403,
          'You must authenticate with an installation access token in order to list repositories for an installation.',
        );
      const list = installedOn(context, viewer.app).filter((repository) => canSee(repository, viewer));
      return ok({
        total_count: list.length,
        repository_selection: 'selected',
        repositories: list.map((repository) => repositoryView(hub, repository)),
      });
    },
  },
  { method: 'POST', template: '/app-manifests/{code}/conversions', handler: convertManifest },
  { method: 'GET', template: '/app/hook/deliveries', handler: listDeliveries },
  {
    method: 'GET',
    template: '/app/hook/deliveries/{delivery_id}',
    handler: (context) => {
      const delivery = findDelivery(context);
      return ok({
        ...deliveryItem(delivery),
        url: delivery.hook.url,
        request: { headers: { ...delivery.requestHeaders }, payload: record(delivery.payload) },
        response: { headers: { ...delivery.responseHeaders }, payload: delivery.responseBody },
      });
    },
  },
  {
    method: 'POST',
    template: '/app/hook/deliveries/{delivery_id}/attempts',
    handler: (context) => {
      void context.hub.webhooks.redeliver(findDelivery(context).id);
      return { status: 202, body: {} };
    },
  },
];
