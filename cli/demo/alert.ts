import { setTimeout as sleep } from 'node:timers/promises';
import { ALERTS_TOKEN } from './processes.ts';
import type { Harm, Scene } from './scenario.ts';
import { usersOf } from './watch.ts';

/** An alerting rule over what all users get, looked at in one window after the other. */
export interface AlertRule {
  readonly name: string;
  readonly harm: Harm;
  /** Fires above this share of the requests, 0..1. */
  readonly above: number;
  /** What the alert asks for, in its label; a rollback unless told. */
  readonly then?: 'fallback';
}

const WINDOW_MS = 1_000;
/** So many bad windows in a row. */
const PENDING = 2;
const PATIENCE_S = 30;

/** Watches until the rule fires, then posts the alert to the bot as Alertmanager does. Says what was seen; where it never fires, nothing is posted. */
export async function alertFires(rule: AlertRule, { town, say, since }: Scene, botUrl: string): Promise<void> {
  let firing = 0;
  let last = usersOf(town, rule.harm);
  let said = '';
  while (firing < PENDING && since() < PATIENCE_S) {
    await sleep(WINDOW_MS);
    const now = usersOf(town, rule.harm);
    const share = (now.bad - last.bad) / Math.max(1, now.requests - last.requests);
    firing = share > rule.above ? firing + 1 : 0;
    said = `${rule.harm.says} of all users: ${(share * 100).toFixed(1)} % ${share > rule.above ? '>' : '<='} ${rule.above * 100} %`;
    last = now;
  }
  say(since(), `alert ${rule.name}: ${said}`);
  if (firing < PENDING) {
    say(since(), `it does not fire: no ${PENDING} windows in a row were bad within ${PATIENCE_S} s`);
    return;
  }
  const labels = {
    ...{ alertname: rule.name, lastgood_service: 'recommender', lastgood_environment: 'production' },
    ...(rule.then === undefined ? {} : { lastgood_then: rule.then }),
  };
  const alert = { status: 'firing', labels, startsAt: new Date().toISOString(), fingerprint: 'a1e27' };
  const answer = await fetch(`${botUrl}/alerts`, {
    method: 'POST',
    headers: { authorization: `Bearer ${ALERTS_TOKEN}`, 'content-type': 'application/json' },
    body: JSON.stringify({ version: '4', alerts: [alert] }),
  });
  say(since(), `Alertmanager tells the bot: ${answer.status} ${(await answer.text()).trim()}`);
}
