/**
 * The whole GitHub: its people, apps and repositories, its clock, and the doors its parts use to reach each other.
 */
import type { Faults } from './http/faults.ts';
import type { App, Repository, Team, User, Viewer } from './state.ts';
import type { Webhooks } from './webhooks.ts';
import { notFound } from './problem.ts';

/** Something a workflow could start on: `push`, `pull_request`, `repository_dispatch` ... */
export interface WorkflowEvent {
  readonly event: string;
  readonly repository: string;
  readonly payload: Readonly<Record<string, unknown>>;
}

export interface Hub {
  /** The root of the API and of the pages, without a slash at the end. */
  url: string;
  readonly now: () => number;
  /** A number no other record has. */
  readonly nextId: () => number;
  readonly directory: string;
  readonly app: App;
  readonly actions: App;
  readonly users: Map<string, User>;
  readonly apps: Map<number, App>;
  /** Apps that somebody has created from a manifest, by the code that GitHub hands out for each, once. */
  readonly manifests: Map<string, Readonly<Record<string, unknown>>>;
  readonly repositories: Map<string, Repository>;
  readonly teams: Map<string, Team>;
  readonly tokens: Map<string, Viewer>;
  readonly webhooks: Webhooks;
  readonly faults: Faults;
  readonly workflows: Set<(event: WorkflowEvent) => Promise<void> | void>;
  /** Work that goes on after the answer (auto-merge, workflows). */
  readonly background: Set<Promise<void>>;
}

export function repositoryKey(owner: string, name: string): string {
  return `${owner}/${name}`.toLowerCase();
}

export function findRepository(hub: Hub, owner: string, name: string): Repository {
  const repository = hub.repositories.get(repositoryKey(owner, name));
  if (repository === undefined) throw notFound();
  return repository;
}

export function findUser(hub: Hub, login: string): User {
  const user = hub.users.get(login.toLowerCase());
  if (user === undefined) throw notFound();
  return user;
}

export function fullName(repository: Repository): string {
  return `${repository.owner.login}/${repository.name}`;
}

/** Starts work that outlives the answer; `drain` waits for it. */
export function inBackground(hub: Hub, task: () => Promise<void>): void {
  const running = task()
    .catch((error: unknown) => process.emitWarning(error instanceof Error ? error : String(error)))
    .finally(() => hub.background.delete(running));
  hub.background.add(running);
}

/** The account that a viewer acts as. */
export function actorOf(viewer: Viewer): User {
  switch (viewer.kind) {
    case 'user':
      return viewer.user;
    case 'installation':
    case 'app':
      return viewer.app.bot;
    case 'anonymous':
      throw notFound();
  }
}

export function appOf(viewer: Viewer): App | null {
  return viewer.kind === 'installation' || viewer.kind === 'app' ? viewer.app : null;
}
