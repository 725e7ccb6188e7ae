import { objectWords, type Effect } from '../effects.ts';
import { EXPAND, type Said } from './said.ts';

export function ofDrop(effect: Extract<Effect, { kind: 'drop' }>): readonly Said[] {
  const { object, name, cascade } = effect;
  const words = objectWords(object, name);
  const further: readonly Said[] = cascade
    ? [
        {
          kind: 'unread',
          says: `${words} is dropped with CASCADE: what else goes with it is not said`,
          cure: 'Drop each thing by name.',
          hidesRows: true,
        },
      ]
    : [];
  switch (object) {
    case 'table':
    case 'column':
    case 'schema':
    case 'database':
    case 'extension':
    case 'sequence':
      return [
        {
          kind: 'loses-data',
          says: `${words} is dropped with what it holds; the older version still reads it`,
          cure: EXPAND,
        },
        ...further,
      ];
    case 'index':
      return effect.gentle === true
        ? further
        : [
            {
              kind: 'note',
              says: `${words} is dropped: the older version may be slower without it`,
              cure: 'Drop it in a later release.',
            },
            ...further,
          ];
    case 'constraint':
      return [
        {
          kind: 'note',
          says: `${words} is dropped: rows that break it may come in, and a down that adds it again fails on them`,
          cure: 'Drop it in a later release.',
        },
        ...further,
      ];
    case 'other':
      return [
        { kind: 'breaks-old', says: `${name} is detached: the older version no longer finds its rows`, cure: EXPAND },
        ...further,
      ];
    case 'view':
    case 'materialized view':
    case 'function':
    case 'procedure':
    case 'trigger':
    case 'type':
    case 'domain':
    case 'policy':
    case 'role':
    case 'value':
      return [
        { kind: 'breaks-old', says: `${words} is dropped: the older version may still use it`, cure: EXPAND },
        ...further,
      ];
  }
}
