/** The playbook that `lastgood init` proposes, with every decision that only a person can take marked as one. */
import type { Found, Survey } from '../survey/survey.ts';

/** What stands where a person must decide; lint names every place that still holds it. */
export const DECIDE = 'DECIDE';

export interface Wish {
  /** Null: production, and everything of a service that has none. */
  readonly environment: string | null;
  readonly service: string | null;
}

/** The part of a survey that is wanted. */
export function chosen(
  found: readonly Found[],
  { environment, service }: Wish,
  isMain: (name: string) => boolean,
): readonly Found[] {
  return found.filter((one) => {
    if (service !== null && one.service !== service) return false;
    if (environment !== null) return one.environment === environment;
    return (
      isMain(one.environment) || !found.some((other) => other.service === one.service && isMain(other.environment))
    );
  });
}

export function proposedPlaybook(survey: Survey, found: readonly Found[]): string {
  const { prometheus, argocd } = survey;
  const applied = found.some(({ applications }) => applications.length > 0);
  const services = [...new Set(found.map(({ service }) => service))];
  return [
    '# Proposed by lastgood init from what this repository shows. Lines marked DECIDE are for you: nobody else knows',
    '# what good looks like for your users. While a value holds the word, lint warns, and no rollback is called recovered.',
    'version: 1',
    'sources:',
    ...(prometheus === null
      ? [
          `  prometheus: { kind: prometheus, url: 'http://${DECIDE}.prometheus.example:9090' } # ${DECIDE}: where it answers lastgood`,
        ]
      : [`  prometheus: { kind: prometheus, url: ${quoted(prometheus.value)} } # from ${prometheus.says}`]),
    ...(applied ? [argocdLine(argocd?.value ?? null, argocd?.says ?? '')] : []),
    ...(survey.models === null ? [] : registryLines(survey.models)),
    'services:',
    ...services.flatMap((service) => [
      `  ${key(service)}:`,
      '    environments:',
      ...found.filter((one) => one.service === service).flatMap(environmentLines),
      ...left(survey, found, service),
    ]),
    '',
  ].join('\n');
}

function argocdLine(url: string | null, says: string): string {
  return url === null
    ? `argocd: { url: 'https://${DECIDE}.argocd.example' } # ${DECIDE}: where its API answers; ARGOCD_TOKEN holds the token`
    : `argocd: { url: ${quoted(url)} } # from ${says}; ARGOCD_TOKEN holds the token`;
}

const SURE = {
  told: 'certain',
  likely: 'likely, compare with Argo CD',
  guess: `${DECIDE} whether this is the environment`,
} as const;

function environmentLines(one: Found): readonly string[] {
  const { environment, paths, applications, shared, carriers, sure, because } = one;
  return [
    `      ${key(environment)}:`,
    `        # ${SURE[sure]}: ${because}`,
    `        paths: [${paths.map(quoted).join(', ')}]`,
    ...shared.map(
      (path) => `        # not among the paths: ${path}, which others use too; a fault in it needs a person`,
    ),
    applications.length > 0
      ? `        applications: [${applications.map(quoted).join(', ')}]`
      : `        # ${DECIDE}: applications: [...], Argo CD's names for what applies these paths; without them only metrics prove a recovery`,
    ...carriers.map((carrier) => `        # ${carrierLine(carrier)}`),
    ...gateLines(one),
    '        verify:',
    '          source: prometheus',
    '          healthy-for: 30s',
    '          within: 10m',
    `          arm: 'service="${DECIDE}"' # ${DECIDE}: the labels of what users are served by`,
    ...one.questions.map((question) => `          # asked today by the ${question}`),
    ...presetLines(one),
    '          criteria:',
    `            # ${DECIDE}: which counters say that users are failed, and how much is too much; 1% is only an example`,
    `            - { name: errors, bad: '${DECIDE}_failed_total', total: '${DECIDE}_requests_total', if: rate > 1% }`,
  ];
}

/** A model that is gone from its registry is no target; only with the registry in the playbook is it asked. */
function registryLines({ value, says }: NonNullable<Survey['models']>): readonly string[] {
  return [
    `# ${DECIDE} whether MLflow is asked, before a rollback, if a model such as ${value} (${says}) still exists: docs/registries.md`,
    '# registries:',
    "#   models: { kind: mlflow, url: 'https://mlflow.example' }",
  ];
}

/** What the Action would judge by. A comment: nobody but a person knows whether there are two arms, and how they are told apart. */
function gateLines({ preset }: Found): readonly string[] {
  const questions =
    preset === null
      ? [
          '  triggers:',
          '    - { name: errors, bad: failed_total, total: requests_total, if: rate > baseline + 0.5pp, then: rollback }',
        ]
      : [`  preset: ${preset.value}`];
  return [
    `        # ${DECIDE} whether a release is judged while it is a canary, with which labels and by what: docs/triggers.md, docs/presets.md`,
    ...[
      'gate:',
      '  source: prometheus',
      `  arms: { canary: 'track="canary"', baseline: 'track="stable"' }`,
      ...questions,
    ].map((line) => `        # ${line}`),
  ];
}

function carrierLine({ kind, name, path, destinations, owner }: Found['carriers'][number]): string {
  if (owner.kind === 'controller') return `${kind} ${name} (${path}): ${owner.because}`;
  const shares = destinations.map((one) => `${one.name} ${one.share === null ? 'unknown' : percent(one.share)}`);
  return `${kind} ${name} (${path}): ${shares.join(', ')}; Git moves it, so a rollback can turn it first`;
}

function presetLines({ preset }: Found): readonly string[] {
  if (preset === null) return [];
  return [
    `          # ${preset.value}, says ${preset.says}: docs/presets.md has its questions, as in`,
    `          #   preset: ${preset.value}, with tier: or adjust: for limits that you decide, instead of criteria`,
  ];
}

/** The environments that were seen and are not proposed. */
function left({ found }: Survey, proposed: readonly Found[], service: string): readonly string[] {
  const others = found.filter((one) => one.service === service && !proposed.includes(one));
  return others.map(({ environment, paths }) => `      # also found: ${environment} in ${paths.join(', ')}`);
}

/** What was found and how sure that is, for the person who ran it. */
export function surveyText(survey: Survey, proposed: readonly Found[]): string {
  const rows = survey.found.map(({ service, environment, sure, because, paths, applications }) => {
    const by = applications.length === 0 ? '' : `, applied by ${applications.join(', ')}`;
    return `${service} in ${environment}: ${paths.join(', ')}${by} (${sure}: ${because})`;
  });
  return [
    `${count(survey.found.length, 'place')} found, ${proposed.length} proposed`,
    ...rows.map((row) => `  ${row}`),
    ...(survey.notes.length === 0 ? [] : ['not understood:', ...survey.notes.map((note) => `  ${note}`)]),
  ].join('\n');
}

export function count(n: number, what: string): string {
  return `${n} ${what}${n === 1 ? '' : 's'}`;
}

function percent(share: number): string {
  return `${Number((share * 100).toFixed(1))} %`;
}

/** Plain where that is surely the same text. */
function quoted(text: string): string {
  return /^[A-Za-z][\w./-]*$/.test(text) && !isWord(text) ? text : `'${text.replaceAll("'", "''")}'`;
}

function key(name: string): string {
  return /^[A-Za-z][\w-]*$/.test(name) && !isWord(name) ? name : `'${name}'`;
}

function isWord(text: string): boolean {
  return /^(y|yes|n|no|on|off|true|false|null)$/i.test(text);
}
