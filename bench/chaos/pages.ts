import { listen, type Listening } from '../../src/world/listen.ts';

/** A metrics page for each service. Its users never rest: the counters grow with the time, good or bad as what runs is. */
export interface Pages extends Listening {
  /** What runs from now on. */
  run(service: string, tag: string): void;
  /** While true, users of this service see errors whatever version runs. */
  ail(service: string, ailing: boolean): void;
  running(service: string): string | null;
}

const RPS = 400;
const BAD_RATIO = 0.6;

interface Users {
  tag: string;
  ailing: boolean;
  since: number;
  good: number;
  bad: number;
}

/** A tag that begins with 2 is a bad release. */
export async function startPages(): Promise<Pages> {
  const all = new Map<string, Users>();
  const at = (service: string): Users => {
    const users = all.get(service) ?? { tag: '', ailing: false, since: Date.now(), good: 0, bad: 0 };
    all.set(service, users);
    const now = Date.now();
    const seen = ((now - users.since) / 1000) * RPS;
    const bad = users.ailing || users.tag.startsWith('2') ? seen * BAD_RATIO : 0;
    users.bad += bad;
    users.good += seen - bad;
    users.since = now;
    return users;
  };
  const server = await listen((request, response) => {
    const { good, bad } = at((request.url ?? '/').slice(1));
    response.writeHead(200, { 'content-type': 'text/plain; version=0.0.4' });
    response.end(
      `# TYPE http_requests_total counter\nhttp_requests_total{code="200"} ${Math.floor(good)}\nhttp_requests_total{code="500"} ${Math.floor(bad)}\n`,
    );
  });
  return {
    ...server,
    run: (service, tag) => void (at(service).tag = tag),
    ail: (service, ailing) => void (at(service).ailing = ailing),
    running: (service) => all.get(service)?.tag ?? null,
  };
}
