/** Everything the doctor asks, put together: a shell says who speaks and where the secrets are. Reads only. */
import type { ClockFacts, DoctorFacts } from '../../control/doctor-facts.ts';
import { probe } from '../../control/doctor-probe.ts';
import { appliedTargets } from '../../control/doctor-targets.ts';
import { policyOf } from '../../control/policy.ts';
import type { Playbook } from '../../playbook/schema.ts';
import type { MetricSource } from '../../ports.ts';
import { inwardFetch } from '../http-guard.ts';
import { metricSource, sourceTime, type Environment } from '../sources.ts';
import { visitArgoCd } from './argocd.ts';
import { visitGitHub, type GitHubVisit } from './github.ts';

export interface Examination {
  readonly playbook: DoctorFacts['playbook'];
  /** Null: nobody said where the repository is, so that it is left out. */
  readonly github: Omit<GitHubVisit, 'now'> | null;
  readonly env: Environment;
  /** Epoch ms. */
  readonly now: () => number;
}

/** What cannot be asked, because nobody said where it is, is left out; what does not answer is a fact of its own. */
export async function gatherFacts({ playbook: file, github, env, now }: Examination): Promise<DoctorFacts> {
  const parsed = file === null ? null : policyOf(file);
  const playbook = parsed?.ok === true ? parsed.playbook : null;
  const [seen, argo, probed, sources] = await Promise.all([
    github === null ? null : visitGitHub({ ...github, now }),
    playbook?.argocd
      ? visitArgoCd({
          url: playbook.argocd.url,
          token: env[playbook.argocd.token] ?? '',
          applications: appliedTargets(playbook).flatMap(({ applications }) => applications),
          now,
          fetch: inwardFetch(env),
        })
      : null,
    playbook ? probe(playbook, doorsTo(env), now()) : null,
    playbook ? clocksOf(playbook, env, now) : [],
  ]);
  return {
    playbook: file,
    github: seen?.github ?? null,
    argoCd: argo?.argoCd ?? null,
    writers: seen?.writers ?? [],
    probes: probed?.probes ?? [],
    unasked: probed?.unasked ?? 0,
    clocks: [...(seen?.clocks ?? []), ...(argo?.clocks ?? []), ...sources],
  };
}

/** One door for each source: whoever asks us to slow down is then obeyed by all of its questions. */
function doorsTo(env: Environment): (source: Playbook['sources'][string]) => MetricSource {
  const open = new Map<Playbook['sources'][string], MetricSource>();
  return (source) => {
    const door = open.get(source) ?? metricSource(source, env);
    open.set(source, door);
    return door;
  };
}

async function clocksOf(playbook: Playbook, env: Environment, now: () => number): Promise<readonly ClockFacts[]> {
  const clocks = await Promise.all(
    Object.entries(playbook.sources).map(async ([name, source]) => {
      const before = now();
      // Why it did not answer is told by the questions that are asked of it.
      const theirs = await sourceTime(source, env).catch(() => null);
      return theirs === null ? [] : [{ who: `source ${name}`, skewMs: theirs - (before + now()) / 2 }];
    }),
  );
  return clocks.flat();
}
