/**
 * What most handlers begin with: which repository, and may the viewer do this there.
 */
import type { Context, Handler, Reply, Route } from '../http/route.ts';
import { demand, type Need } from '../engine/access.ts';
import { findRepository } from '../hub.ts';
import { notFound } from '../problem.ts';
import type { Repository } from '../state.ts';

export type RepositoryHandler = (repository: Repository, context: Context) => Promise<Reply> | Reply;

export function param(context: Context, name: string): string {
  const value = context.params[name];
  if (value === undefined) throw notFound();
  return value;
}

export function numberParam(context: Context, name: string): number {
  const value = Number(param(context, name));
  if (!Number.isInteger(value)) throw notFound();
  return value;
}

const WRITES = new Set(['POST', 'PUT', 'PATCH', 'DELETE']);

/** A route below `/repos/{owner}/{repo}`; whatever changes the repository holds its lock. */
export function repositoryRoute(method: string, path: string, need: Need, handler: RepositoryHandler): Route {
  const handle: Handler = (context) => {
    const repository = findRepository(context.hub, param(context, 'owner'), param(context, 'repo'));
    demand(repository, context.viewer, need);
    const work = async (): Promise<Reply> => handler(repository, context);
    return WRITES.has(method) ? repository.lock.run(work) : work();
  };
  return { method, template: `/repos/{owner}/{repo}${path}`, handler: handle };
}

export const ok = (body: unknown): Reply => ({ status: 200, body });
export const created = (body: unknown): Reply => ({ status: 201, body });
export const noContent: Reply = { status: 204 };

export const ISSUES_READ: Need = { permission: 'issues', access: 'read', role: 'read' };
export const ISSUES_WRITE: Need = { permission: 'issues', access: 'write', role: 'read' };
export const ISSUES_TRIAGE: Need = { permission: 'issues', access: 'write', role: 'triage' };
export const PULLS_READ: Need = { permission: 'pull_requests', access: 'read', role: 'read' };
export const PULLS_WRITE: Need = { permission: 'pull_requests', access: 'write', role: 'read' };
export const CHECKS_READ: Need = { permission: 'checks', access: 'read', role: 'read' };
export const CHECKS_WRITE: Need = { permission: 'checks', access: 'write', role: 'read' };
export const STATUSES_READ: Need = { permission: 'statuses', access: 'read', role: 'read' };
export const STATUSES_WRITE: Need = { permission: 'statuses', access: 'write', role: 'write' };
export const DEPLOYMENTS_READ: Need = { permission: 'deployments', access: 'read', role: 'read' };
export const DEPLOYMENTS_WRITE: Need = { permission: 'deployments', access: 'write', role: 'write' };
