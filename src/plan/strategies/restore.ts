import { none, type Strategy } from './strategy.ts';

export const restore: Strategy = {
  first: 'everything in one pull request',
  chosen:
    'nothing else fits; also where a controller (a Rollout, Flagger) owns the weights, or they are on stable already',
  because: 'a controller moves the traffic by itself once the version in Git is the good one',
  shift: () => none('everything goes back in one pull request'),
};

export const pin: Strategy = {
  first: 'everything in one pull request, to the revision that a person named',
  chosen: 'the target was named: `/rollback ... to <sha>`',
  because: 'what stands behind the stable destination need not be what was named',
  shift: () => none('the target was named, so everything goes there in one pull request'),
};
