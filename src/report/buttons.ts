/** The check run with buttons on a commit whose gate failed. */
import type { PublishedCheck } from '../ports.ts';
import { inline } from './escape.ts';
import { placeWords } from './orders.ts';

export type Button = 'rollback' | 'hold' | 'not-this-change';

interface Place {
  readonly service: string;
  readonly environment: string;
}

const PREFIX = 'lastgood/rollback/';

/** Names of services and environments never hold a slash. */
export function buttonsName({ service, environment }: Place): string {
  return `${PREFIX}${service}/${environment}`;
}

export function readButtonsName(name: string): Place | null {
  const [service, environment, ...more] = name.startsWith(PREFIX) ? name.slice(PREFIX.length).split('/') : [];
  return service && environment && more.length === 0 ? { service, environment } : null;
}

/** GitHub allows three buttons: 20 characters on each, 40 beneath it. */
const ACTIONS = [
  { label: 'Roll back', description: 'Back to the last good revision', identifier: 'rollback' },
  { label: 'Hold', description: 'Stop automatic rollbacks here', identifier: 'hold' },
  { label: 'Not this change', description: 'Cancel it, record a false alarm', identifier: 'not-this-change' },
] as const satisfies readonly { label: string; description: string; identifier: Button }[];

/** Neutral: the gate's own check run is what fails. */
export function buttonsCheck(place: Place, because: string): Omit<PublishedCheck, 'sha'> {
  return {
    name: buttonsName(place),
    conclusion: 'neutral',
    title: `The gate of ${place.service} in ${place.environment} failed`,
    summary: `${inline(because)}\n\nWhoever may say it in a comment may press a button: rights are read again at that moment.`,
    actions: ACTIONS,
  };
}

/** What came of `Roll back`. */
export function rollbackPressed(
  by: string,
  outcome: { readonly number: number } | { readonly because: string },
): string {
  return 'number' in outcome
    ? `${inline(by)} rolled it back: #${outcome.number}.`
    : `Not done: ${inline(outcome.because)}`;
}

/** What came of a press; the buttons stay. */
export function pressedCheck(place: Place, words: string): Omit<PublishedCheck, 'sha'> {
  return {
    name: buttonsName(place),
    conclusion: 'neutral',
    title: `A button was pressed for ${placeWords(place)}`.slice(0, 200),
    summary: words,
    actions: ACTIONS,
  };
}
