/** What may not come again, and what lifts it. */
import type { Quarantined } from '../plan/quarantine.ts';
import { code, inline } from './escape.ts';
import { instant } from './numbers.ts';

interface Place {
  readonly service: string;
  readonly environment: string;
}

/** One line for each value, then what lifts it; empty where nothing is quarantined. */
export function quarantineList(held: readonly Quarantined[], place: Place, rows = 40): string {
  const [first] = held;
  if (first === undefined) return '';
  const lines = held
    .slice(0, rows)
    .map(({ path, key, value }) => `- ${code(value, 200)} at ${code(key, 200)} in ${code(path, 200)}`);
  const more = held.length > lines.length ? [`- and ${held.length - lines.length} more`] : [];
  const until = `Until ${instant(first.until)} a pull request that sets it again fails its check. ${liftWords(place)}`;
  return `${[...lines, ...more].join('\n')}\n\n${until}`;
}

/** The two ways out. */
export function liftWords({ service, environment }: Place): string {
  return `A newer version that passes its gate lifts this, or a person: ${code(`/release ${service} ${environment}`)}.`;
}

/** Why a pull request fails its check: one line for each value that it would set again. Markdown. */
export function setAgainWords(found: readonly Quarantined[], place: Place): string {
  const lines = found.map(
    ({ path, key, value, instead, reason, incident, since }) =>
      `- ${code(value, 200)} at ${code(key, 200)} in ${code(path, 200)} was rolled back at ${instant(since)} (incident ${code(incident)}): ${inline(reason)}${instead === null ? '' : ` - it was replaced by ${code(instead, 200)}`}`,
  );
  return `${lines.join('\n')}\n\n${liftWords(place)}`;
}
