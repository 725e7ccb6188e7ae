/**
 * One page of a list, with the Link header that leads to the others.
 */
import type { Context, Reply } from './route.ts';

export interface Page<T> {
  readonly items: readonly T[];
  readonly total: number;
  readonly headers: Readonly<Record<string, string>>;
}

function positive(text: string | null, fallback: number): number {
  const value = Number(text ?? fallback);
  return Number.isInteger(value) && value > 0 ? value : fallback;
}

/** The page that `per_page` (30, at most 100) and `page` ask for. */
export function pageOf<T>(context: Context, items: readonly T[]): Page<T> {
  const size = Math.min(positive(context.query.get('per_page'), 30), 100);
  const page = positive(context.query.get('page'), 1);
  const last = Math.max(1, Math.ceil(items.length / size));
  const link = (target: number, rel: string): string => {
    const url = new URL(context.self);
    url.searchParams.set('page', String(target));
    return `<${url.href}>; rel="${rel}"`;
  };
  const links = [
    ...(page > 1 ? [link(page - 1, 'prev')] : []),
    ...(page < last ? [link(page + 1, 'next'), link(last, 'last')] : []),
    ...(page > 1 ? [link(1, 'first')] : []),
  ];
  return {
    items: items.slice((page - 1) * size, page * size),
    total: items.length,
    headers: links.length === 0 ? {} : { link: links.join(', ') },
  };
}

/** 200 with a page of a list, each item printed. */
export async function listReply<T>(context: Context, items: readonly T[], print: (item: T) => unknown): Promise<Reply> {
  const page = pageOf(context, items);
  return { status: 200, body: await Promise.all(page.items.map(print)), headers: page.headers };
}
