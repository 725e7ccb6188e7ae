/** What `.dvc` files and dvc.lock say about the objects of a remote. Format: dvc.org/doc/user-guide/project-structure */
import { scalarsOf } from '../manifests/scalars.ts';
import type { Artefact } from '../playbook/artefact-name.ts';

export interface DvcOut {
  /** From the top of the repository. */
  readonly path: string;
  /** Name of the remote the output insists on; null: the default one. */
  readonly remote: string | null;
  readonly key: string;
  readonly object: Extract<Artefact, { kind: 'object' }>;
}

const FIELD = /^((?:stages(?:\.[\w-]+|\["[^"]*"\])\.)?outs\[[^\]]*\])\.(path|md5|hash|size|remote|push|cache)$/;

export function isDvcFile(path: string): boolean {
  return /(^|\/)dvc\.lock$|\.dvc$/.test(path);
}

/**
 * The outputs that DVC keeps on a remote, by content. Left out: outputs that are never pushed, and those that a cloud keeps by
 * version id. An output without `hash: md5` is one of DVC 2, whose objects lie elsewhere on the remote.
 */
export function dvcOuts(path: string, text: string): readonly DvcOut[] {
  const read = scalarsOf(text);
  if (read.kind === 'refused') return [];
  const outs = new Map<string, Map<string, string>>();
  for (const { path: key, value } of read.scalars) {
    const [, out, field] = FIELD.exec(key) ?? [];
    if (out === undefined || field === undefined) continue;
    const known = outs.get(out) ?? new Map<string, string>();
    outs.set(out, known.set(field, value));
  }
  const folder = path.includes('/') ? path.slice(0, path.lastIndexOf('/') + 1) : '';
  return [...outs].flatMap(([key, fields]) => {
    const [, md5, dir] = /^([0-9a-f]{32})(\.dir)?$/.exec(fields.get('md5') ?? '') ?? [];
    if (md5 === undefined || fields.get('push') === 'false' || fields.get('cache') === 'false') return [];
    const size = Number(fields.get('size') ?? NaN);
    const object = {
      kind: 'object',
      md5,
      directory: dir !== undefined,
      layout: fields.get('hash') === 'md5' ? 3 : 2,
      size: dir === undefined && Number.isSafeInteger(size) ? size : null,
    } as const;
    return [
      { path: `${folder}${fields.get('path') ?? ''}`, remote: fields.get('remote') ?? null, key: `${key}.md5`, object },
    ];
  });
}
