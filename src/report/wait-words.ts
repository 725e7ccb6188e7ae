const NEXT = {
  open: 'a pull request',
  adopt: 'its merge, then the proof of recovery',
  close: 'nothing: there is nothing left to revert',
  disarm: 'a person',
  merge: 'the merge',
  update: 'the required checks',
  terminate: 'Argo CD applies the revert',
  served: 'the route goes back once what was left serves well again',
  primary: 'a second pull request that brings the route back',
  second: 'a second pull request that brings the version back',
  approval: 'the merge, then the proof of recovery',
  checks: 'the merge',
  migration: 'the merge',
  argocd: 'Argo CD applies the revert',
  sync: 'the applications are healthy',
  health: 'the success criteria of the playbook',
  proof: 'recovered, once every criterion is proven',
  person: 'whatever you do is followed to its proof',
} as const;

/** What comes after the thing that is waited for. */
export function waitWords(waiting: keyof typeof NEXT): string {
  return NEXT[waiting];
}
