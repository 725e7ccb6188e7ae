/**
 * GitHub Apps: ours, and the one that workflows act as.
 */
import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import manifest from '../../../.github/app-manifest.json' with { type: 'json' };
import type { AppOptions } from './options.ts';
import { ensureUser } from './people.ts';
import type { Hub } from './hub.ts';
import type { Access, App } from './state.ts';

/** What lastgood's App asks for, and nothing else. */
const { default_permissions: PERMISSIONS, default_events: EVENTS } = manifest as {
  readonly default_permissions: Readonly<Record<string, Access>>;
  readonly default_events: readonly string[];
};

/** Making an RSA key takes longer than everything else here, so one process makes one. */
let sharedKey: string | null = null;

function freshKey(): string {
  sharedKey ??= generateKeyPairSync('rsa', {
    modulusLength: 2048,
    privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  }).privateKey;
  return sharedKey;
}

export function createApp(hub: Hub, options: AppOptions): App {
  const slug = options.slug ?? 'lastgood';
  const id = options.id ?? hub.nextId();
  const privateKey = options.privateKey ?? freshKey();
  const app: App = {
    id,
    slug,
    name: options.name ?? slug,
    clientId: options.clientId ?? `Iv1.local${id}`,
    owner: ensureUser(hub, 'lastgood-makers', { type: 'Organization' }),
    bot: ensureUser(hub, `${slug}[bot]`, { type: 'Bot', name: `${slug}[bot]` }),
    createdAt: hub.now(),
    permissions: { metadata: 'read', ...(options.permissions ?? PERMISSIONS) },
    events: options.events ?? EVENTS,
    installationId: hub.nextId(),
    privateKey,
    publicKey: createPublicKey(privateKey).export({ type: 'spki', format: 'pem' }).toString(),
  };
  hub.apps.set(id, app);
  return app;
}

/** The app behind GITHUB_TOKEN. */
export const ACTIONS_APP: AppOptions = {
  id: 15_368,
  slug: 'github-actions',
  name: 'GitHub Actions',
  events: [],
  permissions: {
    metadata: 'read',
    contents: 'write',
    pull_requests: 'write',
    issues: 'write',
    checks: 'write',
    statuses: 'write',
    deployments: 'write',
    actions: 'write',
  },
};
