/** How recovery will be proven, in the words of the playbook. */
import type { Verify } from '../playbook/schema.ts';
import { code, inline } from './escape.ts';
import { duration } from './numbers.ts';

/** What these sentences need of the `verify` part of the playbook. */
export type VerifyWords = Pick<Verify, 'healthy-for' | 'within'> & {
  readonly criteria: readonly { readonly name: string; readonly if: { readonly text: string } }[];
};

/**
 * A list: applied, healthy, every criterion, and the time allowed. Merged alone is never called recovered. Where only the traffic
 * moves, the arm that lost it may stay ill.
 */
export function verifyList(verify: VerifyWords, applications: readonly string[], onlyTraffic = false): string {
  return [
    ...clusterLines(duration(verify['healthy-for'] / 1000), applications, onlyTraffic),
    ...verify.criteria.map(
      (criterion) => `- **${inline(criterion.name, 80)}** is proven not to be ${code(criterion.if.text, 200)}`,
    ),
    `- all of it within ${duration(verify.within / 1000)} of the merge; later is ${onlyTraffic ? 'not waited for' : 'an escalation'}, never green`,
  ].join('\n');
}

function clusterLines(least: string, applications: readonly string[], onlyTraffic: boolean): readonly string[] {
  if (applications.length === 0)
    return [
      `- ${least} are over since the merge; the playbook names no Argo CD application, so nothing proves that this commit was applied but the numbers`,
    ];
  return [
    `- Argo CD has applied this commit to ${applications.map((name) => code(name, 100)).join(', ')}`,
    onlyTraffic
      ? `- it has been applied for ${least}; what lost its traffic may stay unhealthy`
      : `- they stay Healthy for ${least}`,
  ];
}
