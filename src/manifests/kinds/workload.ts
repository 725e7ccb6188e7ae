import type { Kind } from './kind.ts';

/** Images, and the arguments and variables by which a pod names its model, prompt or version. */
export const TEMPLATE_IMAGES: readonly RegExp[] = podPaths('spec\\.template\\.spec');
export const POD_IMAGES: readonly RegExp[] = podPaths('spec');
const CRON_IMAGES: readonly RegExp[] = podPaths('spec\\.jobTemplate\\.spec\\.template\\.spec');

function podPaths(pod: string): readonly RegExp[] {
  const container = `^${pod}\\.(?:containers|initContainers)\\[[^\\]]*\\]`;
  return [
    new RegExp(`${container}\\.image$`),
    new RegExp(`${container}\\.(?:args|command)\\[-{1,2}[\\w-]*(?:model|prompt|version|revision|tag)[\\w-]*\\]$`, 'i'),
    new RegExp(`${container}\\.env\\[name=\\w*(?:MODEL|PROMPT|VERSION|REVISION|TAG)\\w*\\]\\.value$`, 'i'),
  ];
}

export const workload: Kind = {
  name: 'Deployment, StatefulSet',
  group: /^(apps|batch|)$/,
  kind: /^(Deployment|StatefulSet|DaemonSet|ReplicaSet|Job|CronJob|Pod)$/,
  file: null,
  versions: [...TEMPLATE_IMAGES, ...POD_IMAGES, ...CRON_IMAGES],
  traffic: [],
  about: {
    version: 'images, and the arguments and variables that name a model, a prompt or a version',
    weight: 'none',
    owner: 'Git; an Image Updater or a Flagger Canary may stand behind it',
    stable: 'nothing: the version is restored',
    trafficFirst: null,
  },
};
