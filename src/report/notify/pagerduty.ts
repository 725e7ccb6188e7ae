/** PagerDuty's Events API v2: one alert for one incident, however often it is told. */
import { oneLine } from '../escape.ts';
import { headline, isOver, safeLinks, whoActs, type Notice } from './notice.ts';

type Json = Readonly<Record<string, unknown>>;

/** The event without its routing key, which is a secret. The incident is the key by which PagerDuty recognises its alert. */
export function pagerdutyEvent(notice: Notice, severity: string): Json {
  const dedup = oneLine(notice.incident ?? notice.fact, 255);
  if (isOver(notice)) return { event_action: 'resolve', dedup_key: dedup };
  const who = whoActs(notice);
  return {
    event_action: 'trigger',
    dedup_key: dedup,
    payload: {
      summary: oneLine(`${headline(notice)}: ${notice.because}`, 1000),
      source: oneLine(notice.repository, 250),
      severity,
      timestamp: notice.at,
      component: oneLine(notice.service, 250),
      group: oneLine(notice.environment, 250),
      class: notice.reasonCode ?? notice.occasion,
      custom_details: {
        because: oneLine(notice.because, 4000),
        ...(notice.cause === null ? {} : { cause: oneLine(notice.cause, 4000) }),
        todo: notice.todo.slice(0, 10).map((step) => oneLine(step, 1000)),
        commands: notice.commands.slice(0, 5).map((command) => oneLine(command, 1000)),
        ...(who === null ? {} : { who }),
        decision: notice.decision,
        reason_code: notice.reasonCode,
      },
    },
    links: safeLinks(notice)
      .slice(0, 10)
      .map(({ text, url }) => ({ href: url, text: oneLine(text, 100) })),
    client: 'lastgood',
    client_url: notice.repositoryUrl,
  };
}
