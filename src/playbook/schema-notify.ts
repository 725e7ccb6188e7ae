/** `notify:` of the playbook: who hears of it, and where. One schema for each kind of destination. */
import * as z from 'zod';
import { environmentVariable, person } from './names.ts';

/** What can be told. Each is one fact of one incident or release, told once. */
export const OCCASIONS = {
  opened: 'a revert pull request was opened',
  merged: 'it was merged',
  recovered: 'the recovery is proven by the metrics',
  'needs-you': 'it waits for a person: an approval, a conflict, a missing check',
  escalated: 'lastgood cannot go on by itself',
  refused: 'an automatic rollback, or a command, was refused',
  held: 'automatic rollbacks were stopped, or start again',
  cancelled: 'a revert was closed without a merge',
  'gate-failed': 'a gate proved harm',
  'gate-undecided': 'a gate ended without a proof either way',
} as const;

export type Occasion = keyof typeof OCCASIONS;

const occasions = (...byDefault: readonly Occasion[]) =>
  z
    .array(z.enum(Object.keys(OCCASIONS) as [Occasion, ...Occasion[]]).meta({ title: 'occasion' }))
    .min(1)
    .default([...byDefault])
    .describe('what is told there');

const CALLS = ['needs-you', 'escalated'] as const;
const STORY = ['opened', 'recovered', ...CALLS, 'cancelled'] as const;

const slackSchema = z.strictObject({
  kind: z.literal('slack').describe('an incoming webhook of Slack'),
  url: environmentVariable.describe('environment variable that holds the address of the webhook, which is a secret'),
  on: occasions(...STORY),
});

const teamsSchema = z.strictObject({
  kind: z.literal('teams').describe('a Workflows webhook of Microsoft Teams, told by an Adaptive Card'),
  url: environmentVariable.describe('environment variable that holds the address of the webhook, which is a secret'),
  on: occasions(...STORY),
});

const pagerdutySchema = z.strictObject({
  kind: z.literal('pagerduty').describe('an alert of PagerDuty, resolved by itself once recovered'),
  key: environmentVariable.describe('environment variable that holds the integration key (Events API v2)'),
  severity: z.enum(['critical', 'error', 'warning', 'info']).default('critical').describe('of the alert'),
  region: z.enum(['us', 'eu']).default('us').describe('service region of the account'),
  on: occasions(...CALLS).describe('what raises the alert; recovered and cancelled always resolve it'),
});

const cloudeventsSchema = z.strictObject({
  kind: z.literal('cloudevents').describe('a signed CloudEvents 1.0 webhook, for anything else'),
  url: environmentVariable.describe('environment variable that holds the address'),
  secret: environmentVariable.describe('environment variable that holds the signing secret, whsec_ and base64'),
  on: occasions(...STORY, 'merged', 'refused', 'held', 'gate-failed', 'gate-undecided'),
});

const githubIssueSchema = z.strictObject({
  kind: z.literal('github-issue').describe('one issue for each incident in the deployment repository, kept up to date'),
  labels: z
    .array(z.string().min(1).max(50))
    .max(10)
    .default([])
    .describe('labels of the issue beside lastgood: incident'),
  on: occasions(...STORY, 'merged'),
});

export const destinationSchema = z.discriminatedUnion('kind', [
  slackSchema,
  teamsSchema,
  pagerdutySchema,
  cloudeventsSchema,
  githubIssueSchema,
]);

export const notifySchema = z.strictObject({
  mention: z.array(person).default([]).describe('people and teams named in an escalation'),
  to: z.array(destinationSchema).max(20).default([]).describe('who else is told, outside the pull request'),
});

export type Destination = z.output<typeof destinationSchema>;
