/**
 * Relay connections over plain lists: first, last, after, before.
 */
import { Problem } from '../problem.ts';

export interface PageArgs {
  readonly first?: number | null;
  readonly last?: number | null;
  readonly after?: string | null;
  readonly before?: string | null;
}

/** What every field of a node can be: a value, or a function of the field's arguments. */
export type Fields = Readonly<Record<string, unknown>>;

function cursorOf(index: number): string {
  return Buffer.from(`cursor:${index}`).toString('base64');
}

function indexOf(cursor: string): number {
  const index = Number(Buffer.from(cursor, 'base64').toString('utf8').replace('cursor:', ''));
  if (!Number.isInteger(index))
    throw new Problem(422, `\`${cursor}\` does not appear to be a valid cursor.`, { type: 'INVALID_CURSOR_ARGUMENTS' });
  return index;
}

/** The connection of a list; `field` is only for GitHub's complaint about a missing `first`. */
export function connection<T>(field: string, items: readonly T[], args: PageArgs, node: (item: T) => unknown): Fields {
  const size = args.first ?? args.last ?? null;
  if (size === null) {
    throw new Problem(
      422,
      `You must provide a \`first\` or \`last\` value to properly paginate the \`${field}\` connection.`,
      {
        type: 'MISSING_PAGINATION_BOUNDARIES',
      },
    );
  }
  if (size < 0 || size > 100) {
    throw new Problem(
      422,
      `Requesting ${size} records on the \`${field}\` connection exceeds the \`first\` limit of 100 records.`,
      {
        type: 'EXCESSIVE_PAGINATION',
      },
    );
  }
  const from = args.after == null ? 0 : indexOf(args.after) + 1;
  const to = args.before == null ? items.length : indexOf(args.before);
  const start = args.first == null ? Math.max(from, to - size) : from;
  const end = args.first == null ? to : Math.min(to, from + size);
  const nodes = (): readonly unknown[] => items.slice(start, end).map(node);
  return {
    totalCount: items.length,
    nodes,
    edges: () =>
      items.slice(start, end).map((item, index) => ({ cursor: cursorOf(start + index), node: () => node(item) })),
    pageInfo: {
      hasNextPage: end < items.length,
      hasPreviousPage: start > 0,
      startCursor: end > start ? cursorOf(start) : null,
      endCursor: end > start ? cursorOf(end - 1) : null,
    },
  };
}
