/**
 * Who may do what: roles of people, permissions of apps.
 */
import { Problem, forbidden, notFound } from '../problem.ts';
import type { Access, Repository, Role, Viewer } from '../state.ts';
import { atLeast } from '../views/repository.ts';

/** A person's own role here; apps have permissions instead of a role. */
export function roleOf(repository: Repository, viewer: Viewer): Role {
  const fallback: Role = repository.private ? 'none' : 'read';
  if (viewer.kind !== 'user') return fallback;
  return roleOfLogin(repository, viewer.user.login);
}

export function roleOfLogin(repository: Repository, login: string): Role {
  const key = login.toLowerCase();
  if (repository.owner.login.toLowerCase() === key) return 'admin';
  return repository.collaborators.get(key) ?? (repository.private ? 'none' : 'read');
}

const ORDER: readonly Access[] = ['read', 'write', 'admin'];

function appMay(viewer: Extract<Viewer, { kind: 'installation' }>, permission: string, access: Access): boolean {
  const given = viewer.permissions[permission];
  return given !== undefined && ORDER.indexOf(given) >= ORDER.indexOf(access);
}

/** Whether the viewer can see that this repository exists. */
export function canSee(repository: Repository, viewer: Viewer): boolean {
  switch (viewer.kind) {
    case 'anonymous':
      return !repository.private;
    case 'user':
      return roleOf(repository, viewer) !== 'none';
    case 'app':
      return false;
    case 'installation':
      return (
        !repository.private ||
        (repository.installed.has(viewer.app.id) && (viewer.repositories?.has(repository.id) ?? true))
      );
  }
}

/** What a call needs: an app permission, and a role for people. */
export interface Need {
  readonly permission: string;
  readonly access: Access;
  readonly role: Role;
}

const ROLE_WORDS: Partial<Record<Role, string>> = {
  admin: 'admin rights to',
  write: 'push access to',
  triage: 'triage access to',
};

export function may(repository: Repository, viewer: Viewer, need: Need): boolean {
  if (!canSee(repository, viewer)) return false;
  if (viewer.kind === 'installation') {
    const readable = !repository.private && need.access === 'read' && need.permission !== 'administration';
    const here = repository.installed.has(viewer.app.id) && (viewer.repositories?.has(repository.id) ?? true);
    return readable || (here && appMay(viewer, need.permission, need.access));
  }
  return atLeast(roleOf(repository, viewer), need.role);
}

/** Refuses as GitHub does: 404 to who may not know, 401 to who has not said who they are, 403 to the rest. */
export function demand(repository: Repository, viewer: Viewer, need: Need): void {
  if (viewer.kind === 'app') {
    throw new Problem(401, 'A JSON web token could not be decoded', { type: 'UNAUTHORIZED' });
  }
  if (!canSee(repository, viewer)) throw notFound();
  if (may(repository, viewer, need)) return;
  if (viewer.kind === 'anonymous') throw new Problem(401, 'Requires authentication', { type: 'UNAUTHORIZED' });
  if (viewer.kind === 'installation') throw forbidden('Resource not accessible by integration');
  throw forbidden(`Must have ${ROLE_WORDS[need.role] ?? 'read access to'} Repository.`);
}

export const READ: Need = { permission: 'contents', access: 'read', role: 'read' };
export const PUSH: Need = { permission: 'contents', access: 'write', role: 'write' };
export const ADMIN: Need = { permission: 'administration', access: 'write', role: 'admin' };
