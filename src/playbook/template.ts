/** Query texts of sources with their own language: `{{arm}}` stands for the arm, `{{from}}` and `{{to}}` for the times. */
import type { QueryText } from './dialect.ts';
import { doubt } from './doubt.ts';
import type { Doubt } from './doubt.ts';
import { nearest } from './nearest.ts';
import type { Path } from './path.ts';

/** What may stand in braces. `arm` always must. */
export type Placeholder = 'arm' | 'from' | 'to';

export interface TemplateRules {
  /** Must stand in the text besides `{{arm}}`. */
  readonly required?: readonly Placeholder[];
  /** May stand in it. */
  readonly optional?: readonly Placeholder[];
  /** What to write, such as `sum:requests{version:{{arm}}}.as_count()`. */
  readonly example?: string;
}

const BRACES = /\{\{\s*([^{}]*?)\s*\}\}/g;

/** Each placeholder the language needs, and no other: an unknown one would reach the source as text. */
export function checkTemplate({ text, at }: Pick<QueryText, 'text' | 'at'>, rules: TemplateRules): readonly Doubt[] {
  const required: readonly Placeholder[] = ['arm', ...(rules.required ?? [])];
  const known: readonly string[] = [...required, ...(rules.optional ?? [])];
  const doubts: Doubt[] = [];
  const found = new Set<string>();
  for (const [braces, inside = ''] of text.matchAll(BRACES)) {
    found.add(inside);
    if (known.includes(inside)) {
      if (braces === `{{${inside}}}`) continue;
      doubts.push(doubt(at, 'value', `has blanks in ${braces}`, `write {{${inside}}}`));
      continue;
    }
    const near = nearest(inside, known);
    const cure = near === null ? `use only ${known.map((name) => `{{${name}}}`).join(', ')}` : `write {{${near}}}`;
    doubts.push(doubt(at, 'value', `has the unknown placeholder ${braces.slice(0, 40)}`, cure));
  }
  if (doubts.length > 0) return doubts;
  const lacking = required.filter((name) => !found.has(name));
  return lacking.map((name) =>
    doubt(
      at,
      'value',
      `does not say ${MEANING[name]}`,
      `put {{${name}}} where it belongs${rules.example === undefined ? '' : `, such as ${rules.example}`}`,
    ),
  );
}

const MEANING = {
  arm: 'which arm it counts, so both would be the same',
  from: 'when counting begins',
  to: 'when counting ends',
} as const satisfies Record<Placeholder, string>;

/** The text as the source is asked. Nothing is quoted: the arm is policy, and the playbook says what stands around it. */
export function fillTemplate(text: string, values: Readonly<Partial<Record<Placeholder, string>>>): string {
  return text.replaceAll(BRACES, (braces, name: string) =>
    Object.hasOwn(values, name) ? (values[name as Placeholder] ?? braces) : braces,
  );
}

/** The arm of such a source: any text, but neither blank nor with braces of its own. */
export function checkArmText(arm: string, at: Path): readonly Doubt[] {
  if (arm.trim() === '')
    return [doubt(at, 'value', 'is blank', 'write what takes the place of {{arm}} in the queries')];
  if (!arm.includes('{{') && !arm.includes('}}')) return [];
  return [doubt(at, 'value', 'has braces like a query', 'write only what takes the place of {{arm}} in the queries')];
}
