/** Images as manifests write them: whole, or with name, tag and digest in keys of their own. */
import type { Version } from '../manifests/versions.ts';

export interface NamedImage {
  readonly key: string;
  /** Such as `ghcr.io/acme/app:1.4.2@sha256:...`. */
  readonly text: string;
}

/** `replaced` are the names that a kustomization replaces: what other files write for them never runs. */
export function imagesIn(
  versions: readonly Version[],
  scalars: ReadonlyMap<string, string>,
  replaced: ReadonlySet<string>,
): readonly NamedImage[] {
  const whole = versions.flatMap(({ key, value }) =>
    /(^|[.)])image$/.test(key) && !replaced.has(bareName(value)) ? [{ key, text: value }] : [],
  );
  return [...whole, ...inParts(scalars)];
}

/** Names under `images:` of kustomizations. */
export function replacedNames(scalars: ReadonlyMap<string, string>): readonly string[] {
  return [...scalars].flatMap(([key, value]) => (/^images\[[^\]]*\]\.name$/.test(key) ? [value] : []));
}

/** Kustomize (`name`, `newName`, `newTag`, `digest`) and Helm (`image.repository`, `image.tag`, `image.digest`). */
function inParts(scalars: ReadonlyMap<string, string>): readonly NamedImage[] {
  const holders = new Set([...scalars.keys()].flatMap((key) => /^(.*)\.(?:newTag|tag|digest)$/.exec(key)?.[1] ?? []));
  return [...holders].flatMap((holder) => {
    const at = (field: string): string | undefined => scalars.get(`${holder}.${field}`);
    const kustomize = /^images\[[^\]]*\]$/.test(holder);
    const name = kustomize ? (at('newName') ?? at('name')) : at('repository');
    if (name === undefined || (!kustomize && !/(^|\.)\w*image$/i.test(holder))) return [];
    const registry = kustomize ? undefined : at('registry');
    const tag = at(kustomize ? 'newTag' : 'tag');
    const digest = at('digest');
    const key = `${holder}.${digest ? 'digest' : kustomize ? 'newTag' : 'tag'}`;
    const whole = registry ? `${registry}/${name}` : name;
    return [{ key, text: `${whole}${tag ? `:${tag}` : ''}${digest ? `@${digest}` : ''}` }];
  });
}

function bareName(image: string): string {
  const name = image.split('@')[0] ?? image;
  const colon = name.indexOf(':', name.lastIndexOf('/') + 1);
  return colon < 0 ? name : name.slice(0, colon);
}
