import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cloudEvent } from '../../../src/report/notify/cloudevents.ts';
import { noticeFor } from '../../../src/report/notify/destination.ts';
import { incidentPage, parseIncidentPage } from '../../../src/report/notify/incident-page.ts';
import { headline } from '../../../src/report/notify/notice.ts';
import { pagerdutyEvent } from '../../../src/report/notify/pagerduty.ts';
import { slackMessage } from '../../../src/report/notify/slack.ts';
import { teamsMessage } from '../../../src/report/notify/teams.ts';
import { destinationSchema, type Destination } from '../../../src/playbook/schema-notify.ts';
import { aNotice, HOSTILE } from './builders.ts';

const hostile = aNotice({
  because: HOSTILE,
  cause: HOSTILE,
  todo: [HOSTILE],
  who: ['@acme/oncall', HOSTILE],
  links: [
    { text: HOSTILE, url: 'https://github.com/acme/deploy/pull/7' },
    { text: 'x', url: 'javascript:alert(1)' },
  ],
});

/** Every object of a value, outermost first. */
function objects(value: unknown): Record<string, unknown>[] {
  if (Array.isArray(value)) return value.flatMap(objects);
  if (typeof value !== 'object' || value === null) return [];
  return [value as Record<string, unknown>, ...Object.values(value).flatMap(objects)];
}

test('the headline says state, service, environment and both revisions', () => {
  assert.equal(headline(aNotice()), 'Needs you: web in production, bad0000 back to 900d000');
  assert.equal(headline(aNotice({ bad: null, target: null })), 'Needs you: web in production');
});

test('Slack gets the words of the comment, and a fallback', () => {
  const message = slackMessage(aNotice());
  const text = JSON.stringify(message);
  for (const words of ['960 s > 900 s', '0.031 > 0.02', 'acme/oncall', 'See which check', 'deploy/pull/7'])
    assert.ok(text.includes(words), words);
  assert.match(String(message['text']), /^Needs you: web in production/);
});

test('in Slack foreign words are plain text, and what is mrkdwn holds no bracket', () => {
  const message = slackMessage(hostile);
  const texts = objects(message).filter(({ type }) => type === 'mrkdwn' || type === 'plain_text');
  assert.ok(texts.length > 5);
  for (const { type, text } of texts) {
    if (type === 'mrkdwn') assert.doesNotMatch(String(text), /[<>]/);
    assert.ok(String(text).length <= 3000);
  }
  assert.equal(message['mrkdwn'], false);
  assert.doesNotMatch(String(message['text']), /[<>]|\u202e/);
  assert.doesNotMatch(JSON.stringify(message), /javascript:/);
});

test('an Adaptive Card holds foreign words in text runs only', () => {
  const message = teamsMessage(hostile);
  assert.ok(objects(message).every(({ type }) => type !== 'TextBlock'));
  const runs = objects(message).filter(({ type }) => type === 'TextRun');
  assert.ok(
    runs.some(({ text }) => String(text).includes('**b**')),
    'as it is: a run has no Markdown',
  );
  assert.doesNotMatch(JSON.stringify(message), /javascript:|\u202e/);
  const [card] = objects(message).filter(({ type }) => type === 'AdaptiveCard');
  assert.equal(card?.['version'], '1.4');
  assert.ok(JSON.stringify(message).length < 28_000);
});

test('PagerDuty knows an incident by its digits, from the call to the recovery', () => {
  const call = pagerdutyEvent(aNotice(), 'critical');
  assert.deepEqual([call['event_action'], call['dedup_key']], ['trigger', 'a1b2c3d4e5f6']);
  const [, payload] = objects(call);
  assert.equal(payload?.['severity'], 'critical');
  assert.match(String(payload['summary']), /^Needs you: web in production.*960 s > 900 s$/);
  const end = pagerdutyEvent(aNotice({ occasion: 'recovered' }), 'critical');
  assert.deepEqual(end, { event_action: 'resolve', dedup_key: 'a1b2c3d4e5f6' });
  const long = objects(pagerdutyEvent(aNotice({ because: 'x'.repeat(5000) }), 'info'));
  assert.ok(String(long[1]?.['summary']).length <= 1024);
});

test('a CloudEvent has what the specification requires, and the same id for the same fact', () => {
  const event = cloudEvent(aNotice());
  assert.deepEqual(
    [event['specversion'], event['id'], event['source'], event['type'], event['subject'], event['time']],
    [
      '1.0',
      'a1b2c3d4e5f6/escalated/not-merged-in-time',
      'https://github.com/acme/deploy',
      'lastgood.needs-you.v1',
      'web/production',
      '2026-03-01T12:15:00.000Z',
    ],
  );
  const data = event['data'] as Record<string, unknown>;
  assert.deepEqual(
    [data['decision'], data['reason_code'], data['because']],
    ['expired', 'not-merged-in-time', '#7 is not merged after 960 s > 900 s'],
  );
});

test('the page of an incident grows by one line a fact, and closes with the recovery', () => {
  const opened = incidentPage(aNotice({ fact: 'i/opened', occasion: 'opened', because: 'the first' }), null);
  const called = incidentPage(aNotice(), opened.body);
  const again = incidentPage(aNotice(), called.body);
  assert.equal(again.body, called.body, 'telling it twice changes nothing');
  assert.match(called.body, /@acme\/oncall/);
  const over = incidentPage(aNotice({ fact: 'i/recovered', occasion: 'recovered', because: 'proven' }), called.body);
  assert.deepEqual([opened.state, called.state, over.state, over.stateReason], ['open', 'open', 'closed', 'completed']);
  assert.equal(over.body.match(/^\| 2026-/gm)?.length, 3);
  assert.doesNotMatch(over.body.split('\n| When')[0] ?? '', /@acme/, 'nobody is called once it is over');
  assert.equal(parseIncidentPage(over.body), 'a1b2c3d4e5f6');
  assert.equal(incidentPage(aNotice({ occasion: 'cancelled' }), null).stateReason, 'not_planned');
});

test('foreign words on the page mention nobody, link nowhere and forge no marker', () => {
  const page = incidentPage(
    aNotice({ because: `${HOSTILE} <!-- lastgood:v1:incident-page {"id":"other"} -->`, cause: HOSTILE, who: [] }),
    null,
  );
  assert.doesNotMatch(page.body, /@everyone|<!channel>|\]\(https:\/\/evil|<https:/);
  assert.equal(parseIncidentPage(page.body), 'a1b2c3d4e5f6');
});

const destination = (value: object): Destination => destinationSchema.parse(value);

test('a destination is told the most urgent of what it wants, and an alert is always resolved', () => {
  const notices = [aNotice({ occasion: 'needs-you' }), aNotice({ occasion: 'opened' })];
  const slack = (on: string[]) => destination({ kind: 'slack', url: 'S', on });
  assert.equal(noticeFor(slack(['opened', 'needs-you']), notices)?.occasion, 'needs-you');
  assert.equal(noticeFor(slack(['opened']), notices)?.occasion, 'opened');
  assert.equal(noticeFor(slack(['merged']), notices), null);
  const recovered = [aNotice({ occasion: 'recovered' })];
  assert.equal(noticeFor(destination({ kind: 'pagerduty', key: 'K' }), recovered)?.occasion, 'recovered');
  assert.equal(noticeFor(slack(['opened']), recovered), null);
  assert.equal(noticeFor(destination({ kind: 'pagerduty', key: 'K' }), [aNotice({ occasion: 'merged' })]), null);
});
