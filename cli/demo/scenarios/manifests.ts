/** A Deployment as people write it; what is not told is as everywhere. */
export function deployment(options: {
  readonly name?: string;
  readonly image?: string;
  readonly tag: string;
  /** Further labels of its pods. */
  readonly labels?: Readonly<Record<string, string>>;
  /** A ConfigMap that its pods load. */
  readonly configMap?: string;
}): string {
  const { name = 'recommender', image = 'recommender', tag, labels = {}, configMap } = options;
  const all = Object.entries({ app: name, ...labels }).map(([label, value]) => `${label}: ${value}`);
  const env = configMap === undefined ? '' : `          envFrom:\n            - configMapRef: { name: ${configMap} }\n`;
  return `apiVersion: apps/v1
kind: Deployment
metadata:
  name: ${name}
spec:
  replicas: 4
  selector:
    matchLabels: { ${all.join(', ')} }
  template:
    metadata:
      labels: { ${all.join(', ')} }
    spec:
      containers:
        - name: ${image}
          image: registry.example/${image}:${tag}
${env}`;
}

/** A Service before the pods with these labels. */
export function service(name: string, selector: Readonly<Record<string, string>>): string {
  const all = Object.entries(selector).map(([label, value]) => `${label}: ${value}`);
  return `apiVersion: v1
kind: Service
metadata:
  name: ${name}
spec:
  selector: { ${all.join(', ')} }
  ports:
    - port: 80
`;
}
