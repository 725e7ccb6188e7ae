import type { DoctorFinding, Severity } from '../report/doctor.ts';
import { ofArgoCd } from './doctor-argocd.ts';
import { ofClock } from './doctor-clocks.ts';
import type { DoctorFacts } from './doctor-facts.ts';
import { ofGitHub } from './doctor-github.ts';
import { ofPlaybook } from './doctor-playbook.ts';
import { ofProbes, ofUnasked } from './doctor-sources.ts';
import { ofWriter } from './doctor-writers.ts';
import { policyOf } from './policy.ts';

const ORDER = { error: 0, warning: 1, note: 2 } as const satisfies Record<Severity, number>;

/** Everything that would keep a rollback from working tonight, the worst first. Pure: the same facts give the same findings. */
export function diagnose(facts: DoctorFacts): readonly DoctorFinding[] {
  const parsed = facts.playbook === null ? null : policyOf(facts.playbook);
  const playbook = parsed?.ok === true ? parsed.playbook : null;
  const findings = [
    ...ofPlaybook(facts.playbook, parsed),
    ...(facts.github === null ? [] : ofGitHub(facts.github, playbook)),
    ...ofArgoCd(facts, playbook),
    ...facts.writers.map(ofWriter),
    ...ofProbes(facts.probes),
    ...ofUnasked(facts),
    ...facts.clocks.flatMap(ofClock),
  ];
  return findings.sort((a, b) => ORDER[a.severity] - ORDER[b.severity]);
}
