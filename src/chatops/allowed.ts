/** Who speaks, as GitHub says it now, and who the playbook says may. */
export interface Speaker {
  readonly login: string;
  readonly isBot: boolean;
  /** `role_name` of the person's permission on the repository; null where GitHub did not say. */
  readonly roleName: string | null;
  /** Logins and org/team of the playbook, with or without @. */
  readonly owners: readonly string[];
  /** The teams of the person among the owners, as org/team. */
  readonly teams: readonly string[];
}

export type Allowed = { readonly ok: true } | { readonly ok: false; readonly because: string };

const ROLES: ReadonlySet<string> = new Set(['admin', 'maintain', 'write']);

/** Whether the role alone is enough, whoever owns what. */
export function maySpeakByRole(roleName: string | null): boolean {
  return roleName !== null && ROLES.has(roleName);
}

/** Whether this person may roll back. Bots never may, and a role that we do not know is no permission. */
export function mayRollBack({ login, isBot, roleName, owners, teams }: Speaker): Allowed {
  if (login === '') return { ok: false, because: 'GitHub did not say who wrote this' };
  if (isBot || login.toLowerCase().endsWith('[bot]'))
    return { ok: false, because: `${login} is a bot, and only people may roll back by comment` };
  if (maySpeakByRole(roleName)) return { ok: true };
  const names = new Set([login, ...teams].map(bare));
  if (owners.some((owner) => bare(owner) !== '' && names.has(bare(owner)))) return { ok: true };
  const role = roleName === null || roleName === '' ? 'no known role' : `the role '${roleName}'`;
  return { ok: false, because: `${login} has ${role} here and is not among the owners in the playbook` };
}

function bare(name: string): string {
  return name.replace(/^@/, '').toLowerCase();
}
