import { playbookShape } from './shape.ts';
import type { Shape } from './shape.ts';

/** playbook.schema.json: what editors check a playbook against while it is written. */
export function jsonSchema(): Shape {
  return {
    ...playbookShape(),
    title: 'lastgood.yml',
    description: 'If this, then that, for each service and environment',
  };
}

/** Every key of the playbook as Markdown, one table for each place. */
export function referenceTable(): string {
  const unique = new Map(sections('Top of the file', playbookShape()).map((section) => [section.title, section]));
  return [...unique.values()]
    .map(({ title, rows }) => `### ${title}\n\n${table(['Key', 'Type', 'Default', 'Meaning'], rows)}`)
    .join('\n\n');
}

interface Section {
  readonly title: string;
  readonly rows: readonly (readonly string[])[];
}

function sections(title: string, shape: Shape): readonly Section[] {
  if (shape.oneOf !== undefined) {
    return shape.oneOf.flatMap((arm) => {
      const [own, ...below] = sections(title, arm);
      return own === undefined
        ? below
        : [{ ...own, title: `${title} of kind ${String(arm.properties?.['kind']?.const)}` }, ...below];
    });
  }
  const entries = Object.entries(shape.properties ?? {});
  const required = new Set(shape.required);
  const rows = entries.map(([key, value]) => [
    code(key),
    typeOf(value),
    defaultOf(value, required.has(key)),
    value.description ?? '',
  ]);
  return [
    { title, rows },
    ...entries.flatMap(([key, value]) => inner(title === 'Top of the file' ? key : `${title}.${key}`, value)),
  ];
}

/** The sections below a key: of a mapping, of what is named in it, or of the entries of a list. */
function inner(title: string, shape: Shape): readonly Section[] {
  // What has a title of its own repeats keys that are described elsewhere.
  if (shape.title !== undefined) return [];
  if (shape.properties !== undefined) return sections(title, shape);
  if ((shape.items?.properties ?? shape.items?.oneOf) !== undefined && shape.items !== undefined)
    return sections(`${title}[]`, shape.items);
  const named = shape.additionalProperties;
  return typeof named === 'object' && (named.properties ?? named.oneOf) !== undefined
    ? sections(`${title}.NAME`, named)
    : [];
}

function typeOf(shape: Shape): string {
  if (shape.title !== undefined) return shape.title;
  if (shape.const !== undefined) return code(JSON.stringify(shape.const).replaceAll('"', ''));
  if (shape.enum !== undefined) return shape.enum.map((word) => code(String(word))).join(', ');
  if (shape.prefixItems !== undefined) return `[${shape.prefixItems.map(typeOf).join(', ')}]`;
  if (shape.items !== undefined)
    return shape.items.properties === undefined && shape.items.oneOf === undefined
      ? `list of ${plural(typeOf(shape.items))}`
      : 'list';
  if (shape.format === 'uri') return 'URL';
  return (shape.type === undefined ? undefined : TYPES.get(shape.type)) ?? 'any';
}

const TYPES: ReadonlyMap<string, string> = new Map([
  ['string', 'text'],
  ['number', 'number'],
  ['integer', 'whole number'],
  ['boolean', '`true`, `false`'],
  ['object', 'mapping'],
]);

function plural(type: string): string {
  return type === 'text' ? 'texts' : `${type}s`;
}

function defaultOf(shape: Shape, required: boolean): string {
  if (required) return 'required';
  const value = shape.default;
  if (value === undefined || (typeof value === 'object' && value !== null && !Array.isArray(value))) return '';
  return code(typeof value === 'string' ? value : JSON.stringify(value));
}

function code(text: string): string {
  return `\`${text}\``;
}

/** A Markdown table with its columns lined up, so that the source reads well too. */
function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const cells = [head, ...rows].map((row) => row.map((cell) => cell.replaceAll('|', '\\|')));
  const widths = head.map((_, column) => Math.max(3, ...cells.map((row) => (row[column] ?? '').length)));
  const line = (row: readonly string[]): string =>
    `| ${widths.map((width, column) => (row[column] ?? '').padEnd(width)).join(' | ')} |`;
  const [first = [], ...rest] = cells;
  return [line(first), `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`, ...rest.map(line)].join('\n');
}
