/**
 * Tells the world what happened: webhooks, and the workflows that would start.
 */
import { fullName, inBackground, type Hub } from '../hub.ts';
import type { Repository, User } from '../state.ts';
import { nodeId } from '../node-id.ts';
import { fullRepositoryView } from '../views/repository.ts';
import { userView } from '../views/user.ts';

export interface Happening {
  readonly event: string;
  /** Null for events without one, such as push. */
  readonly action: string | null;
  readonly sender: User;
  /** Everything but action, repository, sender, organization and installation. */
  readonly body: Readonly<Record<string, unknown>> | Promise<Readonly<Record<string, unknown>>>;
  /** False for what only the app that owns the record is told, such as the click on its own button. */
  readonly everybody?: boolean;
}

/** Dispatches start workflows whoever sends them; everything else done with a workflow's own token starts none. */
const ALWAYS_STARTS = new Set(['repository_dispatch', 'workflow_dispatch']);

export function emit(hub: Hub, repository: Repository, happening: Happening): void {
  const { event, action, sender } = happening;
  const owner = userView(hub, repository.owner);
  const common = {
    repository: {
      ...fullRepositoryView(hub, repository, 'none'),
      owner: { ...owner, name: repository.owner.login, email: repository.owner.email },
    },
    sender: userView(hub, sender),
    ...(repository.owner.type === 'Organization'
      ? {
          organization: {
            login: repository.owner.login,
            id: repository.owner.id,
            node_id: nodeId('Organization', repository.owner.id),
            url: `${hub.url}/orgs/${repository.owner.login}`,
            repos_url: `${hub.url}/orgs/${repository.owner.login}/repos`,
            events_url: `${hub.url}/orgs/${repository.owner.login}/events`,
            hooks_url: `${hub.url}/orgs/${repository.owner.login}/hooks`,
            issues_url: `${hub.url}/orgs/${repository.owner.login}/issues`,
            members_url: `${hub.url}/orgs/${repository.owner.login}/members{/member}`,
            public_members_url: `${hub.url}/orgs/${repository.owner.login}/public_members{/member}`,
            avatar_url: owner['avatar_url'],
            description: null,
          },
        }
      : {}),
  };
  const payload = Promise.resolve(happening.body).then((body) => ({
    ...(action === null ? {} : { action }),
    ...body,
    ...common,
  }));
  hub.webhooks.send({ event, action, repository, payload, everybody: happening.everybody ?? true });

  const starts = ALWAYS_STARTS.has(event) || sender.id !== hub.actions.bot.id;
  if (!starts || hub.workflows.size === 0) return;
  inBackground(hub, async () => {
    const workflowEvent = { event, repository: fullName(repository), payload: await payload };
    for (const workflow of hub.workflows) await workflow(workflowEvent);
  });
}
