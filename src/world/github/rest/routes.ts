/** Every REST route of the local GitHub. */
import type { Route } from '../http/route.ts';
import { appRoutes } from './app.ts';
import { checkRoutes } from './checks.ts';
import { commitCommentRoutes } from './commit-comments.ts';
import { commitRoutes } from './commits.ts';
import { contentRoutes } from './contents.ts';
import { deploymentRoutes } from './deployments.ts';
import { gitObjectRoutes } from './git-objects.ts';
import { gitRefRoutes } from './git-refs.ts';
import { issueRoutes } from './issues.ts';
import { labelRoutes } from './labels.ts';
import { protectionRoutes } from './protection.ts';
import { pullRoutes } from './pulls.ts';
import { reactionRoutes } from './reactions.ts';
import { repositoryRoutes } from './repositories.ts';
import { reviewRoutes } from './reviews.ts';

export const restRoutes: readonly Route[] = [
  ...appRoutes,
  ...checkRoutes,
  ...commitCommentRoutes,
  ...commitRoutes,
  ...contentRoutes,
  ...deploymentRoutes,
  ...gitObjectRoutes,
  ...gitRefRoutes,
  ...issueRoutes,
  ...labelRoutes,
  ...protectionRoutes,
  ...pullRoutes,
  ...reactionRoutes,
  ...repositoryRoutes,
  ...reviewRoutes,
];
