/** `rollback:` of the playbook: how the way back is taken. */
import * as z from 'zod';
import { count, database, duration } from './fields.ts';
import { name, team } from './names.ts';
import { verifySchema } from './schema-gate.ts';

const destination = z.string().min(1).max(253);

const fallbackSchema = z.strictObject({
  carrier: destination.describe('name of the route, Service or flag that chooses between the models'),
  to: destination.describe('its destination that answers instead, such as the simpler model'),
  back: verifySchema
    .omit({ preset: true, without: true, adjust: true })
    .extend({ poll: duration(1_000).prefault('30s').describe('time between two looks') })
    .optional()
    .describe(
      'what proves that the other one serves well again, such as its shadow or probe traffic; gathered anew after each `within`. Without it the route comes back by hand',
    ),
});

export const rollbackSchema = z.strictObject({
  strategy: z
    .enum(['auto', 'restore', 'canary', 'blue-green', 'flag', 'fallback'])
    .default('auto')
    .describe(
      'auto: what the manifests show; canary, blue-green, flag: moves the traffic first, the version in a second pull request; restore: everything in one',
    ),
  carrier: z
    .string()
    .min(1)
    .max(253)
    .optional()
    .describe(
      'name of the route, InferenceService, Service or flag that is moved first, or the key of a values file; default: found in the manifests',
    ),
  stable: z
    .string()
    .min(1)
    .max(253)
    .optional()
    .describe(
      'destination of a route, colour of a Service or variant of a flag that is served first; default: found in the manifests',
    ),
  fallback: fallbackSchema.optional().describe('where users go while the model of this service is slow or failing'),
  approval: z
    .enum(['human', 'auto'])
    .default('human')
    .describe('auto merges by itself once the rules of the repository allow it'),
  approvals: z
    .strictObject({
      needed: count()
        .max(6)
        .default(0)
        .describe('people who must agree before lastgood merges what a gate or an alert started; 0: nobody'),
      team: team.optional().describe('only members of this org/team count'),
      codeowners: z
        .boolean()
        .default(false)
        .describe(
          'true: for each changed file that CODEOWNERS gives to somebody, one of its owners must be among them',
        ),
      commands: z
        .boolean()
        .default(false)
        .describe("true: a person's own /rollback needs them too; whoever asked for it counts as one"),
    })
    .prefault({})
    .describe('who must agree to a merge, beside the rules of the repository'),
  merge: z.enum(['squash', 'merge', 'rebase']).default('squash').describe('how the revert pull request is merged'),
  'max-per-day': count().default(3).describe('automatic reverts opened per day for this service and environment'),
  'max-age': duration(1_000).prefault('1d').describe('an older release is not reverted automatically'),
  'merge-within': duration(1_000)
    .prefault('15m')
    .describe('checks and reviews may take this long before a person is called'),
  bypass: z
    .boolean()
    .default(false)
    .describe('merges over rulesets that let the App bypass them, once merge-within is over; the pull request says so'),
  pause: duration(0)
    .prefault('0s')
    .describe('an automatic rollback this soon after another one is opened, but a person merges it'),
  migrations: z
    .enum(['ask', 'allow', 'job', 'reversible'])
    .default('ask')
    .describe(
      'ask: a person merges what takes back a database change; job: the merge waits for the check lastgood/migration; allow (or reversible): older versions run on the newer schema',
    ),
  database: database()
    .prefault('postgresql')
    .describe('the database that migrations are written for, with its major version: what it does with DDL decides'),
  'migration-job': z
    .strictObject({
      kind: z.enum(['github-workflow', 'argocd-hook']).describe('what starts it; lastgood never does'),
      name: z.string().min(1).max(100).describe('workflow file or hook, as people know it'),
    })
    .optional()
    .describe('the job of your own that takes the database back and says so on the head of the revert'),
  'terminate-stale': z
    .boolean()
    .default(false)
    .describe('may end the Argo CD operation of the bad commit when it blocks the revert; needs the sync right'),
  ready: z
    .enum(['report', 'require'])
    .default('report')
    .describe(
      'the check lastgood/ready of a pull request that could not be rolled back: report says so; require fails',
    ),
  quarantine: duration()
    .prefault('30d')
    .describe('how long a version that was rolled back may not come again; 0s: it may at once'),
  repoint: z
    .array(
      z.strictObject({
        registry: name.describe('its name under registries'),
        pointer: z
          .string()
          .min(1)
          .max(500)
          .describe('what leads to a version outside Git, such as fraud@champion, or the key of a flag'),
        apply: z
          .boolean()
          .default(false)
          .describe('false: the pull request only says what would be moved; true: moved once the revert is merged'),
      }),
    )
    .max(20)
    .default([])
    .describe('aliases, labels, tags, environments and flags that go back together with the revert'),
});

export type RollbackPolicy = z.output<typeof rollbackSchema>;
