/** What a manifest says about versions, weights and colours, for people. */
import { application, imageUpdater } from './kinds/argocd.ts';
import { configMap } from './kinds/config-map.ts';
import { featureFlag, flagd } from './kinds/flags.ts';
import { chart, helmValues } from './kinds/helm.ts';
import type { Kind } from './kinds/kind.ts';
import { inferenceService, seldon } from './kinds/kserve.ts';
import { kustomization } from './kinds/kustomize.ts';
import { rollout } from './kinds/rollout.ts';
import { flagger, httpRoute, virtualService } from './kinds/traffic.ts';
import { service, workload } from './kinds/workload.ts';
import { readTree } from './read.ts';
import { printPath } from './scalars.ts';
import { childOf } from './tree.ts';
import type { Node } from './tree.ts';

/** Every kind we can speak about; a new one is a row here. */
export const KINDS: readonly Kind[] = [
  rollout,
  workload,
  service,
  inferenceService,
  seldon,
  flagger,
  virtualService,
  httpRoute,
  kustomization,
  helmValues,
  chart,
  configMap,
  flagd,
  featureFlag,
  application,
  imageUpdater,
];

export interface Version {
  /** Path of the key in the file, with the document where there are several. */
  readonly key: string;
  readonly value: string;
  /** What runs, or only who is served by it. */
  readonly moves: 'version' | 'traffic';
}

/** The versions in the order of the text; empty for what is no manifest. Only for showing: no decision hangs on it. */
export function versionsOf(path: string, text: string): readonly Version[] {
  const read = readTree(text);
  if (read.kind === 'refused') return [];
  return read.root.children.flatMap((document) => {
    const kinds = KINDS.filter((kind) => isKind(kind, path, document.node));
    if (kinds.length === 0) return [];
    return leavesOf(document.node, []).flatMap(({ steps, value }) => {
      const inside = steps.join('').replace(/^\./, '');
      const speaks = (of: 'versions' | 'traffic'): boolean =>
        kinds.some((kind) => kind[of].some((pattern) => pattern.test(inside)));
      const moves = speaks('versions') ? 'version' : speaks('traffic') ? 'traffic' : null;
      return moves === null ? [] : [{ key: printPath(read.root, [document.step, ...steps]), value, moves }];
    });
  });
}

function isKind(kind: Kind, path: string, document: Node): boolean {
  if (kind.file !== null && !kind.file.test(path)) return false;
  if (kind.kind === null) return true;
  const apiVersion = wordAt(document, 'apiVersion');
  const group = apiVersion.includes('/') ? apiVersion.slice(0, apiVersion.indexOf('/')) : '';
  return apiVersion !== '' && kind.kind.test(wordAt(document, 'kind')) && (kind.group?.test(group) ?? true);
}

function wordAt(node: Node, key: string): string {
  const found = childOf(node, `.${key}`)?.node;
  return found?.kind === 'leaf' ? found.value : '';
}

function leavesOf(node: Node, steps: readonly string[]): readonly { steps: readonly string[]; value: string }[] {
  if (node.kind === 'leaf') return [{ steps, value: node.value }];
  return node.children.flatMap((child) => leavesOf(child.node, [...steps, child.step]));
}
