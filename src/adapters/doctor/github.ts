/** What GitHub says about our rights, its rules and whoever else writes versions there. Reads only. */
import {
  CLASSIC,
  type ClockFacts,
  type Asked,
  type GitHubFacts,
  type WriterFacts,
} from '../../control/doctor-facts.ts';
import { explain, type GitHubClient } from '../github/client.ts';
import { readOverview } from '../github/read.ts';

export interface GitHubVisit {
  /** Speaks as a token, or as the App in its installation. */
  readonly client: GitHubClient;
  /** Speaks as the App itself; null where only a token is known. */
  readonly asApp: GitHubClient | null;
  /** owner/name */
  readonly repository: string;
  readonly now: () => number;
}

export interface GitHubFindings {
  readonly github: Asked<GitHubFacts>;
  readonly writers: readonly WriterFacts[];
  readonly clocks: readonly ClockFacts[];
}

export async function visitGitHub({ client, asApp, repository, now }: GitHubVisit): Promise<GitHubFindings> {
  const [owner = '', repo = ''] = repository.split('/');
  const place = { owner, repo };
  const clocks: ClockFacts[] = [];
  const github = await asked('read the repository', async (): Promise<GitHubFacts> => {
    const { data, headers } = await client.request('GET /repos/{owner}/{repo}', place);
    const theirs = Date.parse(headers.date ?? '');
    // The header has whole seconds, so that less than one means nothing.
    if (!Number.isNaN(theirs)) clocks.push({ who: 'GitHub', skewMs: theirs - now() });
    const branch = data.default_branch;
    const [{ autoMergeAllowed }, grants, rules, hooks] = await Promise.all([
      // REST leaves this out for whoever is no administrator.
      readOverview(client, place),
      asApp === null
        ? ({
            kind: 'unknown',
            because: 'a token does not say what the App may do',
            cure: 'The bot checks this itself; see its log.',
          } as const)
        : asked('read the installation of the App', async () => {
            const { data: installation } = await asApp.request('GET /repos/{owner}/{repo}/installation', place);
            const permissions = Object.fromEntries(
              Object.entries(installation.permissions).map(([name, level]) => [name, level]),
            );
            return { permissions, events: installation.events };
          }),
      asked(`read the rules of ${branch}`, async () => {
        const [active, classic] = await Promise.all([
          client.request('GET /repos/{owner}/{repo}/rules/branches/{branch}', { ...place, branch }),
          client.request('GET /repos/{owner}/{repo}/branches/{branch}', { ...place, branch }),
        ]);
        // The rules of a branch do not list its classic protection, of which only administrators may read what it asks for.
        const isProtected = classic.data.protection.enabled === true;
        return [...new Set([...active.data.map(({ type }) => type), ...(isProtected ? [CLASSIC] : [])])];
      }),
      asked('read the webhooks', async () => {
        const answer = await client.request('GET /repos/{owner}/{repo}/hooks', { ...place, per_page: 100 });
        return answer.data.flatMap((hook) => {
          const url = hook.config.url ?? '';
          if (!hook.active || !URL.canParse(url)) return [];
          return [{ host: new URL(url).host, path: new URL(url).pathname, events: hook.events }];
        });
      }),
    ]);
    return {
      repository,
      defaultBranch: branch,
      grants,
      mayPush: data.permissions?.push ?? null,
      autoMergeAllowed,
      rules,
      hooks,
    };
  });
  const writers = github.kind === 'known' ? await findWriters(client, place, github.value.defaultBranch) : [];
  return { github, writers, clocks };
}

const RENOVATE = /^(\.github\/|\.gitlab\/)?renovate\.json5?$|^\.renovaterc(\.json5?)?$/;
const MOST_FILES = 40;

/** By the names of files, and for Flux and Kargo by what stands in files of a telling name. */
async function findWriters(
  client: GitHubClient,
  place: { readonly owner: string; readonly repo: string },
  branch: string,
): Promise<readonly WriterFacts[]> {
  const paths = await client
    .request('GET /repos/{owner}/{repo}/git/trees/{tree_sha}', { ...place, tree_sha: branch, recursive: '1' })
    .then(({ data }) => data.tree.flatMap(({ type, path }) => (type === 'blob' ? [path] : [])))
    .catch(() => []);
  const named = paths.flatMap((path): WriterFacts[] =>
    RENOVATE.test(path)
      ? [{ kind: 'renovate', path }]
      : /^\.github\/dependabot\.ya?ml$/.test(path)
        ? [{ kind: 'dependabot', path }]
        : [],
  );
  const likely = paths.filter(
    (path) => /\.ya?ml$/.test(path) && /kargo|stage|promot|image.?(update|polic|autom)|flux/i.test(path),
  );
  const read = await Promise.all(likely.slice(0, MOST_FILES).map((path) => kindOf(client, place, branch, path)));
  return [...named, ...read.flat()];
}

async function kindOf(
  client: GitHubClient,
  place: { readonly owner: string; readonly repo: string },
  ref: string,
  path: string,
): Promise<readonly WriterFacts[]> {
  const text = await client
    .request('GET /repos/{owner}/{repo}/contents/{path}', { ...place, path, ref })
    .then(({ data }) => ('content' in data && typeof data.content === 'string' ? decode(data.content) : ''))
    .catch(() => '');
  if (/^apiVersion:\s*["']?image\.toolkit\.fluxcd\.io\//m.test(text)) return [{ kind: 'flux', path }];
  return /^apiVersion:\s*["']?kargo\.akuity\.io\//m.test(text) ? [{ kind: 'kargo', path }] : [];
}

function decode(base64: string): string {
  return Buffer.from(base64, 'base64').toString('utf8');
}

async function asked<T>(wanted: string, read: () => Promise<T>): Promise<Asked<T>> {
  try {
    return { kind: 'known', value: await read() };
  } catch (error) {
    const { message, hint } = explain(error, wanted);
    return { kind: 'unknown', because: message, cure: hint };
  }
}
