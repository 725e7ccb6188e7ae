/** Whether the database of a release can go back, said before the release. */
import type { Database } from '../migrations/database.ts';
import type { Finding } from '../migrations/finding.ts';
import type { JobVerdict } from '../ports.ts';
import { readyFinding, type ReadyFinding } from '../report/ready.ts';
import type { ReadyFacts } from './ready-facts.ts';

/** The check run or commit status on the head of a pull request by which a job says what `lastgood migrations --prove` found. */
export const PROOF_CHECK = 'lastgood/migrations-proof';

/** What a job of the pull request is to do; lastgood itself can try on PostgreSQL only. */
function proveIt({ name }: Database): string {
  const run = name === 'postgresql' ? 'lastgood migrations --prove' : `up, down and up again on a scratch ${name}`;
  return `Run ${run} in a job of this pull request, and let it write ${PROOF_CHECK} on its head (docs/ready.md).`;
}

export function migrationsFinding(facts: Pick<ReadyFacts, 'migrations' | 'proof' | 'target'>): ReadyFinding {
  const { migrations: release, proof, target } = facts;
  const prove = proveIt(target.rules.rollback.database);
  const details = [
    ...release.misplaced.map(({ path, line, says, cure }) => `${path}:${line}: ${says}. ${cure}`),
    ...release.migrations.flatMap(({ migration, findings }) =>
      findings.length === 0 ? [`${migration.path}: nothing speaks against it`] : findings.map(lineOf),
    ),
  ];
  const say = (status: ReadyFinding['status'], says: string, cure = ''): ReadyFinding =>
    readyFinding('migrations', { status, says, cure, details });
  if (release.undo === 'nothing')
    return say(
      'ok',
      release.migrations.length === 0
        ? 'the release changes no database'
        : `the older version runs on the newer schema: the code goes back, the schema stays (${release.because})`,
    );
  const proven = saidBy(proof);
  if (proven !== null && proof?.state !== 'success')
    return say(proof?.state === 'pending' ? 'unknown' : 'fault', proven, prove);
  const policy = target.rules.rollback.migrations;
  if (policy === 'allow' || policy === 'reversible')
    return say(
      'ok',
      `migrations: ${policy}: the playbook says that older versions run on newer schemas here (${release.because})`,
    );
  const cure = firstCure(release.migrations.flatMap(({ findings }) => findings));
  switch (release.undo) {
    case 'impossible':
      return say('fault', `it cannot be undone: ${release.because}`, cure);
    case 'unproven':
      // A run settles what the text left open; a file that no tool explains was not run.
      if (proven !== null && release.misplaced.length === 0 && release.unknown.length === 0) return say('ok', proven);
      return say('fault', `nobody can say: ${release.because}`, cure || prove);
    case 'down':
      if (proven !== null) return say('ok', `two steps, the database first; ${proven}`);
      return say('fault', `it needs its way down first, which nobody has tried: ${release.because}`, prove);
  }
}

function saidBy(proof: JobVerdict | null): string | null {
  if (proof === null) return null;
  const words = proof.says === '' ? 'no words' : proof.says;
  switch (proof.state) {
    case 'success':
      return `${PROOF_CHECK} says that up and down were run: ${words}`;
    case 'pending':
      return `${PROOF_CHECK} is still running: ${words}`;
    case 'failure':
      return `${PROOF_CHECK} says no: ${words}`;
  }
}

function lineOf({ path, line, way, kind, says, cure }: Finding): string {
  return `${path}:${line} ${way} ${kind}: ${says}. ${cure}`;
}

/** The worst first: what loses data, then what has no way down. */
function firstCure(findings: readonly Finding[]): string {
  const order: readonly Finding['kind'][] = ['loses-data', 'no-down', 'edited', 'fails', 'unread', 'down-differs'];
  const found = order.map((kind) => findings.find((one) => one.kind === kind)).find((one) => one !== undefined);
  return found?.cure ?? '';
}
