/** The deployment repository of the storm: many services, each with proof that takes a second instead of minutes. */
interface Addresses {
  readonly argoCd: string;
  readonly metrics: string;
}

export const pathOf = (service: string): string => `apps/${service}/production`;
/** A file beside the service that people change meanwhile; a rollback must never touch it. */
export const notesOf = (service: string): string => `apps/${service}/NOTES.md`;
export const applicationOf = (service: string): string => `${service}-production`;

export function deployment(service: string, tag: string): string {
  return `apiVersion: apps/v1
kind: Deployment
metadata:
  name: ${service}
spec:
  replicas: 3 # sized for the evening peak
  template:
    spec:
      containers:
        - name: ${service}
          image: registry.example/${service}:${tag}
`;
}

export function playbook(services: readonly string[], { argoCd, metrics }: Addresses): string {
  const each = services.map(
    (service) => `  ${service}:
    environments:
      production:
        paths: [${pathOf(service)}]
        applications: [${applicationOf(service)}]
        rollback: { approval: auto, max-per-day: 10000 }
        verify:
          source: metrics
          arm: '${metrics}/${service}'
          healthy-for: 1s
          within: 3m
          poll: 1s
          criteria:
            - name: errors of all users
              bad: http_requests_total{code="500"}
              total: http_requests_total
              if: rate > 30%
`,
  );
  return `version: 1
sources:
  metrics: { kind: openmetrics }
argocd: { url: "${argoCd}" }
services:
${each.join('')}`;
}
