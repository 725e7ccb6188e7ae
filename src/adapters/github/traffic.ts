import { RollbackError } from '../../errors.ts';

export type Fetch = (url: string | URL | Request, init?: RequestInit) => Promise<Response>;

/**
 * One budget for all that this process asks of GitHub. Installations take turns, so that a busy one cannot starve the others; what
 * GitHub asks one to wait for is kept for that one, without asking again; writes stay below GitHub's secondary limits. Nothing is
 * repeated here: whoever asked looks again first.
 */
export interface Traffic {
  /** `lane`: the installation, or the App itself. */
  through(lane: string, send: Fetch): Fetch;
}

interface Options {
  /** Epoch ms. */
  readonly now?: () => number;
  /** Requests under way at once; GitHub refuses more than 100. */
  readonly most?: number;
  /** Processes that share what one installation may write (1). */
  readonly replicas?: number;
  /** False where the server has no limits of its own on writing: a GitHub Enterprise Server, as it comes. */
  readonly limitsWrites?: boolean;
  /** Told after each answer; null: there was none. */
  readonly onAnswer?: (api: Api, status: number | null) => void;
  readonly onRemaining?: (resource: string, left: number) => void;
}

export type Api = 'rest' | 'graphql';

/**
 * Content that one installation may write in a window: GitHub's own limits, less some room for other Apps of the same account. Words
 * (comments, checks, deployments) stop at `words` of their own, and where all writes together reach `quiet`: however much there is to
 * say, ten rollbacks a minute can be opened, labelled and merged. Checks and deployments stop at `signs`: a person is called in a
 * comment, which must not wait behind them.
 */
const WRITES = [
  { windowMs: 60_000, most: 70, quiet: 50, words: 30, signs: 24 },
  { windowMs: 3_600_000, most: 450, quiet: 350, words: 250, signs: 200 },
] as const;
const LONGEST_WINDOW_MS = 3_600_000;
/** GitHub says to wait at least a minute where it does not say how long, and longer each time that was not enough. */
const UNSAID_MS = 60_000;
const LONGEST_WAIT_MS = 3_600_000;

interface Written {
  readonly at: number;
  readonly write: Exclude<Write, 'none'>;
}

interface LaneState {
  readonly blockedUntil: Record<Api, number>;
  /** Refusals in a row that did not say how long to wait. */
  readonly unsaid: Record<Api, number>;
  writes: Written[];
  readonly queue: (() => void)[];
}

export function createTraffic(options: Options = {}): Traffic {
  const {
    now = Date.now,
    most = 60,
    replicas = 1,
    limitsWrites = true,
    onAnswer = () => undefined,
    onRemaining = () => undefined,
  } = options;
  const lanes = new Map<string, LaneState>();
  /** Lanes with somebody waiting; the first one is next. */
  const turns: LaneState[] = [];
  let underWay = 0;

  function stateOf(name: string): LaneState {
    const known = lanes.get(name) ?? {
      blockedUntil: { rest: 0, graphql: 0 },
      unsaid: { rest: 0, graphql: 0 },
      writes: [],
      queue: [],
    };
    lanes.set(name, known);
    return known;
  }

  function enter(lane: LaneState): Promise<void> {
    if (underWay < most && turns.length === 0) {
      underWay += 1;
      return Promise.resolve();
    }
    return new Promise((resolve) => {
      lane.queue.push(resolve);
      if (lane.queue.length === 1) turns.push(lane);
    });
  }

  function leave(): void {
    const lane = turns.shift();
    const next = lane?.queue.shift();
    // The place goes from one to the next: `underWay` stays.
    if (lane && next) {
      if (lane.queue.length > 0) turns.push(lane);
      next();
    } else underWay -= 1;
  }

  function mayAsk(lane: LaneState, api: Api, write: Write): void {
    const at = now();
    const wait = lane.blockedUntil[api] - at;
    if (wait > 0) throw asked('GitHub asked this installation to wait', wait);
    if (write === 'none' || !limitsWrites) return;
    lane.writes = lane.writes.filter((one) => one.at > at - LONGEST_WINDOW_MS);
    for (const { windowMs, most: all, quiet, words, signs } of WRITES) {
      const inWindow = lane.writes.filter((one) => one.at > at - windowMs);
      const room = (written: readonly Written[], limit: number, what: string): void => {
        const share = Math.max(1, Math.floor(limit / replicas));
        const first = written[written.length - share];
        if (first) throw asked(`${share} ${what} in ${windowMs / 60_000} min`, first.at + windowMs - at);
      };
      if (write === 'way-back') room(inWindow, all, 'writes');
      else {
        const said = inWindow.filter((one) => one.write !== 'way-back');
        room(inWindow, quiet, 'writes');
        room(said, words, 'words');
        if (write === 'signs')
          room(
            said.filter((one) => one.write === 'signs'),
            signs,
            'checks and deployments',
          );
      }
    }
    lane.writes.push({ at, write });
  }

  async function learn(lane: LaneState, api: Api, response: Response): Promise<void> {
    const left = response.headers.get('x-ratelimit-remaining');
    if (left !== null) onRemaining(response.headers.get('x-ratelimit-resource') ?? api, Number(left));
    const wait = await waitOf(response, now());
    if (wait === null) {
      if (response.ok) lane.unsaid[api] = 0;
      return;
    }
    // Others that were under way met the same refusal: it counts once.
    if (wait === 'unsaid' && lane.blockedUntil[api] > now()) return;
    const ms = wait === 'unsaid' ? UNSAID_MS * 2 ** Math.min(lane.unsaid[api]++, 6) : wait;
    lane.blockedUntil[api] = Math.max(lane.blockedUntil[api], now() + Math.min(ms, LONGEST_WAIT_MS));
  }

  return {
    through(name, send) {
      const lane = stateOf(name);
      return async (url, init) => {
        const api: Api = addressOf(url).endsWith('/graphql') ? 'graphql' : 'rest';
        await enter(lane);
        try {
          // Asked only now: what was learnt while waiting for the turn counts.
          mayAsk(lane, api, writeOf(api, addressOf(url), init));
          const response = await send(url, init).catch((error: unknown) => {
            onAnswer(api, null);
            throw error;
          });
          onAnswer(api, response.status);
          await learn(lane, api, response);
          return response;
        } finally {
          leave();
        }
      };
    },
  };
}

function asked(because: string, waitMs: number): RollbackError {
  return new RollbackError(
    'github-unavailable',
    `Not sent to GitHub: ${because}, ${Math.ceil(waitMs / 1000)} s to go`,
    {
      retryAfterMs: Math.max(1000, waitMs),
    },
  );
}

/** Milliseconds until GitHub wants to hear from us again; null: now. */
async function waitOf(response: Response, now: number): Promise<number | 'unsaid' | null> {
  const after = Number(response.headers.get('retry-after') ?? NaN) * 1000;
  if (after >= 0) return after;
  if (response.headers.get('x-ratelimit-remaining') === '0') {
    const reset = Number(response.headers.get('x-ratelimit-reset') ?? NaN) * 1000 - now;
    return Number.isNaN(reset) ? 'unsaid' : Math.max(1000, reset);
  }
  if (response.status === 429) return 'unsaid';
  // A refusal by a secondary limit and one for a missing right differ in their words alone.
  const limited = response.status === 403 && /secondary rate limit|abuse/i.test(await response.clone().text());
  return limited ? 'unsaid' : null;
}

/**
 * What a request writes: the way back (commits, the pull request with its label, its merge, the issue where a person is called where
 * there is no other page), signs (checks and deployments), or words.
 */
type Write = 'none' | 'way-back' | 'words' | 'signs';

function writeOf(api: Api, address: string, init: RequestInit | undefined): Write {
  if (api === 'graphql') {
    const isMutation = typeof init?.body === 'string' && /"query":"\s*mutation\b/.test(init.body.replace(/\\n/g, ' '));
    return isMutation ? 'way-back' : 'none';
  }
  const method = init?.method ?? 'GET';
  // A token and a delivery that is asked for again are no content.
  if (method === 'GET' || method === 'HEAD' || NO_CONTENT.test(address)) return 'none';
  if (/\/(git\/\w+(\/.+)?|pulls(\/\d+(\/(merge|update-branch))?)?|issues(\/\d+\/labels)?)$/.test(address))
    return 'way-back';
  return /\/(check-runs(\/\d+)?|deployments(\/\d+\/statuses)?)$/.test(address) ? 'signs' : 'words';
}

const NO_CONTENT = /\/app\/(installations\/\d+\/access_tokens|hook\/deliveries\/\d+\/attempts)$/;

function addressOf(url: string | URL | Request): string {
  const address = typeof url === 'string' ? url : url instanceof URL ? url.href : url.url;
  return address.split('?')[0] ?? address;
}
