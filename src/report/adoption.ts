/** What lastgood says on a revert that a person made: it is followed, and what recovered will mean. */
import type { EnvironmentRules } from '../playbook/schema.ts';
import { inline } from './escape.ts';
import { printBlock, type Memory } from './memory.ts';
import { verifyList } from './verify-words.ts';

export function adoptionComment(memory: Memory, because: string, rules: EnvironmentRules): string {
  const { service, environment } = memory.incident.key;
  return [
    `**Followed**: ${inline(service)} in ${inline(environment)}. ${inline(because)}. Merging it stays with people; afterwards lastgood proves the recovery.`,
    `### Recovered means\n\n${verifyList(rules.verify, rules.applications)}`,
    printBlock(memory),
  ].join('\n\n');
}
