import type { TreeFile } from '../../ports.ts';
import { RollbackError } from '../../errors.ts';
import { explain, type GitHubClient } from './client.ts';
import { ask, type Place } from './read.ts';

interface TreeNode {
  readonly oid?: string;
  readonly entries?: readonly {
    readonly name: string;
    readonly type: string;
    readonly mode: number;
    readonly oid: string;
    readonly object?: TreeNode | null;
  }[];
}

/** Folders deeper than this under a scope path are read with the REST tree call instead. */
const DEPTH = 5;
const LEVEL = (depth: number): string =>
  depth === 0
    ? 'oid'
    : `oid ... on Tree { entries { name type mode oid object { ${depth === 1 ? 'oid' : LEVEL(depth - 1)} } } }`;

export async function readTrees(
  client: GitHubClient,
  place: Place,
  paths: readonly string[],
  revisions: readonly string[],
): Promise<Map<string, TreeFile[]>> {
  const variables: Record<string, unknown> = { ...place };
  const fields: string[] = [];
  // A path may be a file: its parent folder tells blob and mode, the folder itself tells what is inside.
  revisions.forEach((revision, r) =>
    paths.forEach((path, p) => {
      variables[`e${r}_${p}`] = `${revision}:${path}`;
      variables[`u${r}_${p}`] = `${revision}:${parentOf(path)}`;
      fields.push(`t${r}_${p}: object(expression: $e${r}_${p}) { ${LEVEL(DEPTH)} }`);
      fields.push(`f${r}_${p}: object(expression: $u${r}_${p}) { ... on Tree { entries { name type mode oid } } }`);
    }),
  );
  const declared = Object.keys(variables).filter((name) => /^[eu]\d/.test(name));
  const document = `query Trees($owner: String!, $repo: String!, ${declared.map((name) => `$${name}: String!`).join(', ')}) {
    repository(owner: $owner, name: $repo) { ${fields.join('\n')} } }`;
  const { repository } = await ask<{ repository: Record<string, TreeNode | null> }>(
    client,
    document,
    variables,
    `list ${paths.join(', ')}`,
  );
  const result = new Map<string, TreeFile[]>();
  for (const [r, revision] of revisions.entries()) {
    const files: TreeFile[] = [];
    for (const [p, path] of paths.entries()) {
      const here = repository[`t${r}_${p}`];
      if (!here) continue;
      if (here.entries) await collect(client, place, here, path, files);
      else {
        const entry = repository[`f${r}_${p}`]?.entries?.find(
          (item) => item.name === path.slice(path.lastIndexOf('/') + 1),
        );
        if (entry) files.push({ path, blob: entry.oid, mode: octal(entry.mode) });
      }
    }
    result.set(revision, files);
  }
  return result;
}

async function collect(
  client: GitHubClient,
  place: Place,
  node: TreeNode,
  path: string,
  files: TreeFile[],
): Promise<void> {
  for (const entry of node.entries ?? []) {
    const below = `${path}/${entry.name}`;
    if (entry.type !== 'tree') files.push({ path: below, blob: entry.oid, mode: octal(entry.mode) });
    else if (entry.object?.entries) await collect(client, place, entry.object, below, files);
    else files.push(...(await deepTree(client, place, entry.oid, below)));
  }
}

async function deepTree(client: GitHubClient, place: Place, oid: string, path: string): Promise<TreeFile[]> {
  try {
    const { data } = await client.request('GET /repos/{owner}/{repo}/git/trees/{tree_sha}', {
      ...place,
      tree_sha: oid,
      recursive: '1',
    });
    // A part of a folder would look like the whole: what is missing from it would be deleted.
    if (data.truncated)
      throw new RollbackError('input-invalid', `GitHub lists only a part of ${path}: it holds too many files`, {
        hint: 'Name smaller folders under paths in the playbook.',
      });
    return data.tree
      .filter((item) => item.type !== 'tree')
      .map((item) => ({ path: `${path}/${item.path}`, blob: item.sha, mode: item.mode }));
  } catch (error) {
    throw explain(error, `list ${path}`);
  }
}

/** Text of each blob, null where it is binary or too large for one answer. */
export async function readTexts(
  client: GitHubClient,
  place: Place,
  blobs: readonly string[],
): Promise<Map<string, string | null>> {
  const wanted = [...new Set(blobs)];
  if (wanted.length === 0) return new Map();
  const variables: Record<string, unknown> = { ...place };
  const fields = wanted.map((blob, i) => {
    variables[`b${i}`] = blob;
    return `x${i}: object(oid: $b${i}) { ... on Blob { text isBinary isTruncated } }`;
  });
  const document = `query Texts($owner: String!, $repo: String!, ${wanted.map((_, i) => `$b${i}: GitObjectID!`).join(', ')}) {
    repository(owner: $owner, name: $repo) { ${fields.join('\n')} } }`;
  const { repository } = await ask<{
    repository: Record<string, { text: string | null; isBinary: boolean | null; isTruncated: boolean } | null>;
  }>(client, document, variables, 'read the changed files');
  return new Map(
    wanted.map((blob, i) => {
      const node = repository[`x${i}`];
      return [blob, node && !node.isBinary && !node.isTruncated ? node.text : null];
    }),
  );
}

function octal(mode: number): string {
  return mode.toString(8).padStart(6, '0');
}

function parentOf(path: string): string {
  return path.includes('/') ? path.slice(0, path.lastIndexOf('/')) : '';
}
