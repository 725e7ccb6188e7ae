import { bareLogin } from '../plan/incident.ts';
import { parseMarker, printMarker } from '../report/marker.ts';
import type { Page, Reaction } from '../ports.ts';
import type { Doors } from './doors.ts';

/** What a printed plan remembers, so that its hash can be confirmed later. */
export interface PrintedPlan {
  readonly hash: string;
  readonly service: string;
  readonly environment: string;
  readonly to: string | null;
  readonly bad: string | null;
  /** What it was made on and towards, and the files it changes: to say what moved. Absent in older comments. */
  readonly made?: { readonly base: string; readonly good: string; readonly files: readonly string[] };
}

/** Answers to one comment: at most one text and one reaction, however often it is dealt with. */
export interface Replies {
  answer(body: string, plan?: PrintedPlan): Promise<void>;
  refuse(body: string): Promise<void>;
  /** It was refused already: what was said stands, whatever has changed since. */
  wasRefused(): Promise<boolean>;
  /** The command is carried out, or stands on GitHub so that it will be. */
  acknowledge(): Promise<void>;
  /** A plan of this hash that we printed on the same page. */
  findPlan(hash: string): Promise<PrintedPlan | null>;
}

export function createReplies(
  doors: Pick<Doors, 'repository'>,
  to: { readonly commentId: number; readonly page: Page; readonly createdAt: string },
): Replies {
  const { repository } = doors;
  let reaction: Promise<void> | null = null;
  const comment = { page: to.page, id: to.commentId };
  const react = (content: Reaction) => (reaction ??= repository.react(comment, content));
  const ours = async (since: string | null) =>
    (await repository.comments(to.page, since)).filter(
      ({ author }) => bareLogin(author) === bareLogin(repository.login),
    );

  async function say(body: string, plan?: PrintedPlan): Promise<void> {
    const said = (await ours(to.createdAt)).some(({ body: told }) => answersTo(told) === to.commentId);
    if (said) return;
    const marker = printMarker('reply', { to: to.commentId, ...(plan ? { plan } : {}) });
    await repository.comment(to.page, `${body}\n${marker}\n`);
  }

  return {
    async answer(body, plan) {
      await say(body, plan);
      await react('rocket');
    },
    async refuse(body) {
      // Heard again after it was dealt with, a command finds its own work done: that is no reason to refuse it.
      if (reaction === null && (await repository.reactionOf(comment)) !== null) {
        reaction = Promise.resolve();
        return;
      }
      await say(body);
      await react('confused');
    },
    acknowledge: () => react('rocket'),
    wasRefused: async () => (await repository.reactionOf(comment)) === 'confused',
    async findPlan(hash) {
      for (const { body } of await ours(null)) {
        const plan = planIn(body);
        if (plan?.hash === hash) return plan;
      }
      return null;
    },
  };
}

function answersTo(body: string): number | null {
  const value = parseMarker('reply', body);
  return isRecord(value) && typeof value['to'] === 'number' ? value['to'] : null;
}

function planIn(body: string): PrintedPlan | null {
  const value = parseMarker('reply', body);
  const plan = isRecord(value) ? value['plan'] : null;
  if (!isRecord(plan)) return null;
  const { hash, service, environment, to, bad } = plan;
  if (typeof hash !== 'string' || typeof service !== 'string' || typeof environment !== 'string') return null;
  return {
    hash,
    service,
    environment,
    to: typeof to === 'string' ? to : null,
    bad: typeof bad === 'string' ? bad : null,
    ...madeIn(plan['made']),
  };
}

function madeIn(made: unknown): Pick<PrintedPlan, 'made'> {
  if (!isRecord(made)) return {};
  const { base, good, files } = made;
  if (typeof base !== 'string' || typeof good !== 'string' || !Array.isArray(files)) return {};
  return { made: { base, good, files: files.filter((file: unknown) => typeof file === 'string') } };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
