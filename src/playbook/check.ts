import { checkSpending } from './check-spending.ts';
import { checkSource } from './check-source.ts';
import { checkPaths } from './check-paths.ts';
import { checkAsked, checkPreset } from './check-preset.ts';
import type { PlacedPath } from './check-paths.ts';
import { checkArtefacts, checkRegistries, checkRepoint, warnRepoint } from './check-registries.ts';
import { checkGateOptions, warnGauges } from './check-options.ts';
import { checkRollback } from './check-rollback.ts';
import { checkTriggers } from './check-trigger.ts';
import { dialectOf } from './dialect.ts';
import { doubt } from './doubt.ts';
import type { Doubt } from './doubt.ts';
import type { Question } from './metric.ts';
import { didYouMean } from './nearest.ts';
import type { Path } from './path.ts';
import type { EnvironmentRules, Gate, Playbook, Source, Verify } from './schema.ts';
import { printDuration } from './units.ts';

/** What the file names, whether or not it is well shaped there. */
export interface Declared {
  readonly sources: readonly string[];
  readonly argocd: boolean;
  /** False when misshapen parts were taken out: then nothing may be called missing. */
  readonly whole: boolean;
}

export interface Checked {
  readonly faults: readonly Doubt[];
  readonly warnings: readonly Doubt[];
}

interface Context {
  readonly playbook: Playbook;
  readonly declared: Declared;
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

function checkGate(context: Context, gate: Gate, at: Path): readonly Doubt[] {
  const source = sourceNamed(context, gate.source, [...at, 'source']);
  const doubts: Doubt[] = [...source.doubts, ...checkAsked(gate, context.declared.whole, [...at, 'triggers'])];
  doubts.push(...checkPreset(gate, source.source, at));
  if (source.source !== null) {
    doubts.push(...checkArms(source.source, gate.arms, [...at, 'arms']));
  }
  doubts.push(...checkDistinct(gate.arms, [...at, 'arms']));
  for (const [key, ms] of [
    ['soak', gate.soak],
    ['warm-up', gate['warm-up']],
    ['poll', gate.poll],
  ] as const) {
    if (gate.deadline > ms) continue;
    const message = `is not longer than ${key} (${printDuration(ms)}), so the gate could never pass`;
    doubts.push(doubt([...at, 'deadline'], 'value', message, `write more than ${printDuration(ms)}`));
  }
  doubts.push(...checkFailAt(gate, at), ...checkSpending(gate, at));
  for (const [index, { source: own, arms }] of gate.triggers.entries()) {
    const place = [...at, 'triggers', index];
    const named = sourceOfQuestion(context, own, place);
    doubts.push(...named.doubts);
    const asked = own === undefined ? source.source : named.source;
    if (arms !== undefined) {
      if (asked !== null) doubts.push(...checkArms(asked, arms, [...place, 'arms']));
      doubts.push(...checkDistinct(arms, [...place, 'arms']));
    } else if (asked !== null && own !== gate.source && own !== undefined) {
      const strange = checkArms(asked, gate.arms, []);
      if (strange.length > 0) doubts.push(foreignArms("the gate's arms", "'arms:'", [...place, 'source']));
    }
  }
  const sourceOf = (question: Question): Source | null => lookUp(context, question.source ?? gate.source);
  const baselines = gate.triggers.map(
    ({ arms }) => (arms ?? gate.arms).baseline !== undefined || gate.baseline === 'last-good',
  );
  doubts.push(...checkGateOptions(gate, sourceOf, at));
  return [...doubts, ...checkTriggers(gate.triggers, { at: [...at, 'triggers'], place: 'gate', baselines, sourceOf })];
}

type Arms = Gate['arms'];

function checkArms(source: Source, { canary, baseline }: Arms, at: Path): readonly Doubt[] {
  const { checkArm } = dialectOf(source);
  return [
    ...checkArm(canary, [...at, 'canary']),
    ...(baseline === undefined ? [] : checkArm(baseline, [...at, 'baseline'])),
  ];
}

function checkDistinct({ canary, baseline }: Arms, at: Path): readonly Doubt[] {
  if (baseline?.trim() !== canary.trim()) return [];
  const message = 'is the same as the canary, so nothing would be compared';
  return [doubt([...at, 'baseline'], 'value', message, 'name the other version')];
}

function foreignArms(whose: string, key: string, at: Path): Doubt {
  return doubt(at, 'value', `cannot be asked with ${whose}`, `add ${key} here, in the words of this source`);
}

/** Lower odds than 1 / false-alarm would break the promise that false-alarm makes. */
function checkFailAt(gate: Gate, at: Path): readonly Doubt[] {
  const least = 1 / gate['false-alarm'];
  const failAt = gate['fail-at'];
  if (failAt === undefined || failAt >= least * (1 - 1e-9)) return [];
  const message = `is below 1 / false-alarm, which is ${Math.ceil(least - 1e-6)}, so more than false-alarm of the good releases would fail`;
  return [doubt([...at, 'fail-at'], 'value', message, `write ${Math.ceil(least - 1e-6)} or more, or leave it out`)];
}

function checkVerify(context: Context, rules: EnvironmentRules, verify: Verify, at: Path): readonly Doubt[] {
  const doubts: Doubt[] = [...checkAsked(verify, context.declared.whole, [...at, 'criteria'])];
  const name = verify.source ?? rules.gate?.source;
  if (name === undefined) {
    doubts.push(doubt([...at, 'source'], 'key', 'is missing, and there is no gate to take it from', "add 'source:'"));
  } else {
    const source =
      verify.source === undefined
        ? { source: lookUp(context, name), doubts: [] }
        : sourceNamed(context, name, [...at, 'source']);
    doubts.push(...source.doubts, ...checkPreset(verify, source.source, at));
    if (source.source !== null) doubts.push(...dialectOf(source.source).checkArm(verify.arm, [...at, 'arm']));
  }
  if (verify.within <= verify['healthy-for']) {
    const least = printDuration(verify['healthy-for']);
    doubts.push(
      doubt(
        [...at, 'within'],
        'value',
        `is not longer than healthy-for (${least}), so recovery could never be proven`,
        `write more than ${least}`,
      ),
    );
  }
  const sourceOf = (question: Question): Source | null => lookUp(context, question.source ?? name ?? '');
  for (const [index, criterion] of verify.criteria.entries()) {
    const place = [...at, 'criteria', index];
    doubts.push(...sourceOfQuestion(context, criterion.source, place).doubts);
    const asked = sourceOf(criterion);
    if (asked === null) continue;
    if (criterion.arm !== undefined) doubts.push(...dialectOf(asked).checkArm(criterion.arm, [...place, 'arm']));
    else if (criterion.source !== undefined && criterion.source !== name) {
      if (dialectOf(asked).checkArm(verify.arm, []).length > 0)
        doubts.push(foreignArms("the verify's arm", "'arm:'", [...place, 'source']));
    }
  }
  const baselines = verify.criteria.map(() => false);
  return [
    ...doubts,
    ...checkTriggers(verify.criteria, { at: [...at, 'criteria'], place: 'verify', baselines, sourceOf }),
  ];
}

interface Named {
  readonly source: Source | null;
  readonly doubts: readonly Doubt[];
}

function sourceOfQuestion(context: Context, name: string | undefined, at: Path): Named {
  return name === undefined ? { source: null, doubts: [] } : sourceNamed(context, name, [...at, 'source']);
}

function sourceNamed(context: Context, name: string, at: Path): Named {
  if (context.declared.sources.includes(name)) return { source: lookUp(context, name), doubts: [] };
  const cure =
    context.declared.sources.length === 0 ? "add it under 'sources:'" : didYouMean(name, context.declared.sources);
  return { source: null, doubts: [doubt(at, 'value', 'is not one of the sources', cure)] };
}

function lookUp(context: Context, name: string): Source | null {
  return Object.hasOwn(context.playbook.sources, name) ? (context.playbook.sources[name] ?? null) : null;
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
    for (const { gate, verify } of Object.values(service.environments)) {
      for (const user of [gate, verify, ...(gate?.triggers ?? []), ...verify.criteria]) used.add(user?.source);
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
