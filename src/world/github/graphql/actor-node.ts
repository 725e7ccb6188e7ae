/** People, bots and apps in GraphQL. */
import type { Hub } from '../hub.ts';
import { nodeId } from '../node-id.ts';
import type { App, User } from '../state.ts';
import type { Fields } from './connection.ts';

/** GraphQL calls a bot by its bare name: no `[bot]`. */
export function actorNode(hub: Hub, user: User): Fields {
  const login = user.login.replace(/\[bot\]$/, '');
  return {
    __typename: user.type,
    id: nodeId(user.type, user.id),
    databaseId: user.id,
    login,
    name: user.name,
    email: user.email,
    url: `${hub.url}/${login}`,
    resourcePath: `/${login}`,
    avatarUrl: `${hub.url}/avatars/u/${user.id}`,
  };
}

export function actorOrNull(hub: Hub, user: User | null): Fields | null {
  return user === null ? null : actorNode(hub, user);
}

export function appNode(hub: Hub, app: App): Fields {
  return {
    __typename: 'App',
    id: nodeId('App', app.id),
    databaseId: app.id,
    slug: app.slug,
    name: app.name,
    url: `${hub.url}/apps/${app.slug}`,
  };
}
