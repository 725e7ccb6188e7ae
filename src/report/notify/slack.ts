/** Slack's incoming webhooks. Foreign words go into plain text, which knows no mention, no link and no emphasis. */
import { oneLine } from '../escape.ts';
import { instant } from '../numbers.ts';
import { headline, safeLinks, whoActs, type Notice } from './notice.ts';

/** For mrkdwn, where these three signs begin a link, a mention or an entity. */
export function slackEscape(text: string, max = 300): string {
  return oneLine(text, max).replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

type Block = Readonly<Record<string, unknown>>;

/** The body of the message: https://api.slack.com/reference/block-kit/blocks (150, 3,000 and 75 characters). */
export function slackMessage(notice: Notice): Readonly<Record<string, unknown>> {
  const links = safeLinks(notice).slice(0, 5);
  const who = whoActs(notice);
  const blocks: Block[] = [
    { type: 'header', text: plain(headline(notice), 150) },
    section(notice.because, 2900),
    ...(notice.cause === null ? [] : [section(`Cause: ${notice.cause}`, 2900)]),
    ...notice.todo.slice(0, 10).map((step, i) => section(`${i + 1}. ${step}`, 2900)),
    ...notice.commands.slice(0, 5).map((command) => section(command, 2900)),
    ...(who === null ? [] : [section(who, 2900)]),
    ...(links.length === 0
      ? []
      : [
          {
            type: 'actions',
            elements: links.map(({ text, url }, i) => ({
              type: 'button',
              action_id: `open-${i}`,
              text: plain(text, 75),
              url: url.slice(0, 3000),
            })),
          },
        ]),
    {
      type: 'context',
      elements: [{ type: 'mrkdwn', verbatim: true, text: slackEscape(`${notice.repository} - ${instant(notice.at)}`) }],
    },
  ];
  // What notifications and old clients show; its emphasis is switched off, its three signs are escaped.
  return { text: slackEscape(`${headline(notice)}. ${notice.because}`, 1500), mrkdwn: false, blocks };
}

function section(text: string, max: number): Block {
  return { type: 'section', text: plain(text, max) };
}

function plain(text: string, max: number): Block {
  // Slack refuses an empty text.
  return { type: 'plain_text', text: oneLine(text, max) || '-', emoji: false };
}
