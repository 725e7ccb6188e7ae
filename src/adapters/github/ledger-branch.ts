import { RollbackError } from '../../errors.ts';
import type { LedgerFile } from '../../ports.ts';
import { explain, type GitHubClient } from './client.ts';
import { ask, type Place } from './read.ts';

/** The ledger lives beside the releases, on a branch of its own that shares no history with them. */
export const LEDGER_BRANCH = 'lastgood-ledger';
export const LEDGER_FILE = 'ledger.jsonl';
const ATTEMPTS = 8;

interface LedgerAnswer {
  readonly repository: {
    readonly ref: { readonly target: { readonly oid: string } } | null;
    readonly object: { readonly oid: string; readonly text: string | null; readonly isTruncated: boolean } | null;
  };
}

export async function readLedger(client: GitHubClient, place: Place): Promise<{ head: string | null; text: string }> {
  const document = `query Ledger($owner: String!, $repo: String!, $ref: String!, $file: String!) { repository(owner: $owner, name: $repo) {
    ref(qualifiedName: $ref) { target { oid } } object(expression: $file) { ... on Blob { oid text isTruncated } } } }`;
  const variables = { ...place, ref: `refs/heads/${LEDGER_BRANCH}`, file: `${LEDGER_BRANCH}:${LEDGER_FILE}` };
  const { repository } = await ask<LedgerAnswer>(client, document, variables, 'read the ledger');
  const blob = repository.object;
  const text =
    blob === null ? '' : blob.text !== null && !blob.isTruncated ? blob.text : await wholeBlob(client, place, blob.oid);
  return { head: repository.ref?.target.oid ?? null, text };
}

async function wholeBlob(client: GitHubClient, place: Place, oid: string): Promise<string> {
  try {
    const { data } = await client.request('GET /repos/{owner}/{repo}/git/blobs/{file_sha}', {
      ...place,
      file_sha: oid,
    });
    return Buffer.from(data.content, 'base64').toString('utf8');
  } catch (error) {
    throw explain(error, 'read the ledger');
  }
}

interface Write {
  readonly append: (text: string) => string;
  readonly message: string;
  readonly files?: (() => readonly LedgerFile[]) | undefined;
}

/** Compare-and-swap: when somebody else wrote meanwhile, `append` runs again on their text. Files go into the same commit. */
export async function appendToLedger(
  client: GitHubClient,
  place: Place,
  { append, message, files = () => [] }: Write,
): Promise<void> {
  for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
    const { head, text } = await readLedger(client, place);
    const next = append(text);
    const changed = [...(next === text ? [] : [{ path: LEDGER_FILE, text: next }]), ...files()];
    if (changed.length === 0) return;
    const written =
      head === null
        ? await createBranch(client, place, changed, message)
        : await commitOn(client, place, head, changed, message);
    if (written) return;
  }
  throw new RollbackError(
    'github-conflict',
    `Could not append to ${LEDGER_BRANCH}: it moved ${ATTEMPTS} times in a row`,
  );
}

async function commitOn(
  client: GitHubClient,
  place: Place,
  head: string,
  files: readonly LedgerFile[],
  message: string,
): Promise<boolean> {
  const document = `mutation Append($input: CreateCommitOnBranchInput!) { createCommitOnBranch(input: $input) { commit { oid } } }`;
  const input = {
    branch: { repositoryNameWithOwner: `${place.owner}/${place.repo}`, branchName: LEDGER_BRANCH },
    expectedHeadOid: head,
    message: { headline: message },
    fileChanges: {
      additions: files.map(({ path, text }) => ({ path, contents: Buffer.from(text).toString('base64') })),
    },
  };
  try {
    await client.graphql(document, { input });
    return true;
  } catch (error) {
    if (error instanceof Error && /expected .*(head|point|oid)|stale/i.test(error.message)) return false;
    throw explain(error, 'append to the ledger');
  }
}

/** The first line: a root commit and the branch, which GitHub refuses when another replica was faster. */
async function createBranch(
  client: GitHubClient,
  place: Place,
  files: readonly LedgerFile[],
  message: string,
): Promise<boolean> {
  try {
    const tree = await client.request('POST /repos/{owner}/{repo}/git/trees', {
      ...place,
      tree: files.map(({ path, text }) => ({ path, mode: '100644' as const, type: 'blob' as const, content: text })),
    });
    const commit = await client.request('POST /repos/{owner}/{repo}/git/commits', {
      ...place,
      message,
      tree: tree.data.sha,
      parents: [],
    });
    await client.request('POST /repos/{owner}/{repo}/git/refs', {
      ...place,
      ref: `refs/heads/${LEDGER_BRANCH}`,
      sha: commit.data.sha,
    });
    return true;
  } catch (error) {
    if (error instanceof Error && /already exists/i.test(error.message)) return false;
    throw explain(error, `create the branch ${LEDGER_BRANCH}`);
  }
}
