/** Microsoft Teams by a Workflows webhook: an Adaptive Card. Foreign words go into text runs, which know no Markdown. */
import { oneLine } from '../escape.ts';
import { instant } from '../numbers.ts';
import { headline, isCall, isOver, safeLinks, whoActs, type Notice } from './notice.ts';

type Json = Readonly<Record<string, unknown>>;

/** The body of the message: an Adaptive Card of version 1.4 in the envelope that Workflows expects. */
export function teamsMessage(notice: Notice): Json {
  const who = whoActs(notice);
  const color = isOver(notice) ? 'good' : isCall(notice) ? 'attention' : 'default';
  const body: Json[] = [
    runs(headline(notice), { weight: 'bolder', size: 'medium', color }),
    runs(notice.because),
    ...(notice.cause === null ? [] : [runs(`Cause: ${notice.cause}`)]),
    ...notice.todo.slice(0, 10).map((step, i) => runs(`${i + 1}. ${step}`)),
    ...notice.commands.slice(0, 5).map((command) => runs(command, { fontType: 'monospace' })),
    ...(who === null ? [] : [runs(who)]),
    runs(`${notice.repository} - ${instant(notice.at)}`, { isSubtle: true, size: 'small' }),
  ];
  const actions = safeLinks(notice)
    .slice(0, 5)
    .map(({ text, url }) => ({ type: 'Action.OpenUrl', title: oneLine(text, 75), url }));
  const content = {
    $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
    type: 'AdaptiveCard',
    version: '1.4',
    fallbackText: headline(notice),
    body,
    ...(actions.length === 0 ? {} : { actions }),
    msteams: { width: 'Full' },
  };
  return {
    type: 'message',
    attachments: [{ contentType: 'application/vnd.microsoft.card.adaptive', contentUrl: null, content }],
  };
}

/** Teams refuses cards above 28 kB, so every run is short. */
function runs(text: string, style: Json = {}): Json {
  return { type: 'RichTextBlock', inlines: [{ type: 'TextRun', text: oneLine(text, 1000) || '-', ...style }] };
}
