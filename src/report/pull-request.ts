/** The revert pull request: title and body, with its memory as the last line. */
import { fitted } from './body.ts';
import type { Cause } from '../plan/incident.ts';
import type { RollbackPlan } from '../plan/plan.ts';
import type { Quarantined } from '../plan/quarantine.ts';
import { causeMarkdown } from './cause.ts';
import { bulleted, filesList, followsWords, undoneList, versionsTable } from './changes.ts';
import { revertTitle } from './commit-message.ts';
import { code, inline } from './escape.ts';
import { halfOf, PERSON_MERGES, printBlock } from './memory.ts';
import { instant, short } from './numbers.ts';
import { quarantineList } from './quarantine.ts';
import { writersWords, type Writer } from './writers.ts';
import { verifyList, type VerifyWords } from './verify-words.ts';

export { parseBlock, printBlock, type Memory } from './memory.ts';

export interface PullRequestView {
  readonly plan: RollbackPlan;
  readonly verify: VerifyWords;
  /** What may not come again. */
  readonly quarantine: readonly Quarantined[];
  readonly applications: readonly string[];
  /** ISO 8601, UTC. */
  readonly requestedAt: string;
  readonly mode: 'human' | 'auto';
  /** The job whose verdict on the database the merge waits for; null: none. */
  readonly job?: string | null;
  /** Why a person merges although the playbook says auto; null: it does not. */
  readonly person?: string | null;
  /** Who made the bad change; null: not known. */
  readonly author?: string | null;
  /** How many people must agree before lastgood merges; 0: nobody. */
  readonly approvals?: number;
  /** Code owners of the files must be among them. */
  readonly codeOwners?: boolean;
  /** The snapshot that was taken before; null: none. */
  readonly evidence?: { readonly path: string; readonly digest: string } | null;
  /** Where a person was called before; null: nowhere. */
  readonly page?: number | null;
  /** Programs that write versions into the touched files. */
  readonly writers?: readonly Writer[];
}

export function pullRequestTitle(plan: RollbackPlan): string {
  return revertTitle({ ...plan, half: halfOf(plan) });
}

/** First what and why, then the files, then how it is proven. Long lists are cut until GitHub accepts the body; the diff holds them all. */
export function pullRequestBody(view: PullRequestView): string {
  return fitted((rows) => bodyWith(view, rows));
}

function bodyWith(view: PullRequestView, rows: number): string {
  const { plan } = view;
  const { incident, good } = plan;
  const merge =
    (view.approvals ?? 0) > 0
      ? `lastgood merges this once ${view.approvals ?? 0} ${view.approvals === 1 ? 'person has' : 'people have'} agreed${view.codeOwners === true ? ', the code owners of its files among them' : ''}: approve this pull request, or comment /rollback confirm ${plan.hash}.`
      : view.mode === 'auto'
        ? 'lastgood merges this by itself once the rules of the repository allow it.'
        : PERSON_MERGES;
  const sections = [
    whatItDoes(plan),
    [
      `- **Why:** ${causeMarkdown(incident.cause)}`,
      `- **Noticed:** ${instant(incident.openedAt)}`,
      ...(incident.way === 'fallback'
        ? [`- **Release:** ${incident.bad}, which is not accused`, `- **Target:** ${inline(good.because)}`]
        : [`- **Bad:** ${incident.bad}`, `- **Target:** ${good.sha} - ${inline(good.because)}`]),
      `- **Merge:** ${merge}`,
    ].join('\n'),
    titled('What the gate measured', measuredList(incident.cause)),
    titled('What changes', versionsTable(plan, rows)),
    titled('What follows', followsWords(plan, rows)),
    titled('Verified in the registries', bulleted(plan.verified ?? [], rows)),
    // However long the rest: what a person must know before they merge is never left out altogether.
    titled('Know before you merge', bulleted(plan.notes ?? [], Math.max(rows, 3))),
    titled('Files', filesList(plan, rows)),
    titled(
      'Commits undone here',
      plan.undoes.length === 0 ? '' : `${undoneList(plan, rows)}\n\nOther files of these commits stay as they are.`,
    ),
    titled('Quarantined', quarantineList(view.quarantine, plan.incident.key, rows)),
    titled('Writers to tell', writersWords(view.writers ?? [], view.quarantine)),
    titled(
      plan.phase?.kind === 'traffic' ? 'Users are well when' : 'Recovered means',
      verifyList(view.verify, view.applications, plan.phase?.kind === 'traffic'),
    ),
    `<sub>Incident ${incident.id}, plan ${plan.hash}. A commit that lastgood did not make on this branch stops automation.${evidenceWords(view.evidence)}</sub>`,
    printBlock({
      version: 1,
      incident,
      good,
      planHash: plan.hash,
      base: plan.base,
      requestedAt: view.requestedAt,
      mode: view.mode,
      ...(typeof view.job === 'string' ? { job: view.job } : {}),
      ...(typeof view.person === 'string' ? { person: view.person } : {}),
      ...(view.author ? { author: view.author } : {}),
      half: halfOf(plan),
      ...(view.evidence ? { evidence: view.evidence.digest } : {}),
      ...(typeof view.page === 'number' ? { page: view.page } : {}),
    }),
  ];
  return `${sections.filter((section) => section !== '').join('\n\n')}\n`;
}

function whatItDoes({ incident, good, phase }: RollbackPlan): string {
  const where = `**${inline(incident.key.service)}** in **${inline(incident.key.environment)}**`;
  if (incident.way === 'fallback')
    return phase?.kind === 'version'
      ? `Brings the users of ${where} back from the fallback to which #${phase.first.number} sent them.`
      : `Sends the users of ${where} to its fallback. No version moves.`;
  if (phase?.kind === 'traffic')
    return `Moves the traffic of ${where} off ${short(incident.bad)}. The version stays until users are proven to be well.`;
  const first =
    phase?.kind === 'version' ? ` #${phase.first.number} moved the traffic away first; this takes it back, too.` : '';
  return `Brings ${where} from ${short(incident.bad)} back to ${short(good.sha)}.${first}`;
}

function evidenceWords(evidence: PullRequestView['evidence']): string {
  return evidence ? `<br>What was known before: ${code(evidence.path)} on the branch of the ledger.` : '';
}

/** The numbers of the gate that asked, so that nobody has to look for them; empty for any other cause. */
function measuredList(cause: Cause): string {
  if (cause.kind !== 'gate' || cause.numbers === undefined) return '';
  return cause.numbers.map((line) => `- ${inline(line)}`).join('\n');
}

function titled(title: string, content: string): string {
  return content === '' ? '' : `### ${title}\n\n${content}`;
}
