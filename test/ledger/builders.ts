import { createHash } from 'node:crypto';
import type { Entry } from '../../src/ledger/entry.ts';

export const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

export const sha = (digit: string): string => digit.repeat(40);

export function anEntry(overrides: Partial<Entry> = {}): Entry {
  return {
    at: '2026-11-17T14:00:00.000Z',
    kind: 'gate-passed',
    id: 'release-1/gate-passed',
    service: 'rec',
    environment: 'production',
    revision: sha('a'),
    incident: null,
    actor: 'lastgood',
    because: 'rate 0.001 < 0.02',
    details: { samples: 1200, trigger: 'errors' },
    ...overrides,
  };
}
