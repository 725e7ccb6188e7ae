import type { Context, Declared } from './check-context.ts';
import { checkGate } from './check-gate.ts';
import { warnGauges } from './check-options.ts';
import { checkPaths } from './check-paths.ts';
import type { PlacedPath } from './check-paths.ts';
import { checkArtefacts, checkRegistries, checkRepoint, warnRepoint } from './check-registries.ts';
import { checkRollback } from './check-rollback.ts';
import { checkSource } from './check-source.ts';
import { checkVerify } from './check-verify.ts';
import { doubt } from './doubt.ts';
import type { Doubt } from './doubt.ts';
import type { Path } from './path.ts';
import type { EnvironmentRules, Playbook } from './schema.ts';

export interface Checked {
  readonly faults: readonly Doubt[];
  readonly warnings: readonly Doubt[];
}

/** What a shape cannot say: do the parts fit together, and can what is asked ever be proven? */
export function checkPlaybook(playbook: Playbook, declared: Declared): Checked {
  const context = { playbook, declared };
  const faults: Doubt[] = Object.entries(playbook.sources).flatMap(([name, source]) =>
    checkSource(source, ['sources', name]),
  );
  faults.push(...checkRegistries(playbook.registries));
  const warnings: Doubt[] = [];
  const paths: PlacedPath[] = [];
  if (playbook.argocd !== undefined && hasCredentials(playbook.argocd.url)) {
    faults.push(
      doubt(['argocd', 'url'], 'key', 'holds a user or password', "leave them out and name the variable in 'token:'"),
    );
  }
  if (declared.whole && Object.keys(playbook.services).length === 0) {
    faults.push(doubt(['services'], 'key', 'names no service', 'add one'));
  }
  for (const [name, service] of Object.entries(playbook.services)) {
    const at = ['services', name];
    if (COMMAND_WORDS.has(name.toLowerCase())) {
      warnings.push(
        doubt(at, 'key', 'is also a word of the /rollback command, so comments cannot name it', 'choose another name'),
      );
    }
    if (declared.whole && Object.keys(service.environments).length === 0) {
      faults.push(doubt([...at, 'environments'], 'key', 'names no environment', 'add one, such as production'));
    }
    for (const [environment, rules] of Object.entries(service.environments)) {
      const place = [...at, 'environments', environment];
      faults.push(...checkEnvironment(context, rules, place));
      const where = { at: place, whole: declared.whole };
      faults.push(...checkArtefacts(rules, playbook.registries, where));
      faults.push(...checkRepoint(rules, playbook.registries, where));
      warnings.push(...warnEnvironment(rules, place), ...warnRepoint(rules, playbook.registries, place));
      paths.push(
        ...rules.paths.map((path, index) => ({
          path,
          owner: `${name} ${environment}`,
          at: [...place, 'paths', index],
        })),
      );
    }
  }
  faults.push(...checkPaths(paths));
  warnings.push(...unusedSources(playbook));
  return { faults, warnings };
}

const COMMAND_WORDS: ReadonlySet<string> = new Set(['plan', 'confirm', 'cancel', 'status', 'help', 'to', 'until']);

function checkEnvironment(context: Context, rules: EnvironmentRules, at: Path): readonly Doubt[] {
  const doubts: Doubt[] = [];
  if (rules.applications.length === 0 && rules.rollback.approval === 'auto') {
    const cure = "add 'applications:', or write approval: human";
    doubts.push(
      doubt(
        [...at, 'rollback', 'approval'],
        'value',
        'needs applications: without them nothing proves that a merge was applied',
        cure,
      ),
    );
  }
  if (rules.applications.length > 0 && !context.declared.argocd) {
    const cure = "add 'argocd:' with its url at the top of the file";
    doubts.push(doubt([...at, 'applications'], 'key', 'needs an Argo CD to ask', cure));
  }
  doubts.push(...checkRollback(rules, at));
  if (rules.gate !== undefined) doubts.push(...checkGate(context, rules.gate, [...at, 'gate']));
  doubts.push(...checkVerify(context, rules, rules.verify, [...at, 'verify']));
  const back = rules.rollback.fallback?.back;
  if (back !== undefined) doubts.push(...checkVerify(context, rules, back, [...at, 'rollback', 'fallback', 'back']));
  return doubts;
}

function warnEnvironment(rules: EnvironmentRules, at: Path): readonly Doubt[] {
  const doubts: Doubt[] = [];
  if (rules.applications.length === 0) {
    doubts.push(
      doubt(
        at,
        'key',
        'names no Argo CD application, so nothing proves that a merge was applied',
        "add 'applications:'",
      ),
    );
  }
  if (rules.gate !== undefined) doubts.push(...warnGauges(rules.gate, [...at, 'gate']));
  if (rules.gate?.triggers.every((trigger) => trigger.criticality === 'info' || trigger['dry-run']) === true) {
    const cure = 'let one trigger decide: no dry-run, and criticality normal or critical';
    doubts.push(
      doubt([...at, 'gate', 'triggers'], 'key', 'has no trigger that decides, so the gate can never pass', cure),
    );
  }
  return doubts;
}

function unusedSources(playbook: Playbook): readonly Doubt[] {
  const used = new Set<string | undefined>();
  for (const service of Object.values(playbook.services)) {
    for (const { gate, verify, rollback } of Object.values(service.environments)) {
      const back = rollback.fallback?.back;
      const lists = [gate?.triggers ?? [], verify.criteria, back?.criteria ?? []];
      for (const user of [gate, verify, back, ...lists.flat()]) used.add(user?.source);
    }
  }
  const unused = Object.keys(playbook.sources).filter((name) => !used.has(name));
  return unused.map((name) =>
    doubt(['sources', name], 'key', 'is not used by any gate or verify', 'remove it, or name it in a source:'),
  );
}

function hasCredentials(url: string): boolean {
  const parsed = new URL(url);
  return parsed.username !== '' || parsed.password !== '';
}
