/**
 * Webhooks of flag services. LaunchDarkly sends its audit log entry (launchdarkly.com/docs/api/webhooks), Unleash its event
 * (docs.getunleash.io/reference/events), GrowthBook an event with the feature as it is now (docs.growthbook.io/app/webhooks).
 */
import * as z from 'zod';
import type { Registry } from '../playbook/schema.ts';
import { inShape, instantIn } from './moves-read.ts';
import type { Told } from './moves.ts';

type Flags = Extract<Registry, { kind: 'launchdarkly' | 'unleash' | 'growthbook' }>;

const key = z.string().min(1).max(500);
const NOTHING: Told = { kind: 'moves', moves: [] };

export function flagMoves(registry: Flags, body: unknown): Told {
  switch (registry.kind) {
    case 'launchdarkly':
      return ofLaunchDarkly(registry, body);
    case 'unleash':
      return ofUnleash(registry, body);
    case 'growthbook':
      return ofGrowthBook(registry, body);
  }
}

const launchDarkly = z.object({
  kind: z.string(),
  date: z.number().nullish(),
  accesses: z
    .array(z.object({ action: z.string(), resource: z.string().max(2000) }))
    .max(1000)
    .default([]),
  member: z.object({ email: z.string().nullish() }).nullish(),
  currentVersion: z
    .object({
      key: key.optional(),
      archived: z.boolean().nullish(),
      environments: z.record(z.string(), z.object({ on: z.boolean().nullish() })).nullish(),
    })
    .nullish(),
});

/** Resources may carry tags: `proj/shop;web:env/production:flag/new-ranker;ml`. */
function ofLaunchDarkly({ project, environment }: Extract<Flags, { kind: 'launchdarkly' }>, body: unknown): Told {
  const read = inShape(launchDarkly, body, 'a webhook of LaunchDarkly');
  if (!read.ok) return read.told;
  const { kind, date, accesses, member, currentVersion } = read.value;
  if (kind !== 'flag') return NOTHING;
  const resource = new RegExp('^proj/([^:;]+)(?:;[^:]*)?:env/([^:;]+)(?:;[^:]*)?:flag/([^:;]+)');
  const touched = accesses.flatMap((access) => {
    const [, inProject, inEnvironment, flag] = resource.exec(access.resource) ?? [];
    return flag !== undefined && inProject === project && inEnvironment === environment ? [flag] : [];
  });
  const [pointer] = touched;
  if (pointer === undefined) return NOTHING;
  const on = currentVersion?.environments?.[environment]?.on;
  if (on === undefined || on === null) return { kind: 'hint' };
  const to = currentVersion?.archived === true ? null : on ? 'on' : 'off';
  return { kind: 'moves', moves: [{ pointer, to, by: member?.email ?? null, at: instantIn(date) }] };
}

const unleash = z.object({
  type: z.string(),
  featureName: key.nullish(),
  project: z.string().nullish(),
  environment: z.string().nullish(),
  createdBy: z.string().nullish(),
  createdAt: z.string().nullish(),
});

/** Other events say nothing about the state. */
const STATES: ReadonlyMap<string, string | null> = new Map([
  ['feature-environment-enabled', 'on'],
  ['feature-environment-disabled', 'off'],
  ['feature-archived', null],
]);

function ofUnleash({ project, environment }: Extract<Flags, { kind: 'unleash' }>, body: unknown): Told {
  const read = inShape(unleash, body, 'a webhook of Unleash');
  if (!read.ok) return read.told;
  const event = read.value;
  const to = STATES.get(event.type);
  const isHere = event.project === project && (to === null || event.environment === environment);
  if (to === undefined || !isHere || !event.featureName) return NOTHING;
  const { featureName: pointer, createdBy, createdAt } = event;
  return { kind: 'moves', moves: [{ pointer, to, by: createdBy ?? null, at: instantIn(createdAt) }] };
}

const feature = z.object({
  id: key,
  archived: z.boolean().nullish(),
  environments: z.record(z.string(), z.object({ enabled: z.boolean().nullish() })).nullish(),
});
const growthBook = z.object({
  event: z.string(),
  /** Unix seconds. */
  created: z.number().nullish(),
  user: z.object({ email: z.string().nullish(), name: z.string().nullish() }).nullish(),
  /** Older servers write `current`, newer ones `object`. */
  data: z.object({ object: feature.nullish(), current: feature.nullish() }).nullish(),
});

function ofGrowthBook({ environment }: Extract<Flags, { kind: 'growthbook' }>, body: unknown): Told {
  const read = inShape(growthBook, body, 'a webhook of GrowthBook');
  if (!read.ok) return read.told;
  const { event, created, user, data } = read.value;
  if (!event.startsWith('feature.')) return NOTHING;
  const now = data?.object ?? data?.current;
  if (!now) return { kind: 'hint' };
  const enabled = now.environments?.[environment]?.enabled;
  const isOver = event === 'feature.deleted' || now.archived === true;
  if (!isOver && (enabled === undefined || enabled === null)) return { kind: 'hint' };
  const at = instantIn(created === null || created === undefined ? null : created * 1000);
  const to = isOver ? null : enabled === true ? 'on' : 'off';
  return { kind: 'moves', moves: [{ pointer: now.id, to, by: user?.email ?? user?.name ?? null, at }] };
}
