import { ARTEFACT_SHAPES, readArtefact } from './artefact-name.ts';
import { checkUrl } from './dialect.ts';
import { doubt } from './doubt.ts';
import type { Doubt } from './doubt.ts';
import { didYouMean } from './nearest.ts';
import type { Path } from './path.ts';
import { POINTER_SHAPES, readPointer } from './pointer-name.ts';
import type { EnvironmentRules, Registries, Registry } from './schema.ts';

const SECRET_HEADER = /authorization|cookie|token|secret|api-?key|password/i;

/** No secret may stand in the file, and every template must name an artefact of its kind. */
export function checkRegistries(registries: Registries): readonly Doubt[] {
  return Object.entries(registries).flatMap(([name, registry]) => checkRegistry(registry, ['registries', name]));
}

function checkRegistry(registry: Registry, at: Path): readonly Doubt[] {
  const doubts: Doubt[] = /^https?:/.test(registry.url) ? [...checkUrl(registry.url, [...at, 'url'])] : [];
  const auth = 'auth' in registry ? registry.auth : undefined;
  for (const header of Object.keys(auth?.headers ?? {})) {
    if (!SECRET_HEADER.test(header)) continue;
    const cure = "name an environment variable in 'bearer:' or 'basic:'";
    doubts.push(doubt([...at, 'auth', 'headers', header], 'key', 'looks like a secret in the file', cure));
  }
  if (auth?.bearer !== undefined && auth.basic !== undefined)
    doubts.push(doubt([...at, 'auth'], 'key', "has both 'bearer' and 'basic'", 'keep one'));
  const observe = 'observe' in registry ? registry.observe : undefined;
  if (observe !== undefined && observe.webhook === undefined && observe.poll === undefined) {
    const cure = "name the secret in 'webhook:', or write how often in 'poll:'";
    doubts.push(doubt([...at, 'observe'], 'key', 'has neither webhook nor poll', cure));
  }
  const templates = 'keys' in registry ? Object.entries(registry.keys) : [];
  for (const [key, template] of templates) {
    if (template === '{{value}}' || readArtefact(registry.kind, template.replaceAll('{{value}}', '7')) !== null)
      continue;
    const message = `names nothing that ${registry.kind} has`;
    doubts.push(doubt([...at, 'keys', key], 'value', message, `write ${ARTEFACT_SHAPES[registry.kind]}`));
  }
  return doubts;
}

/** `artefacts:` of one environment. */
export function checkArtefacts(
  { artefacts }: EnvironmentRules,
  registries: Registries,
  { at, whole }: { readonly at: Path; readonly whole: boolean },
): readonly Doubt[] {
  return Object.entries(artefacts).flatMap(([name, texts]) => {
    const registry = Object.hasOwn(registries, name) ? registries[name] : undefined;
    if (registry === undefined) {
      if (!whole) return [];
      const known = Object.keys(registries);
      const cure = known.length === 0 ? "add it under 'registries:'" : didYouMean(name, known);
      return [doubt([...at, 'artefacts', name], 'key', 'is not one of the registries', cure)];
    }
    return texts.flatMap((text, i) =>
      readArtefact(registry.kind, text) === null
        ? [
            doubt(
              [...at, 'artefacts', name, i],
              'value',
              `names nothing that ${registry.kind} has`,
              `write ${ARTEFACT_SHAPES[registry.kind]}`,
            ),
          ]
        : [],
    );
  });
}

/** `repoint:` of one environment. */
export function checkRepoint(
  { rollback }: EnvironmentRules,
  registries: Registries,
  { at, whole }: { readonly at: Path; readonly whole: boolean },
): readonly Doubt[] {
  return rollback.repoint.flatMap(({ registry: name, pointer, apply }, i) => {
    const place = [...at, 'rollback', 'repoint', i];
    const registry = Object.hasOwn(registries, name) ? registries[name] : undefined;
    if (registry === undefined) {
      const known = Object.keys(registries);
      const cure = known.length === 0 ? "add it under 'registries:'" : didYouMean(name, known);
      return whole ? [doubt([...place, 'registry'], 'value', 'is not one of the registries', cure)] : [];
    }
    const shape = POINTER_SHAPES[registry.kind];
    if (shape === null) {
      const cure = 'revert the file that names it: Git is the pointer';
      return [doubt([...place, 'registry'], 'value', `is of kind ${registry.kind}, which has no pointers`, cure)];
    }
    if (readPointer(registry.kind, pointer) === null)
      return [doubt([...place, 'pointer'], 'value', `is no pointer of ${registry.kind}`, `write ${shape}`)];
    if (registry.kind === 'maxim' && apply && registry.workspace === undefined) {
      const cure = `add 'workspace:' to registries.${name}`;
      return [doubt([...place, 'apply'], 'value', 'needs the workspace of the registry', cure)];
    }
    return [];
  });
}

/** What is allowed, and will disappoint: a pointer goes back to where the ledger says that it led. */
export function warnRepoint({ rollback }: EnvironmentRules, registries: Registries, at: Path): readonly Doubt[] {
  return rollback.repoint.flatMap(({ registry: name, pointer }, i) => {
    const registry = Object.hasOwn(registries, name) ? registries[name] : undefined;
    if (registry === undefined || ('observe' in registry && registry.observe !== undefined)) return [];
    const message = `is of a registry that nobody observes, so nobody will know where ${pointer} led`;
    return [
      doubt([...at, 'rollback', 'repoint', i, 'registry'], 'value', message, `add 'observe:' to registries.${name}`),
    ];
  });
}
