import { startTown } from '../../src/world/town.ts';
import { REPOSITORY } from '../../src/world/deployment.ts';
import { errors } from '../demo/scenarios/rollout.ts';
import { answer, type Command } from '../terminal.ts';

export const world: Command = {
  usage: 'world',
  does: 'starts the small world (GitHub, Argo CD, a service with users) and keeps it until Ctrl-C',
  words: [],
  values: {},
  switches: [],
  async run(call) {
    const town = await startTown({
      ...errors.world,
      prometheus: true,
      rps: 50,
      seed: 1,
    });
    const facts = {
      github: town.github.url,
      clone: town.github.cloneUrl(REPOSITORY),
      repository: REPOSITORY,
      token: town.github.token('mona'),
      argocd: town.argoCd.url,
      argocdToken: town.argoToken,
      service: town.fleet.url,
      metrics: `${town.metrics.kind} ${town.metrics.url}`,
    };
    answer(call, facts, () =>
      [
        ...Object.entries(facts).map(([name, value]) => `${name.padEnd(12)} ${value}`),
        '',
        `try: GITHUB_API_URL=${facts.github} GITHUB_TOKEN=${facts.token} npm run -s lastgood -- history --repo ${REPOSITORY} --service recommender`,
        'Ctrl-C ends it.',
      ].join('\n'),
    );
    await new Promise<void>((resolve) => {
      process.once('SIGINT', resolve);
      process.once('SIGTERM', resolve);
    });
    await town.close();
    return 0;
  },
};
