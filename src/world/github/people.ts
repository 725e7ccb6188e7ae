/**
 * Accounts: people, bots, organisations, teams - made on first mention, the way a test thinks of them.
 */
import { noreply } from './views/commit.ts';
import type { Hub } from './hub.ts';
import type { User } from './state.ts';

/** The account of a login, made when there is none. A login that ends in `[bot]` is a bot. */
export function ensureUser(
  hub: Hub,
  login: string,
  details: Partial<Pick<User, 'type' | 'name' | 'email'>> = {},
): User {
  const known = hub.users.get(login.toLowerCase());
  if (known !== undefined) return known;
  const id = hub.nextId();
  const user: User = {
    id,
    login,
    type: details.type ?? (login.endsWith('[bot]') ? 'Bot' : 'User'),
    name: details.name ?? login,
    email: details.email ?? noreply({ id, login }),
  };
  hub.users.set(login.toLowerCase(), user);
  return user;
}
