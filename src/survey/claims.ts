/** A path belongs to one service in one environment: claims are put together, and what two of them want is nobody's. */
import type { Bases } from './bases.ts';

export interface Claim {
  readonly service: string;
  readonly environment: string;
  readonly paths: readonly string[];
  /** Argo CD applications that apply the paths. */
  readonly applications: readonly string[];
  /** told: Argo CD's own documents say so; likely: folder names say both; guess: the environment is made up. */
  readonly sure: 'told' | 'likely' | 'guess';
  readonly because: string;
}

export interface Settled extends Claim {
  readonly shared: readonly string[];
}

export function settled(
  claims: readonly Claim[],
  bases: Bases,
): { readonly claims: readonly Settled[]; readonly notes: readonly string[] } {
  const merged = [...byKey(claims).values()].map((claim): Settled => ({ ...claim, ...withBases(claim, bases) }));
  const known = withoutMadeUp(merged);
  const users = (folder: string): number =>
    known.filter(({ paths, shared }) => [...paths, ...shared].includes(folder)).length;
  const notes: string[] = [];
  const own = known.map((claim): Settled => {
    const bases = claim.shared.filter((folder) => users(folder) === 1);
    const wanted = [...claim.paths, ...bases];
    const paths = wanted.filter((path) => !known.some((other) => other !== claim && claimsInside(other, path)));
    const lost = wanted.filter((path) => !paths.includes(path));
    const shared = [...claim.shared.filter((folder) => !bases.includes(folder)), ...lost];
    return { ...claim, paths: outermost(paths), shared: outermost(shared) };
  });
  for (const { service, environment, shared } of own.filter(({ paths }) => paths.length === 0))
    notes.push(
      `${service} in ${environment} was left out: it has nothing of its own, ${shared.join(', ')} is used by others too`,
    );
  const kept = own.filter(({ paths }) => paths.length > 0);
  return {
    claims: kept.toSorted((a, b) => compare(a.service, b.service) || compare(a.environment, b.environment)),
    notes,
  };
}

export function isUnder(path: string, folder: string): boolean {
  return path === folder || path.startsWith(`${folder}/`);
}

function byKey(claims: readonly Claim[]): ReadonlyMap<string, Claim> {
  const known = new Map<string, Claim>();
  for (const claim of claims) {
    const key = `${claim.service}\n${claim.environment}`;
    const before = known.get(key);
    known.set(key, before ? together(before, claim) : claim);
  }
  return known;
}

function together(a: Claim, b: Claim): Claim {
  return {
    ...a,
    paths: outermost([...a.paths, ...b.paths]),
    applications: [...new Set([...a.applications, ...b.applications])],
  };
}

/** A folder without an environment in its name is shared by the environments that are known, not one more. */
function withoutMadeUp(claims: readonly Settled[]): readonly Settled[] {
  const others = (claim: Settled): readonly Settled[] =>
    claims.filter((other) => other !== claim && other.service === claim.service && other.sure !== 'guess');
  return claims.flatMap((claim) => {
    if (claim.sure === 'guess' && others(claim).length > 0) return [];
    const made = claims.filter((other) => other.sure === 'guess' && other.service === claim.service && other !== claim);
    return [{ ...claim, shared: [...claim.shared, ...made.flatMap(({ paths }) => paths)] }];
  });
}

function withBases(claim: Claim, bases: Bases): { readonly shared: readonly string[] } {
  const used = claim.paths.flatMap((path) =>
    [...bases.of].flatMap(([folder, of]) => (isUnder(folder, path) ? [...of] : [])),
  );
  return { shared: [...new Set(used)].filter((base) => !claim.paths.some((path) => isUnder(base, path))) };
}

/** True where another claim wants the same path or something inside it. */
function claimsInside({ paths, shared }: Settled, path: string): boolean {
  return [...paths, ...shared].some((other) => isUnder(other, path));
}

/** Without what stands inside another one. */
function outermost(paths: readonly string[]): readonly string[] {
  const unique = [...new Set(paths)];
  return unique.filter((path) => !unique.some((other) => other !== path && isUnder(path, other)));
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
