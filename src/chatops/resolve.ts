import { distance } from '../playbook/nearest.ts';
import type { Playbook } from '../playbook/schema.ts';
import { defaultEnvironment, targetNames } from '../playbook/target.ts';
import type { TargetName } from '../playbook/target.ts';
import { opening, VERBS } from './commands.ts';
import type { Command } from './commands.ts';
import { shown } from './refusal.ts';
import type { Refusal } from './refusal.ts';
import { readRevision } from './revision.ts';

/** A command whose words are told apart. */
export type Resolved =
  | {
      readonly ok: true;
      readonly service: string;
      readonly environment: string;
      /** Where to go back to, as named; null: the last good revision. `revisionKind` says what it is. */
      readonly to: string | null;
      /** What people said; data, shown escaped. */
      readonly reason: string | null;
    }
  | { readonly ok: false; readonly refusal: Refusal };

type Asked = Extract<Command, { readonly words: readonly string[] }>;

/** What the words named, and the words that are left: `to ...`, then the reason. */
interface Named {
  readonly service: string | null;
  readonly environment: string | null;
  readonly rest: readonly string[];
}

/**
 * Tells service, environment, target and reason apart with the playbook, and fills in what was left out when only one thing can
 * be meant: the one target that the pull request touches, or the only one there is. Everything else is refused with the
 * comments that would work. `touched` is what the pull request with the comment changes; empty on an issue.
 */
export function resolveCommand(command: Asked, playbook: Playbook, touched: readonly TargetName[]): Resolved {
  const all = targetNames(playbook);
  const named = nameWords(command.words, all);
  const typo = misspelt(command, named, all);
  if (typo !== null) return { ok: false, refusal: typo };
  const say = (target: TargetName): string => sentence(command, target, named.rest);
  const target = choose(named, all, touched);
  if ('wrong' in target) {
    return {
      ok: false,
      refusal: { wrong: target.wrong, hint: target.hint, wouldWork: target.options.slice(0, 10).map(say) },
    };
  }
  if (named.rest[0]?.toLowerCase() !== 'to') return { ok: true, ...target, to: null, reason: reasonOf(named.rest) };
  const revision = readRevision(named.rest[1]);
  if (!revision.ok) return { ok: false, refusal: revision.refusal };
  return { ok: true, ...target, to: revision.text, reason: reasonOf(named.rest.slice(2)) };
}

export function nameWords(words: readonly string[], all: readonly TargetName[]): Named {
  const isService = (word: string | undefined): boolean => all.some(({ service }) => service === word);
  const isEnvironment = (word: string | undefined): boolean => all.some(({ environment }) => environment === word);
  const [first, second] = words;
  if (first === undefined) return { service: null, environment: null, rest: [] };
  if (isService(first)) {
    return second !== undefined && isEnvironment(second)
      ? { service: first, environment: second, rest: words.slice(2) }
      : { service: first, environment: null, rest: words.slice(1) };
  }
  if (!isEnvironment(first)) return { service: null, environment: null, rest: words };
  return second !== undefined && isService(second)
    ? { service: second, environment: first, rest: words.slice(2) }
    : { service: null, environment: first, rest: words.slice(1) };
}

/** A word that begins the reason, but nearly names something: better asked than rolled back somewhere else. */
export function misspelt(command: Asked, named: Named, all: readonly TargetName[]): Refusal | null {
  const word = named.rest[0];
  if (word === undefined || (named.service !== null && named.environment !== null)) return null;
  const services = named.service === null ? all.map(({ service }) => service) : [];
  const environments = named.environment === null ? all.map(({ environment }) => environment) : [];
  const verbs = command.kind === 'rollback' && word === command.words[0] ? VERBS : [];
  const near = [...services, ...environments, ...verbs].find((name) => isNear(word, name));
  if (near === undefined) return named.environment === null ? elsewhere(command, word, named, all) : null;
  return {
    wrong: `${shown(word)} is neither a service nor an environment of the playbook`,
    hint: `Did you mean '${near}'? If it begins the reason, put 'because' before it.`,
    wouldWork: [
      [opening(command.kind), ...command.words.map((each) => (each === word ? near : each))].join(' ').slice(0, 300),
    ],
  };
}

/** What everybody calls an environment is not taken for a reason: whoever asks for staging must not get production. */
const ENVIRONMENT = /^(dev|development|qa|stage|staging|stg|uat|pre-?prod|sandbox|prd|prod|production)$/i;

function elsewhere(command: Asked, word: string, named: Named, all: readonly TargetName[]): Refusal | null {
  if (!ENVIRONMENT.test(word)) return null;
  const options = all.filter(({ service }) => named.service === null || service === named.service);
  return {
    wrong: `the playbook has no environment ${shown(word)}${named.service === null ? '' : ` of ${shown(named.service)}`}`,
    hint: "Name one that it has. If the word begins the reason, put 'because' before it.",
    wouldWork: options.slice(0, 10).map((target) => sentence(command, target, named.rest.slice(1))),
  };
}

function isNear(word: string, name: string): boolean {
  if (word.toLowerCase() === name.toLowerCase()) return true;
  if (word.length < 4 || word.length > 64) return false;
  return distance(word.toLowerCase(), name.toLowerCase()) <= (word.length < 6 ? 1 : 2);
}

interface NoChoice {
  readonly wrong: string;
  readonly hint: string;
  readonly options: readonly TargetName[];
}

function choose(named: Named, all: readonly TargetName[], touched: readonly TargetName[]): TargetName | NoChoice {
  const fits = (target: TargetName): boolean =>
    (named.service === null || named.service === target.service) &&
    (named.environment === null || named.environment === target.environment);
  const possible = all.filter(fits);
  const here = touched.filter(fits);
  const [only] = here.length > 0 ? here : possible;
  if (only === undefined) return impossible(named, all);
  if (here.length === 1 || (here.length === 0 && possible.length === 1)) return only;
  const environment = here.length === 0 ? implied(possible) : null;
  if (environment !== null) return environment;
  const options = here.length > 0 ? here : possible;
  const where = here.length > 0 ? 'this pull request touches' : 'the playbook has';
  return {
    wrong: `${where} ${options.length} places that could be meant`,
    hint: 'Name the service and the environment.',
    options,
  };
}

/** One service with several environments: its production is meant. */
function implied(possible: readonly TargetName[]): TargetName | null {
  const [first] = possible;
  if (first === undefined || possible.some(({ service }) => service !== first.service)) return null;
  const environment = defaultEnvironment(possible.map((target) => target.environment));
  return environment === null ? null : { service: first.service, environment };
}

function impossible(named: Named, all: readonly TargetName[]): NoChoice {
  const options = all.filter(({ service }) => service === named.service);
  if (options.length === 0)
    return { wrong: 'the playbook names no service', hint: 'Add one to lastgood.yml.', options: [] };
  const wrong = `service ${shown(named.service ?? '')} has no environment ${shown(named.environment ?? '')}`;
  return { wrong, hint: 'Name one that it has.', options };
}

function sentence(command: Asked, target: TargetName, rest: readonly string[]): string {
  return [opening(command.kind), target.service, target.environment, ...rest].join(' ').slice(0, 300);
}

export function reasonOf(words: readonly string[]): string | null {
  return words.length === 0 ? null : words.join(' ').slice(0, 1_000);
}
