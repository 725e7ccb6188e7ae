/** One object of a schema: what it is, its name, and its whole definition as the database prints it. */
export interface SchemaObject {
  readonly kind: string;
  readonly name: string;
  readonly definition: string;
}

export interface SchemaDifference {
  readonly kind: string;
  readonly name: string;
  /** Definition before; null: it was not there. */
  readonly before: string | null;
  /** Definition afterwards; null: it is gone. */
  readonly after: string | null;
}

/** Object by object; empty: the two schemas are the same. */
export function schemaDiff(
  before: readonly SchemaObject[],
  after: readonly SchemaObject[],
): readonly SchemaDifference[] {
  const key = ({ kind, name }: SchemaObject): string => `${kind} ${name}`;
  const left = new Map(before.map((one) => [key(one), one]));
  const right = new Map(after.map((one) => [key(one), one]));
  return [...new Map([...left, ...right]).entries()]
    .map(([at, { kind, name }]) => ({
      kind,
      name,
      before: left.get(at)?.definition ?? null,
      after: right.get(at)?.definition ?? null,
    }))
    .filter((one) => one.before !== one.after)
    .sort((a, b) => (key({ ...a, definition: '' }) < key({ ...b, definition: '' }) ? -1 : 1));
}

/** One sentence: `column users.age: was integer not null, is gone after the down`. */
export function differenceWords({ kind, name, before, after }: SchemaDifference): string {
  if (before === null) return `${kind} ${name} stays behind after the down: ${clip(after ?? '')}`;
  if (after === null) return `${kind} ${name} is missing after the down: it was ${clip(before)}`;
  return `${kind} ${name} was ${clip(before)}, and is ${clip(after)} after the down`;
}

function clip(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim();
  return line.length > 160 ? `${line.slice(0, 159)}…` : line;
}
