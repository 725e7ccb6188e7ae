/** How to tell the programs that write versions into Git to leave a quarantined one alone. */
import type { Quarantined } from '../plan/quarantine.ts';
import { block, code } from './escape.ts';

export type Writer = 'argocd-image-updater' | 'flux' | 'renovate' | 'kargo';

const SIGNS: Readonly<Record<Writer, RegExp>> = {
  'argocd-image-updater': /argocd-image-updater\.argoproj\.io\//,
  flux: /\{\s*"\$imagepolicy"|image\.toolkit\.fluxcd\.io\//,
  renovate: /^\s*#\s*renovate:/m,
  kargo: /kargo\.akuity\.io\//,
};

/** The writers whose marks stand in these texts, such as the annotation or the comment that they look for. */
export function writersIn(texts: Iterable<string | null>): readonly Writer[] {
  const found = new Set<Writer>();
  for (const text of texts)
    for (const [writer, sign] of Object.entries(SIGNS) as [Writer, RegExp][])
      if (text !== null && sign.test(text)) found.add(writer);
  return WRITERS.filter((writer) => found.has(writer));
}

const WRITERS = Object.keys(SIGNS) as readonly Writer[];

/** `registry/name:tag` in its two parts; a bare tag has no image. A digest is no tag that a writer could be told. */
export function imageAndTag(value: string): { readonly image: string | null; readonly tag: string } | null {
  const [name = ''] = value.split('@');
  if (value.includes('@') && !/:[^/]+$/.test(name)) return null;
  const colon = name.lastIndexOf(':');
  if (colon <= name.lastIndexOf('/')) return name.includes('/') ? null : { image: null, tag: name };
  return { image: name.slice(0, colon), tag: name.slice(colon + 1) };
}

/** What to paste, in the file of which one, for one quarantined value; null where it names no tag. */
export function writerSnippet(writer: Writer, held: Pick<Quarantined, 'value'>): string | null {
  const found = imageAndTag(held.value);
  if (found === null || !/^[\w.+-]{1,128}$/.test(found.tag)) return null;
  const { tag } = found;
  const image = found.image !== null && /^[\w./:-]{1,255}$/.test(found.image) ? found.image : 'IMAGE';
  const alias = image.slice(image.lastIndexOf('/') + 1);
  switch (writer) {
    case 'argocd-image-updater':
      return `# Application: beside the tags that it ignores already. 'regexp:' or a plain tag, separated by commas.\nmetadata:\n  annotations:\n    argocd-image-updater.argoproj.io/${alias}.ignore-tags: ${tag}`;
    case 'flux':
      return `# ImagePolicy: beside your range. For tags that are no versions suspend the ImageUpdateAutomation instead.\nspec:\n  policy:\n    semver:\n      range: '>=0.0.0, !=${tag}'`;
    case 'renovate':
      return `// renovate.json: last among packageRules\n${JSON.stringify(
        { packageRules: [{ matchPackageNames: [image], allowedVersions: `!/^${tag.replace(/[.+]/g, '\\$&')}$/` }] },
        null,
        2,
      )}`;
    case 'kargo':
      return `# Warehouse: beside your constraint. Freight that holds it already is not promoted by a Stage whose auto-promotion is off.\nspec:\n  subscriptions:\n    - image:\n        repoURL: ${image}\n        constraint: '>=0.0.0, !=${tag}'`;
  }
}

const NAMES: Readonly<Record<Writer, string>> = {
  'argocd-image-updater': 'Argo CD Image Updater',
  flux: 'Flux image automation',
  renovate: 'Renovate',
  kargo: 'Kargo',
};

/** Markdown for the pull request; empty where no writer was seen or no value names a tag. */
export function writersWords(writers: readonly Writer[], held: readonly Quarantined[], most = 5): string {
  const sections = writers.flatMap((writer) => {
    const snippets = [...new Set(held.slice(0, most).flatMap((one) => writerSnippet(writer, one) ?? []))];
    if (snippets.length === 0) return [];
    return [
      `${NAMES[writer]} writes here. So that it does not set ${held
        .slice(0, most)
        .map(({ value }) => code(value, 200))
        .join(', ')} again:\n\n${snippets.map((snippet) => block(snippet)).join('\n\n')}`,
    ];
  });
  return sections.join('\n\n');
}
