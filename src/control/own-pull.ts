import { branchKey } from '../plan/identity.ts';
import type { OpenPull } from '../ports.ts';

/** Whether it is a rollback of ours. A person who took the name of the App is not the App, and a branch of a fork is nobody's. */
export function isOwnRollback({ author, branch, fork }: OpenPull, login: string): boolean {
  return author === login && !fork && branchKey(branch) !== null;
}
