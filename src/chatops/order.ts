/** `/hold`, `/freeze` and what lifts them: the place, until when, and why. */
import { ALL } from '../ledger/entry.ts';
import { readDuration } from '../playbook/units.ts';
import type { Playbook } from '../playbook/schema.ts';
import { targetNames } from '../playbook/target.ts';
import { opening } from './commands.ts';
import type { Command } from './commands.ts';
import { misspelt, nameWords, reasonOf } from './resolve.ts';
import { readRevision } from './revision.ts';
import { shown } from './refusal.ts';
import type { Refusal } from './refusal.ts';

type Ordered = Extract<Command, { readonly words: readonly string[] }>;

export type ReadOrder =
  | {
      readonly ok: true;
      /** `*`: all of them. */
      readonly service: string;
      readonly environment: string;
      /** ISO 8601; null: until it is lifted. */
      readonly until: string | null;
      readonly reason: string | null;
    }
  | { readonly ok: false; readonly refusal: Refusal };

/**
 * What is left out means everything: stopping too much is the safe mistake. `now` (epoch ms) turns a duration into a time.
 */
export function readOrder(command: Ordered, playbook: Playbook, now: number): ReadOrder {
  const all = targetNames(playbook);
  const named = nameWords(command.words, all);
  const typo = named.rest[0]?.toLowerCase() === 'until' ? null : misspelt(command, named, all);
  if (typo !== null) return { ok: false, refusal: typo };
  const { service, environment } = named;
  if (
    service !== null &&
    environment !== null &&
    !all.some((one) => one.service === service && one.environment === environment)
  ) {
    const have = all.filter((one) => one.service === service).map((one) => one.environment);
    return {
      ok: false,
      refusal: {
        wrong: `service ${shown(service)} has no environment ${shown(environment)}`,
        hint: 'Name one that it has.',
        wouldWork: have.map((one) => [opening(command.kind), service, one].join(' ')),
      },
    };
  }
  const place = { service: service ?? ALL, environment: environment ?? ALL };
  const { rest } = named;
  if (rest[0]?.toLowerCase() === 'until') {
    const until = readUntil(rest[1], now);
    return until.ok ? { ok: true, ...place, until: until.at, reason: reasonOf(rest.slice(2)) } : until;
  }
  // Behind the reason it counts too, where a time follows: "until it works again" is part of the reason.
  const last = rest.at(-2)?.toLowerCase() === 'until' ? readUntil(rest.at(-1), now) : null;
  return last?.ok === true
    ? { ok: true, ...place, until: last.at, reason: reasonOf(rest.slice(0, -2)) }
    : { ok: true, ...place, until: null, reason: reasonOf(rest) };
}

function readUntil(
  word: string | undefined,
  now: number,
): { readonly ok: true; readonly at: string } | { readonly ok: false; readonly refusal: Refusal } {
  const refuse = (wrong: string) =>
    ({
      ok: false,
      refusal: { wrong, hint: 'Write a time such as 2026-01-31T14:30Z, or a duration such as 2h.', wouldWork: [] },
    }) as const;
  if (word === undefined) return refuse("nothing stands after 'until'");
  const duration = readDuration(word, 60_000);
  if (duration.ok) return { ok: true, at: new Date(now + duration.value).toISOString() };
  const time = readRevision(word);
  if (!time.ok) return time;
  if (time.kind !== 'time') return refuse(`${shown(word)} is neither a time nor a duration`);
  return Date.parse(time.text) > now ? { ok: true, at: time.text } : refuse(`${shown(word)} is over already`);
}
