/** The manifest of the example service, as it stands in a deployment repository. */
export function aRollout(tag: string, weight = 20): string {
  return `apiVersion: argoproj.io/v1alpha1
kind: Rollout
metadata:
  name: recommender
spec:
  replicas: 4
  strategy:
    canary:
      steps:
        - setWeight: ${weight}
        - pause: {}
  template:
    spec:
      containers:
        - name: recommender
          image: registry.example/recommender:${tag}
`;
}
