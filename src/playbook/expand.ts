/**
 * Presets and tiers, written out: the playbook as if its user had written every trigger and every number. Pure text to text, before
 * anything is checked, so that what is checked, judged and shown by `lint --expand` is one and the same.
 */
import { doubt } from './doubt.ts';
import type { Doubt } from './doubt.ts';
import { isMapping, type Mapping } from './mapping.ts';
import { didYouMean } from './nearest.ts';
import { pathKey } from './path.ts';
import type { Path } from './path.ts';
import type { Preset, PresetTrigger } from './preset-questions.ts';
import { isPreset, PRESETS } from './presets.ts';
import { pricesOf } from './prices.ts';
import { limitsIn, resolveTier, tierOf } from './tiers.ts';
import type { Tier } from './tiers.ts';

export interface Expanded {
  readonly data: unknown;
  readonly faults: readonly Doubt[];
  /** Where what stands at a path of `data` was written, and what to say before a fault there. */
  original(path: Path): { readonly path: Path; readonly because: string };
  /** What a preset could ask and does not, for `lint --expand`. */
  readonly left: readonly LeftOut[];
}

interface LeftOut {
  /** Of the gate or verify. */
  readonly path: Path;
  readonly name: string;
  readonly why: string;
}

interface Notes {
  readonly faults: Doubt[];
  readonly left: LeftOut[];
  /** What tokens cost, as the top of the file says. */
  readonly prices: unknown;
  readonly origins: Map<string, { readonly path: Path; readonly because: string }>;
}

/** Anything may be misshapen here: what cannot be understood is left as it is, for the schema to say. */
export function expandPlaybook(data: unknown): Expanded {
  const notes: Notes = {
    faults: [],
    left: [],
    origins: new Map(),
    prices: isMapping(data) ? data['prices'] : undefined,
  };
  const expanded = isMapping(data) ? expandServices(data, notes) : data;
  const original = (path: Path) => {
    for (let length = path.length; length > 0; length -= 1) {
      const found = notes.origins.get(pathKey(path.slice(0, length)));
      if (found !== undefined) return { path: [...found.path, ...path.slice(length)], because: found.because };
    }
    return { path, because: '' };
  };
  return { data: expanded, faults: notes.faults, left: notes.left, original };
}

function expandServices(data: Mapping, notes: Notes): Mapping {
  if (!isMapping(data['services'])) return data;
  const services = mapEntries(data['services'], (service, name) => {
    if (!isMapping(service) || !isMapping(service['environments'])) return service;
    const environments = mapEntries(service['environments'], (rules, environment) => {
      if (!isMapping(rules)) return rules;
      const at = ['services', name, 'environments', environment];
      const tier = tierOf(data['tiers'], [
        { name: rules['tier'], at: [...at, 'tier'] },
        { name: service['tier'], at: ['services', name, 'tier'] },
      ]);
      if (tier.kind === 'unknown') notes.faults.push(...tier.faults);
      return expandEnvironment(rules, at, tier.kind === 'tier' ? tier.tier : null, notes);
    });
    return { ...service, environments };
  });
  return { ...data, services };
}

/** One gate by itself, as a file of triggers holds it. */
export function expandGate(gate: Mapping): Expanded {
  const notes: Notes = { faults: [], left: [], origins: new Map(), prices: undefined };
  const data = expandBlock(gate, { at: [], list: 'triggers', tier: null, notes });
  return { data, faults: notes.faults, left: notes.left, original: (path) => ({ path, because: '' }) };
}

function expandEnvironment(rules: Mapping, at: Path, tier: Tier | null, notes: Notes): Mapping {
  const next: Record<string, unknown> = { ...rules };
  if (isMapping(rules['gate'])) {
    const place = { at: [...at, 'gate'], list: 'triggers', tier, notes } as const;
    next['gate'] = filled(expandBlock(rules['gate'], place), tier, GATE_KEYS, place.at, notes);
  }
  if (isMapping(rules['verify']))
    next['verify'] = expandBlock(rules['verify'], { at: [...at, 'verify'], list: 'criteria', tier, notes });
  const rollback = rules['rollback'] === undefined ? {} : rules['rollback'];
  if (!isMapping(rollback)) return next;
  const place = { at: [...at, 'rollback'], tier, notes };
  if (rules['rollback'] !== undefined || tier?.keys['approval'] !== undefined)
    next['rollback'] = filled(expandRollback(rollback, place), tier, ['approval'], place.at, notes);
  return next;
}

/** What brings the route back from a fallback is asked like `verify`. */
function expandRollback(rollback: Mapping, { at, tier, notes }: Omit<Place, 'list'>): Mapping {
  const { fallback } = rollback;
  if (!isMapping(fallback) || !isMapping(fallback['back'])) return rollback;
  const place = { at: [...at, 'fallback', 'back'], list: 'criteria', tier, notes } as const;
  return { ...rollback, fallback: { ...fallback, back: expandBlock(fallback['back'], place) } };
}

const GATE_KEYS = ['false-alarm', 'false-pass', 'soak', 'deadline'] as const;

/** The keys of a tier where its user wrote none. */
function filled(block: Mapping, tier: Tier | null, keys: readonly string[], at: Path, notes: Notes): Mapping {
  const added = keys.filter((key) => tier?.keys[key] !== undefined && block[key] === undefined);
  for (const key of added)
    notes.origins.set(pathKey([...at, key]), { path: ['tiers', tier?.name ?? '', key], because: '' });
  return { ...block, ...Object.fromEntries(added.map((key) => [key, tier?.keys[key]])) };
}

interface Place {
  readonly at: Path;
  readonly list: 'triggers' | 'criteria';
  readonly tier: Tier | null;
  readonly notes: Notes;
}

function expandBlock(block: Mapping, place: Place): Mapping {
  const { at, list, notes } = place;
  const own = block[list];
  if (own !== undefined && !Array.isArray(own)) return block;
  const written: readonly unknown[] = own ?? [];
  const questions = written.map((one, i) =>
    isMapping(one) ? resolved(one, (key) => [...at, list, i, key], place) : one,
  );
  const name = block['preset'];
  if (!isPreset(name)) return own === undefined ? block : { ...block, [list]: questions };
  const preset: Preset = PRESETS[name];
  const adjust = isMapping(block['adjust']) ? block['adjust'] : {};
  checkNames(preset, block, place);
  for (const trigger of preset.triggers) {
    const asked = presetQuestion(trigger, adjust[trigger.name], block['without'], place);
    if (typeof asked === 'string') notes.left.push({ path: at, name: trigger.name, why: asked });
    if (typeof asked === 'string' || asked === null) continue;
    const index = [...at, list, questions.length];
    const because = `gives '${trigger.name}': `;
    notes.origins.set(pathKey(index), { path: [...at, 'preset'], because });
    const own = isMapping(adjust[trigger.name]) ? adjust[trigger.name] : {};
    for (const key of Object.keys(own ?? {}))
      notes.origins.set(pathKey([...index, key]), { path: [...at, 'adjust', trigger.name, key], because: '' });
    questions.push(
      resolved(
        asked,
        (key) => (Object.hasOwn(own ?? {}, key) ? [...at, 'adjust', trigger.name, key] : [...at, 'preset']),
        place,
      ),
    );
  }
  if (questions.length === 0) {
    const cure = 'add a tier with its limits, or adjust: { errors: { if: rate > 2% } }';
    notes.faults.push(doubt([...at, 'preset'], 'value', 'gives no criterion: there is no fixed limit', cure));
    return block;
  }
  return { ...withArms(block, preset), [list]: questions };
}

/** The question, or why it is not asked; null where its user took it out. */
function presetQuestion(
  trigger: PresetTrigger,
  adjusted: unknown,
  without: unknown,
  { list, tier }: Place,
): Mapping | string | null {
  if (Array.isArray(without) && without.includes(trigger.name)) return null;
  if (trigger.optional !== null && adjusted === undefined) return trigger.optional;
  const own = isMapping(adjusted) ? adjusted : {};
  const usable = (text: string): boolean =>
    text !== '' && limitsIn(text).every((limit) => tier?.limits[limit] !== undefined);
  if (list === 'triggers') {
    const sentence = usable(trigger.tiered) ? trigger.tiered : trigger.ask.if;
    return { name: trigger.name, ...trigger.ask, if: sentence, ...own };
  }
  if (own['if'] === undefined && !usable(trigger.fixed)) return 'has no fixed limit here';
  const ask = Object.entries(trigger.ask).filter(([key]) => key !== 'then' && key !== 'criticality');
  return { name: trigger.name, ...Object.fromEntries(ask), if: trigger.fixed, ...own };
}

function checkNames(preset: Preset, block: Mapping, { at, notes }: Place): void {
  const known = preset.triggers.map(({ name }) => name);
  const strange = (name: unknown, path: Path, part: Doubt['part']): void => {
    if (typeof name !== 'string' || known.includes(name)) return;
    notes.faults.push(doubt(path, part, 'is not a trigger of this preset', didYouMean(name, known)));
  };
  for (const name of Object.keys(isMapping(block['adjust']) ? block['adjust'] : {}))
    strange(name, [...at, 'adjust', name], 'key');
  const without: readonly unknown[] = Array.isArray(block['without']) ? block['without'] : [];
  for (const [i, name] of without.entries()) strange(name, [...at, 'without', i], 'value');
}

/** A bare word as an arm is a value of the label by which the server tells its versions apart. */
function withArms(block: Mapping, { version }: Preset): Mapping {
  const worded = (arm: unknown): unknown =>
    version !== null && typeof arm === 'string' && /^[A-Za-z0-9][\w.-]*$/.test(arm) ? `${version}="${arm}"` : arm;
  const { arms, arm } = block;
  return {
    ...block,
    ...(isMapping(arms) ? { arms: mapEntries(arms, worded) } : {}),
    ...(arm === undefined ? {} : { arm: worded(arm) }),
  };
}

/** The question with the numbers of the tier in its sentences, and its `on-no-data`. */
function resolved(question: Mapping, pathOf: (key: string) => Path, { list, tier, notes }: Place): Mapping {
  const next: Record<string, unknown> = { ...question };
  for (const key of ['if', 'pass-when']) {
    const text = next[key];
    if (typeof text !== 'string') continue;
    const read = resolveTier(text, tier);
    if ('cure' in read) notes.faults.push(doubt(pathOf(key), 'value', read.message, read.cure));
    else next[key] = read.text;
  }
  if (next['prices'] === undefined && typeof next['price'] === 'string') {
    const read = pricesOf(next, pathOf, notes.prices);
    if ('path' in read) notes.faults.push(read);
    else next['prices'] = read.prices;
  }
  const noData = tier?.keys['on-no-data'];
  return list === 'triggers' && noData !== undefined && next['on-no-data'] === undefined
    ? { ...next, 'on-no-data': noData }
    : next;
}

function mapEntries(mapping: Mapping, change: (value: unknown, key: string) => unknown): Mapping {
  return Object.fromEntries(Object.entries(mapping).map(([key, value]) => [key, change(value, key)]));
}
