import type { Notice } from '../../../src/report/notify/notice.ts';

/** A notice of a rollback that needs a person, with overrides. */
export function aNotice(overrides: Partial<Notice> = {}): Notice {
  return {
    fact: 'a1b2c3d4e5f6/escalated/not-merged-in-time',
    occasion: 'needs-you',
    at: '2026-03-01T12:15:00.000Z',
    repository: 'acme/deploy',
    repositoryUrl: 'https://github.com/acme/deploy',
    service: 'web',
    environment: 'production',
    incident: 'a1b2c3d4e5f6',
    bad: 'bad0000000000000000000000000000000000001',
    target: '900d000000000000000000000000000000000002',
    actor: 'lastgood',
    because: '#7 is not merged after 960 s > 900 s',
    cause: "the gate failed on 'errors': 0.031 > 0.02",
    todo: ['See which check or review #7 still needs.'],
    commands: [],
    who: ['@acme/oncall'],
    links: [{ text: 'Pull request 7', url: 'https://github.com/acme/deploy/pull/7' }],
    decision: 'expired',
    reasonCode: 'not-merged-in-time',
    ...overrides,
  };
}

/** Text that would do harm in one medium or another. */
export const HOSTILE =
  '<!channel> <@U123> <https://evil.example|ok> *b* _i_ ~s~ `c` @everyone #12 [x](https://evil.example) **b** & \u202e\n::error::x';
