import { objectWords, type Effect, type ObjectKind } from './effects.ts';

/** What the way down leaves behind of the way up, and what it takes beyond it: one sentence each. Compares names, not definitions. */
export function differences(up: readonly Effect[], down: readonly Effect[]): readonly string[] {
  const [done, back] = [netOf(up), netOf(down)];
  const gone = (name: string): boolean =>
    owners(name).some((owner) => back.dropped.has(owner) || done.dropped.has(owner));
  const said: string[] = [];
  const [replaced, again] = [replacedBy(up), replacedBy(down)];
  for (const [key, { object, name, table }] of done.created)
    if (
      !back.dropped.has(key) &&
      !(replaced.has(key) && again.has(key)) &&
      !gone(name) &&
      !(table !== null && gone(`${table}.`)) &&
      object !== 'value' &&
      name !== ''
    )
      said.push(`${objectWords(object, name)} is created by the up and not dropped by the down`);
  for (const [key, { object, name }] of done.dropped)
    if (!back.created.has(key) && name !== '')
      said.push(`${objectWords(object, name)} is dropped by the up and not made again by the down`);
  for (const [key, { object, name }] of back.dropped)
    if (!done.created.has(key) && !ownedBy(name, done) && name !== '')
      said.push(`${objectWords(object, name)} is dropped by the down, and the up did not create it`);
  for (const effect of up) said.push(...unanswered(effect, down));
  for (const effect of down)
    if (takesMore(effect, up))
      said.push(`${effect.verb.toUpperCase()} of ${effect.table} in the down takes what the up did not bring`);
  return said;
}

/** Changes rows that were there before the up: of a table that it did not make, and beyond those it put there. */
function takesMore(effect: Effect, up: readonly Effect[]): effect is Extract<Effect, { kind: 'data' }> {
  if (effect.kind !== 'data' || effect.verb === 'insert') return false;
  const { table, verb, where } = effect;
  if (up.some((one) => one.kind === 'create' && one.object === 'table' && one.name === table)) return false;
  if (verb === 'update') return !where;
  return !(verb === 'delete' && where && up.some((one) => one.kind === 'data' && one.table === table));
}

/** What is written anew with OR REPLACE: the way down of a routine or a view is its older text. */
function replacedBy(effects: readonly Effect[]): ReadonlySet<string> {
  return new Set(
    effects.flatMap((one) =>
      one.kind === 'create' && one.replaces === true && one.object !== 'table' ? [keyOf(one.object, one.name)] : [],
    ),
  );
}

interface Named {
  readonly object: ObjectKind;
  readonly name: string;
  readonly table: string | null;
}

interface Net {
  readonly created: ReadonlyMap<string, Named>;
  readonly dropped: ReadonlyMap<string, Named>;
}

/** What is there afterwards that was not, and the other way round. */
function netOf(effects: readonly Effect[]): Net {
  const created = new Map<string, Named>();
  const dropped = new Map<string, Named>();
  for (const effect of effects) {
    if (effect.kind !== 'create' && effect.kind !== 'drop') continue;
    const { object, name, table } = effect;
    const key = keyOf(object, name);
    const [to, other] = effect.kind === 'create' ? [created, dropped] : [dropped, created];
    if (!other.delete(key) && !(effect.kind === 'create' && effect.replaces === true && to.has(key)))
      to.set(key, { object, name, table });
  }
  return { created, dropped };
}

/** Indexes are named without their schema as often as with it; functions and procedures, views of both kinds are dropped by either word. */
function keyOf(object: ObjectKind, name: string): string {
  if (object === 'index') return `index ${name.slice(name.lastIndexOf('.') + 1)}`;
  if (object === 'procedure') return `function ${name}`;
  return `${object} ${name}`;
}

/** `table orders` for `orders.note`, `schema sales` for `sales.orders`. */
function owners(name: string): readonly string[] {
  const parts = name.split('.');
  return parts.slice(0, -1).flatMap((_, i) => {
    const owner = parts.slice(0, i + 1).join('.');
    return [`table ${owner}`, `schema ${owner}`, `type ${owner}`];
  });
}

function ownedBy(name: string, { created }: Net): boolean {
  return owners(name).some((owner) => created.has(owner));
}

/** Changes in place, whose inverse is the same kind of change. */
function unanswered(effect: Effect, down: readonly Effect[]): readonly string[] {
  switch (effect.kind) {
    case 'rename':
      return down.some((one) => one.kind === 'rename' && one.name === effect.to && one.to === effect.name)
        ? []
        : [`${objectWords(effect.object, effect.name)} is renamed to ${effect.to} and not back`];
    case 'type':
      return down.some(
        (one) =>
          (one.kind === 'type' && one.table === effect.table && one.column === effect.column) || drops(one, effect),
      )
        ? []
        : [`the type of ${effect.table}.${effect.column} is changed and not changed back`];
    case 'not-null':
      return down.some(
        (one) =>
          (one.kind === 'not-null' &&
            one.table === effect.table &&
            one.column === effect.column &&
            one.set !== effect.set) ||
          drops(one, effect),
      )
        ? []
        : [`NOT NULL of ${effect.table}.${effect.column} is ${effect.set ? 'set' : 'dropped'} and not put back`];
    case 'default':
      return down.some(
        (one) =>
          (one.kind === 'default' && one.table === effect.table && one.column === effect.column) || drops(one, effect),
      )
        ? []
        : [`the default of ${effect.table}.${effect.column} is changed and not put back`];
    case 'create':
    case 'drop':
    case 'data':
    case 'rewrite':
    case 'setting':
    case 'grant':
    case 'transaction':
    case 'harmless':
    case 'opaque':
      return [];
  }
}

function drops(one: Effect, { table, column }: { readonly table: string; readonly column: string }): boolean {
  return one.kind === 'drop' && (one.name === `${table}.${column}` || (one.object === 'table' && one.name === table));
}
