/**
 * Routes by GitHub's own templates, so that what is answered can be checked against GitHub's description.
 */
import type { Hub } from '../hub.ts';
import type { Viewer } from '../state.ts';
import type { Input } from './input.ts';

export interface Context {
  readonly hub: Hub;
  readonly viewer: Viewer;
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  readonly body: Input;
  /** The address of this page, for links to the next. */
  readonly self: URL;
  readonly accept: string;
}

export interface Reply {
  readonly status: number;
  /** Undefined: no body. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export type Handler = (context: Context) => Promise<Reply> | Reply;

export interface Route {
  readonly method: string;
  readonly template: string;
  readonly handler: Handler;
}

interface Compiled {
  readonly route: Route;
  readonly pattern: RegExp;
  readonly names: readonly string[];
}

/** Parameters whose values may hold slashes. */
const GREEDY = new Set(['path', 'ref', 'branch', 'basehead']);

function compile(route: Route): Compiled {
  const names: string[] = [];
  const pattern = route.template.replace(/[.*+?^$()|[\]\\]/g, '\\$&').replace(/\{(\w+)\}/g, (_, name: string) => {
    names.push(name);
    return GREEDY.has(name) ? '(.+?)' : '([^/]+)';
  });
  return { route, pattern: new RegExp(`^${pattern}/?$`), names };
}

/** Longer templates win, so that `/commits/{ref}/status` is tried before `/commits/{ref}`. */
function weight({ template }: Route): number {
  return template.split('/').filter((part) => !part.startsWith('{')).length;
}

export interface Match {
  readonly route: Route;
  readonly params: Readonly<Record<string, string>>;
}

/** A path holds `%` for bytes; a broken one stands for itself. */
function decode(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}

export function router(routes: readonly Route[]): (method: string, path: string) => Match | null {
  const byMethod = new Map<string, Compiled[]>();
  for (const route of [...routes].sort((a, b) => weight(b) - weight(a))) {
    byMethod.set(route.method, [...(byMethod.get(route.method) ?? []), compile(route)]);
  }
  return (method, path) => {
    for (const { route, pattern, names } of byMethod.get(method) ?? []) {
      const match = pattern.exec(path);
      if (match !== null) {
        return { route, params: Object.fromEntries(names.map((name, at) => [name, decode(match[at + 1] ?? '')])) };
      }
    }
    return null;
  };
}
