/** A deployment repository in memory: commits with whole trees, pull requests, comments, a ledger. Small enough to read. */
import type { PathCommit } from '../../src/plan/changes.ts';
import { createHash } from 'node:crypto';
import type {
  CheckAnswer,
  OpenPull,
  PublishedCheck,
  Clock,
  Comment,
  CommentAt,
  DeploymentRepository,
  GateRun,
  HumanRevert,
  LedgerFile,
  MergeMethod,
  MergeOutcome,
  Obstacles,
  OpenRequest,
  Overview,
  Page,
  DeploymentState,
  Pull,
  Review,
  Reaction,
  TreeFile,
} from '../../src/ports.ts';
import { isSecond } from '../../src/plan/identity.ts';
import { RollbackError } from '../../src/errors.ts';
import { playbookText } from './builders.ts';

interface Commit extends PathCommit {
  readonly files: ReadonlyMap<string, string>;
  readonly touched: readonly string[];
}

type Method = keyof { [K in keyof DeploymentRepository as DeploymentRepository[K] extends string ? never : K]: true };

const sha1 = (text: string): string => createHash('sha1').update(text).digest('hex');

export class FakeRepository implements DeploymentRepository {
  readonly name = 'acme/deploy';
  readonly login = 'lastgood[bot]';
  /** Oldest first; the last one is the head of the default branch. */
  readonly commits: Commit[] = [];
  readonly pulls: Pull[] = [];
  readonly said: (Comment & CommentAt & { issue: number })[] = [];
  readonly edits: number[] = [];
  readonly reactions: { comment: number; content: Reaction }[] = [];
  readonly issues: { number: number; title: string; body: string }[] = [];
  readonly roles = new Map<string, string>([['ada', 'write']]);
  readonly runs: GateRun[] = [];
  rules: string[] = [];
  readonly teams = new Map<string, string[]>();
  holding: Obstacles = { blockers: [], bypass: null };
  reverts: HumanRevert[] = [];
  required: string[] = [];
  readonly answered: (CheckAnswer & { sha: string })[] = [];
  autoMergeAllowed = true;
  /** What GitHub says when somebody tries to merge; null: it merges. */
  refusal: Extract<MergeOutcome, { kind: 'refused' }> | null = null;
  mergeState: Pull['mergeState'] = 'clean';
  ledgerText = '';
  /** Writes of others that come between our reading and our writing of the ledger. */
  readonly faster: ((text: string) => string)[] = [];
  playbook: string | null;
  private readonly clock: Clock;
  private readonly blobs = new Map<string, string>();
  private readonly requests = new Map<number, OpenRequest>();
  private readonly faults = new Map<Method, { error: Error; left: number }>();
  private number = 0;
  private id = 1000;

  constructor(clock: Clock, playbook: string = playbookText({ rollback: { approval: 'auto' } })) {
    this.clock = clock;
    this.playbook = playbook;
  }

  /** The next `times` calls of this method fail. */
  failOn(method: Method, error: Error, times = Infinity): void {
    this.faults.set(method, { error, left: times });
  }
  heal(): void {
    this.faults.clear();
  }

  /** A change lands on the default branch, through a merged pull request of its own. */
  release(title: string, files: Readonly<Record<string, string | null>>, how: 'merged' | 'pushed' = 'merged'): string {
    return this.land({ title, files, author: 'ada', pull: how === 'merged' ? this.nextNumber() : null });
  }

  head(): string {
    return this.commits.at(-1)?.sha ?? '';
  }
  file(path: string): string | null {
    return this.commits.at(-1)?.files.get(path) ?? null;
  }

  /** A person writes a comment. */
  say(on: number | Page, author: string, body: string, edited = false): FakeRepository['said'][number] {
    const page: Page = typeof on === 'number' ? { kind: 'issue', number: on } : on;
    const issue = page.kind === 'issue' ? page.number : 0;
    const comment = { id: (this.id += 1), page, issue, author, body, edited, createdAt: this.now() };
    this.said.push(comment);
    return comment;
  }
  /** A person merges or closes it, or checks change its state. */
  change(number: number, change: Partial<Pull>): void {
    const at = this.pulls.findIndex((pull) => pull.number === number);
    const pull = this.pulls[at];
    if (!pull) throw new Error(`no pull request ${number}`);
    this.pulls[at] = { ...pull, ...change };
  }
  mergeByHand(number: number, by: string): void {
    this.landPull(this.pullOf(number), by, 'by hand');
  }

  async overview(): Promise<Overview> {
    this.fault('overview');
    return {
      defaultBranch: 'main',
      head: this.head(),
      playbook: this.playbook === null ? null : { path: 'lastgood.yml', text: this.playbook },
      autoMergeAllowed: this.autoMergeAllowed,
      mergeMethods: ['squash', 'merge', 'rebase'],
    };
  }
  async activeRules(): Promise<readonly string[]> {
    this.fault('activeRules');
    return this.rules;
  }
  async roleOf(login: string): Promise<string> {
    this.fault('roleOf');
    return this.roles.get(login) ?? 'read';
  }
  async scopeOf(page: Page): Promise<{ paths: readonly string[]; commit: string | null } | null> {
    this.fault('scopeOf');
    const commit = [...this.commits, ...this.trials].find(({ pull, sha }) =>
      page.kind === 'commit' ? sha === page.sha : pull?.number === page.number,
    );
    const request = page.kind === 'issue' ? this.requests.get(page.number) : undefined;
    if (request) return { paths: request.edits.map(({ path }) => path), commit: null };
    return commit ? { paths: commit.touched, commit: commit.sha } : null;
  }
  async history(paths: readonly string[], head: string): Promise<readonly PathCommit[]> {
    this.fault('history');
    const until = this.commits.findIndex(({ sha }) => sha === head);
    return this.commits
      .slice(0, until + 1)
      .filter(({ touched }) => touched.some((path) => inScope(path, paths)))
      .reverse();
  }
  async trees(
    paths: readonly string[],
    revisions: readonly string[],
  ): Promise<ReadonlyMap<string, readonly TreeFile[]>> {
    this.fault('trees');
    const filesOf = (revision: string): TreeFile[] =>
      [...([...this.commits, ...this.trials].find(({ sha }) => sha === revision)?.files ?? [])]
        .filter(([path]) => inScope(path, paths))
        .map(([path, text]) => ({ path, blob: this.blob(text), mode: '100644' }));
    return new Map(revisions.map((revision) => [revision, filesOf(revision)]));
  }
  async texts(blobs: readonly string[]): Promise<ReadonlyMap<string, string | null>> {
    this.fault('texts');
    return new Map(blobs.map((blob) => [blob, this.blobs.get(blob) ?? null]));
  }
  async resolve(name: string): Promise<string | null> {
    this.fault('resolve');
    return this.commits.find(({ sha }) => sha.startsWith(name))?.sha ?? null;
  }
  async contains(sha: string, ancestor: string): Promise<boolean> {
    this.fault('contains');
    const at = (wanted: string) => this.commits.findIndex((commit) => commit.sha === wanted);
    return at(ancestor) >= 0 && at(sha) >= at(ancestor);
  }

  async findRollback(branch: string): Promise<Pull | null> {
    this.fault('findRollback');
    return this.pulls.findLast((pull) => pull.branch === branch) ?? null;
  }
  async unfinishedRollbacks(): Promise<readonly Pull[]> {
    this.fault('unfinishedRollbacks');
    return this.pulls.filter(({ labels, state }) => {
      if (labels.some((label) => /^lastgood: (recovered|relieved|superseded)$/.test(label))) return false;
      if (labels.includes('lastgood: cancelled')) return state !== 'closed';
      return !(labels.includes('lastgood: escalated') && state !== 'open');
    });
  }
  async openedSince(prefix: string, since: string): Promise<number> {
    this.fault('openedSince');
    return this.pulls.filter(
      ({ branch, createdAt }) => branch.startsWith(prefix) && !isSecond(branch) && createdAt >= since,
    ).length;
  }

  async open(request: OpenRequest): Promise<Pull> {
    this.fault('open');
    const existing = this.pulls.find((pull) => pull.branch === request.branch);
    if (existing) return existing;
    const number = this.nextNumber();
    const pull: Pull = {
      id: `PR_${number}`,
      number,
      url: `https://github.com/acme/deploy/pull/${number}`,
      branch: request.branch,
      state: 'open',
      head: sha1(`head ${number}`),
      base: request.baseBranch,
      ours: true,
      body: request.body,
      labels: [],
      mergeState: this.mergeState,
      autoMerge: 'off',
      createdAt: this.now(),
      mergedAt: null,
      mergedBy: null,
      mergeCommit: null,
    };
    this.pulls.push(pull);
    this.requests.set(number, request);
    return pull;
  }
  async mergePinned(pull: Pull, _method: MergeMethod, message: { title: string; body: string }): Promise<MergeOutcome> {
    this.fault('mergePinned');
    const now = this.pullOf(pull.number);
    if (this.refusal) return this.refusal;
    if (now.head !== pull.head || now.state !== 'open')
      return { kind: 'refused', reason: 'moved', message: 'Head branch was modified. Review and try the merge again.' };
    return { kind: 'merged', sha: this.landPull(now, 'lastgood', `${message.title}\n\n${message.body}`) };
  }
  async armAutoMerge(pull: Pull): Promise<MergeOutcome> {
    this.fault('armAutoMerge');
    if (this.refusal) return this.refusal;
    this.change(pull.number, { autoMerge: 'ours' });
    return { kind: 'armed' };
  }
  async disarmAutoMerge(pull: Pull): Promise<void> {
    this.fault('disarmAutoMerge');
    this.change(pull.number, { autoMerge: 'off' });
  }
  async isTeamMember(team: string, login: string): Promise<boolean> {
    this.fault('isTeamMember');
    return this.teams.get(team.toLowerCase())?.includes(login) === true;
  }
  async enqueue(pull: Pull): Promise<MergeOutcome> {
    this.fault('enqueue');
    if (this.refusal) return this.refusal;
    this.change(pull.number, { queued: true });
    return { kind: 'queued' };
  }
  async obstacles(): Promise<Obstacles> {
    this.fault('obstacles');
    return this.holding;
  }
  async closePull(pull: Pull): Promise<void> {
    this.fault('closePull');
    // As GitHub: what is merged stays merged.
    if (this.pullOf(pull.number).state === 'open') this.change(pull.number, { state: 'closed' });
  }
  async humanReverts(): Promise<readonly HumanRevert[]> {
    this.fault('humanReverts');
    return this.reverts;
  }
  async adopt(number: number, memory: string): Promise<Pull> {
    this.fault('adopt');
    const known = this.pulls.find((pull) => pull.number === number);
    const commit = this.commits.find(({ pull }) => pull?.number === number);
    const merged = commit ? { mergedAt: commit.committedAt, mergedBy: commit.author, mergeCommit: commit.sha } : null;
    const pull: Pull = known ?? {
      ...{
        id: `PR_${number}`,
        number,
        url: `https://github.com/acme/deploy/pull/${number}`,
        branch: `by-hand-${number}`,
      },
      ...{ state: commit ? 'merged' : 'open', head: sha1(`head ${number}`), base: 'main', ours: false, adopted: true },
      ...{ body: memory, labels: ['lastgood: active'], mergeState: 'clean', autoMerge: 'off', createdAt: this.now() },
      ...(merged ?? { mergedAt: null, mergedBy: null, mergeCommit: null }),
    };
    if (!known) this.pulls.push(pull);
    return pull;
  }
  async requiredChecks(): Promise<readonly string[]> {
    this.fault('requiredChecks');
    return this.required;
  }
  async answerCheck(sha: string, answer: CheckAnswer): Promise<void> {
    this.fault('answerCheck');
    this.answered.push({ sha, ...answer });
  }
  /** Commits that are on no branch: the trial merges of `others`. */
  readonly trials: FakeRepository['commits'] = [];
  /** Pull requests of others, as a test puts them. */
  others: OpenPull[] = [];
  readonly published: PublishedCheck[] = [];
  async openPulls(_base: string, number: number | null): Promise<readonly OpenPull[]> {
    this.fault('openPulls');
    return this.others.filter((pull) => number === null || pull.number === number);
  }
  readonly deployed: DeploymentState[] = [];
  async tellDeployment(state: DeploymentState): Promise<void> {
    this.fault('tellDeployment');
    this.deployed.push(state);
  }
  readonly protections: { readonly runId: number; readonly state: string | null; readonly comment: string }[] = [];
  async answerProtection(
    { runId }: { readonly runId: number },
    answer: { readonly state: 'approved' | 'rejected' | null; readonly comment: string },
  ): Promise<void> {
    this.fault('answerProtection');
    this.protections.push({ runId, ...answer });
  }
  /** Reviews by the number of the pull request, as a test puts them. */
  readonly reviewed = new Map<number, readonly Review[]>();
  async reviews(pull: Pull): Promise<readonly Review[]> {
    this.fault('reviews');
    return this.reviewed.get(pull.number) ?? [];
  }
  async publishCheck(check: PublishedCheck): Promise<void> {
    this.fault('publishCheck');
    this.published.push(check);
  }
  async mark(number: number, label: string): Promise<void> {
    this.fault('mark');
    this.change(number, { labels: [...this.pullOf(number).labels, label] });
  }
  async updateBranch(pull: Pull): Promise<void> {
    this.fault('updateBranch');
    this.change(pull.number, { mergeState: 'clean' });
  }
  async relabel(pull: Pull, label: string): Promise<void> {
    this.fault('relabel');
    const others = this.pullOf(pull.number).labels.filter((name) => !name.startsWith('lastgood: '));
    this.change(pull.number, { labels: [...others, label] });
  }
  async rewriteBody(pull: Pull, body: string): Promise<void> {
    this.fault('rewriteBody');
    this.change(pull.number, { body });
  }

  async comments(page: Page, since: string | null): Promise<readonly Comment[]> {
    this.fault('comments');
    const on = JSON.stringify(page);
    return this.said.filter(
      (comment) => JSON.stringify(comment.page) === on && (since === null || comment.createdAt >= since),
    );
  }
  async recentComments(since: string): Promise<readonly (Comment & CommentAt)[]> {
    this.fault('recentComments');
    return this.said.filter((comment) => comment.createdAt >= since);
  }
  async comment(page: Page, body: string): Promise<number> {
    this.fault('comment');
    return this.say(page, this.login, body).id;
  }
  async editComment(id: number, body: string): Promise<void> {
    this.fault('editComment');
    const at = this.said.findIndex((comment) => comment.id === id);
    const comment = this.said[at];
    if (!comment) throw new RollbackError('github-forbidden', `no comment ${id}`);
    if (comment.body !== body) this.edits.push(id);
    this.said[at] = { ...comment, body, edited: true };
  }
  async deleteComment(id: number): Promise<void> {
    this.fault('deleteComment');
    const at = this.said.findIndex((comment) => comment.id === id);
    if (at >= 0) this.said.splice(at, 1);
  }
  async openIssue(title: string, body: string): Promise<number> {
    this.fault('openIssue');
    const number = this.nextNumber();
    this.issues.push({ number, title, body });
    return number;
  }
  async closeIssue(number: number, title: string): Promise<void> {
    this.fault('closeIssue');
    const at = this.issues.findIndex((issue) => issue.number === number && issue.title === title);
    if (at >= 0) this.issues.splice(at, 1);
  }
  async react({ id: comment }: CommentAt, content: Reaction): Promise<void> {
    this.fault('react');
    if (!this.reactions.some((reaction) => reaction.comment === comment && reaction.content === content))
      this.reactions.push({ comment, content });
  }
  async reactionOf({ id }: CommentAt): Promise<Reaction | null> {
    this.fault('reactionOf');
    return this.reactions.find(({ comment }) => comment === id)?.content ?? null;
  }

  /** What the team's job said, by `sha name`. */
  readonly jobVerdicts = new Map<string, Awaited<ReturnType<DeploymentRepository['jobVerdict']>>>();
  async jobVerdict(sha: string, name: string): ReturnType<DeploymentRepository['jobVerdict']> {
    this.fault('jobVerdict');
    return Promise.resolve(this.jobVerdicts.get(`${sha} ${name}`) ?? null);
  }

  async gateRuns(sha: string): Promise<readonly GateRun[]> {
    this.fault('gateRuns');
    return this.runs.filter((run) => run.sha === sha);
  }
  async recentCommits(since: string, most: number): Promise<readonly string[]> {
    this.fault('recentCommits');
    return this.commits
      .filter(({ committedAt }) => committedAt >= since)
      .map(({ sha }) => sha)
      .toReversed()
      .slice(0, most);
  }

  async ledger(): Promise<string> {
    this.fault('ledger');
    return this.ledgerText;
  }
  /** Compare-and-swap, as the real one: who was slower appends again to the newest text. */
  /** Beside the ledger, by path. */
  readonly ledgerFiles = new Map<string, string>();
  async writeLedger(
    append: (text: string) => string,
    _message: string,
    files: () => readonly LedgerFile[] = () => [],
  ): Promise<void> {
    this.fault('writeLedger');
    for (;;) {
      const read = this.ledgerText;
      const next = append(read);
      const other = this.faster.shift();
      if (other) this.ledgerText = other(this.ledgerText);
      if (this.ledgerText !== read) continue;
      this.ledgerText = next;
      for (const { path, text } of files()) this.ledgerFiles.set(path, text);
      return;
    }
  }

  private fault(method: Method): void {
    const fault = this.faults.get(method);
    if (!fault || fault.left <= 0) return;
    fault.left -= 1;
    throw fault.error;
  }
  private now(): string {
    return new Date(this.clock.now()).toISOString();
  }
  private nextNumber(): number {
    return (this.number += 1);
  }
  private pullOf(number: number): Pull {
    const pull = this.pulls.find((one) => one.number === number);
    if (!pull) throw new Error(`no pull request ${number}`);
    return pull;
  }
  private blob(text: string): string {
    const id = sha1(`blob ${Buffer.byteLength(text)}\0${text}`);
    this.blobs.set(id, text);
    return id;
  }
  private landPull(pull: Pull, by: string, message: string): string {
    const request = this.requests.get(pull.number);
    const files = Object.fromEntries(
      (request?.edits ?? []).map((edit) => {
        if (edit.kind === 'delete') return [edit.path, null];
        return [edit.path, edit.kind === 'write' ? edit.text : (this.blobs.get(edit.blob) ?? '')];
      }),
    );
    const sha = this.land({ title: message, files, author: 'lastgood', pull: pull.number });
    this.change(pull.number, { state: 'merged', mergedAt: this.now(), mergedBy: by, mergeCommit: sha });
    return sha;
  }
  private land(change: {
    title: string;
    files: Readonly<Record<string, string | null>>;
    author: string;
    pull: number | null;
  }): string {
    const parent = this.commits.at(-1);
    const files = new Map(parent?.files ?? []);
    for (const [path, text] of Object.entries(change.files)) {
      if (text === null) files.delete(path);
      else files.set(path, text);
    }
    const sha = sha1(`${parent?.sha ?? ''} ${change.title} ${JSON.stringify([...files])}`);
    const parents = parent ? [parent.sha] : [];
    this.commits.push({
      sha,
      parents,
      message: change.title,
      author: change.author,
      committedAt: this.now(),
      pull:
        change.pull === null
          ? null
          : {
              number: change.pull,
              title: change.title.split('\n')[0] ?? '',
              mergedAt: this.now(),
              mergeCommit: sha,
              mergeParents: parents,
            },
      files,
      touched: Object.keys(change.files),
    });
    for (const text of files.values()) this.blob(text);
    return sha;
  }
}

function inScope(path: string, paths: readonly string[]): boolean {
  return paths.some((scope) => path === scope || path.startsWith(`${scope}/`));
}
