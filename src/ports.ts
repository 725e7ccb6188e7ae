/**
 * The doors to the outside, as small as control/ needs them, named for what we want; each has a file in ports/.
 * Adapters implement them; tests use the world or one stateful fake per port.
 */
export type { Clock } from './ports/clock.ts';
export type { Query, Grid, MetricSource } from './ports/metrics.ts';
export type { Application, Unhealthy, SyncWindows, ArgoCd } from './ports/argocd.ts';
export type { Artefacts, MoveRequest, PreparedMove, Movers } from './ports/registries.ts';
export type {
  Overview,
  MergeMethod,
  TreeFile,
  DeploymentRepository,
  LedgerFile,
  OpenRequest,
} from './ports/repository.ts';
export type { Pull, MergeOutcome, Review, Blocker, Obstacles, HumanRevert, OpenPull } from './ports/pulls.ts';
export type { Page, CommentAt, Comment, Reaction } from './ports/talk.ts';
export type { CheckAnswer, PublishedCheck, JobVerdict, GateRun, DeploymentState } from './ports/checks.ts';
