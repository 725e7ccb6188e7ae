import { RollbackError } from '../errors.ts';
import { folder } from './check-paths.ts';
import { didYouMean } from './nearest.ts';
import type { EnvironmentRules, Playbook } from './schema.ts';

/** One service in one environment: everything the playbook says about it. */
export interface Target {
  readonly service: string;
  readonly environment: string;
  readonly owners: readonly string[];
  readonly rules: EnvironmentRules;
  readonly sources: Playbook['sources'];
  readonly argocd: Playbook['argocd'];
  readonly registries: Playbook['registries'];
}

/** The names of a target. */
export interface TargetName {
  readonly service: string;
  readonly environment: string;
}

/**
 * The target of these names. The environment may be left out where there is only one, or one named production.
 * Throws unknown-service or unknown-environment, with the list and the nearest name.
 */
export function targetOf(
  playbook: Playbook,
  name: { readonly service: string; readonly environment?: string | undefined },
): Target {
  const service = lookUp(playbook.services, name.service);
  if (service === undefined) {
    const cure = didYouMean(name.service, Object.keys(playbook.services));
    throw new RollbackError('unknown-service', `The playbook has no service '${name.service}': ${cure}`);
  }
  const environments = Object.keys(service.environments);
  const environment = name.environment ?? defaultEnvironment(environments);
  if (environment === null) {
    const list = environments.join(', ');
    throw new RollbackError(
      'unknown-environment',
      `Service '${name.service}' has several environments: name one of ${list}`,
    );
  }
  const rules = lookUp(service.environments, environment);
  if (rules === undefined) {
    const cure = didYouMean(environment, environments);
    throw new RollbackError(
      'unknown-environment',
      `Service '${name.service}' has no environment '${environment}': ${cure}`,
    );
  }
  const { sources, argocd, registries } = playbook;
  return { service: name.service, environment, owners: service.owners, rules, sources, argocd, registries };
}

/** The environment that is meant when none is named; null where that would be a guess. */
export function defaultEnvironment(environments: readonly string[]): string | null {
  if (environments.includes('production')) return 'production';
  return environments.length === 1 ? (environments[0] ?? null) : null;
}

/** Every target, in the order of the playbook. */
export function targetNames(playbook: Playbook): readonly TargetName[] {
  return Object.entries(playbook.services).flatMap(([service, { environments }]) =>
    Object.keys(environments).map((environment) => ({ service, environment })),
  );
}

/** The targets that own one of these changed files (paths from the top of the repository), in the order of the playbook. */
export function targetsTouching(playbook: Playbook, changed: readonly string[]): readonly TargetName[] {
  const above = new Set<string>();
  for (const path of changed) {
    for (let at = path.length; at > 0; at = path.lastIndexOf('/', at - 1)) above.add(path.slice(0, at));
  }
  return targetNames(playbook).filter(({ service, environment }) =>
    playbook.services[service]?.environments[environment]?.paths.some((path) => above.has(folder(path))),
  );
}

function lookUp<T>(table: Readonly<Record<string, T>>, key: string): T | undefined {
  return Object.hasOwn(table, key) ? table[key] : undefined;
}
