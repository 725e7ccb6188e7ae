/** People, bots and apps as REST shows them. */
import { nodeId } from '../node-id.ts';
import type { Hub } from '../hub.ts';
import type { App, User } from '../state.ts';
import { iso } from './time.ts';

export function userView(hub: Hub, user: User): Record<string, unknown> {
  const path = encodeURIComponent(user.login);
  const url = `${hub.url}/users/${path}`;
  return {
    login: user.login,
    id: user.id,
    node_id: nodeId(user.type, user.id),
    avatar_url: `${hub.url}/avatars/u/${user.id}`,
    gravatar_id: '',
    url,
    html_url: `${hub.url}/${path}`,
    followers_url: `${url}/followers`,
    following_url: `${url}/following{/other_user}`,
    gists_url: `${url}/gists{/gist_id}`,
    starred_url: `${url}/starred{/owner}{/repo}`,
    subscriptions_url: `${url}/subscriptions`,
    organizations_url: `${url}/orgs`,
    repos_url: `${url}/repos`,
    events_url: `${url}/events{/privacy}`,
    received_events_url: `${url}/received_events`,
    type: user.type,
    user_view_type: 'public',
    site_admin: false,
  };
}

export function appView(hub: Hub, app: App): Record<string, unknown> {
  return {
    id: app.id,
    slug: app.slug,
    client_id: app.clientId,
    node_id: nodeId('App', app.id),
    owner: userView(hub, app.owner),
    name: app.name,
    description: '',
    external_url: `${hub.url}/about`,
    html_url: `${hub.url}/apps/${app.slug}`,
    created_at: iso(app.createdAt),
    updated_at: iso(app.createdAt),
    permissions: { ...app.permissions },
    events: [...app.events],
  };
}

/** The app that a record was made by, or null. */
export function appOrNull(hub: Hub, app: App | null): Record<string, unknown> | null {
  return app === null ? null : appView(hub, app);
}
