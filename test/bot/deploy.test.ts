import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { test } from 'node:test';
import { parse, parseAllDocuments } from 'yaml';
import { BOT_FLAGS } from '../../cli/demo/processes.ts';
import { documentedVariables } from './names.ts';

const FOLDER = fileURLToPath(new URL('../../examples/kubernetes/', import.meta.url));
const read = (path: string): string => readFileSync(fileURLToPath(new URL(`../../${path}`, import.meta.url)), 'utf8');

interface Probe {
  readonly httpGet: { readonly path: string; readonly port: string };
}

interface Container {
  readonly securityContext: Readonly<Record<string, unknown>>;
  readonly env: readonly { readonly name: string }[];
  readonly ports: readonly { readonly name: string; readonly containerPort: number }[];
  readonly startupProbe: Probe;
  readonly livenessProbe: Probe;
  readonly readinessProbe: Probe;
}

interface Manifest {
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly stringData: Readonly<Record<string, string>>;
  readonly spec: {
    readonly ports: readonly { readonly targetPort: string }[];
    readonly egress: readonly {
      readonly to: readonly { readonly ipBlock?: { readonly cidr: string; readonly except: readonly string[] } }[];
    }[];
    readonly template: {
      readonly spec: {
        readonly terminationGracePeriodSeconds: number;
        readonly automountServiceAccountToken: boolean;
        readonly securityContext: Readonly<Record<string, unknown>>;
        readonly containers: readonly Container[];
        readonly volumes: readonly { readonly secret: { readonly secretName: string; readonly defaultMode: number } }[];
      };
    };
  };
}

const manifests = new Map(
  readdirSync(FOLDER).flatMap((file) => {
    const documents = parseAllDocuments(readFileSync(`${FOLDER}${file}`, 'utf8'));
    return documents.map((document): [string, Manifest] => {
      assert.deepEqual(document.errors, [], file);
      return [file, document.toJS() as Manifest];
    });
  }),
);
const manifest = (file: string): Manifest => manifests.get(file) ?? assert.fail(file);
const theBot = (): Container =>
  manifest('deployment.yaml').spec.template.spec.containers[0] ?? assert.fail('no container');

test('the kustomization names every manifest that is there, but the Secret and what needs an operator', () => {
  const { resources } = parse(readFileSync(`${FOLDER}kustomization.yaml`, 'utf8')) as { resources: string[] };
  const others = ['kustomization.yaml', 'monitor.yaml', 'secret.example.yaml'];
  assert.deepEqual([...resources, ...others].toSorted(), [...manifests.keys()].toSorted());
});

test('the pod is not root, changes no file, has no capability and no token of the cluster', () => {
  const pod = manifest('deployment.yaml').spec.template.spec;
  const bot = theBot();
  assert.equal(pod.automountServiceAccountToken, false);
  assert.equal(pod.securityContext['runAsNonRoot'], true);
  assert.deepEqual(bot.securityContext, {
    allowPrivilegeEscalation: false,
    readOnlyRootFilesystem: true,
    capabilities: { drop: ['ALL'] },
  });
  assert.ok(pod.terminationGracePeriodSeconds > 25 + 10, 'a draining bot would be killed');
});

test('the key is a file that the user of the pod may read, and nobody else of the node', () => {
  const { securityContext, volumes } = manifest('deployment.yaml').spec.template.spec;
  // As Kubernetes makes it: owned by root, in the group of the pod.
  assert.equal(securityContext['fsGroup'], securityContext['runAsGroup']);
  assert.deepEqual(
    volumes.map(({ secret }) => secret.defaultMode),
    [0o440],
  );
});

test('the network policy lets nothing out to the metadata service of a cloud', () => {
  const { egress } = manifest('network.yaml').spec;
  const blocks = egress.flatMap(({ to }) => to.flatMap(({ ipBlock }) => (ipBlock ? [ipBlock] : [])));
  assert.ok(
    egress.every(({ to }) => to.length > 0),
    'a rule without a place is open to all',
  );
  assert.deepEqual(
    blocks.map(({ cidr, except }) => [cidr, except[0]]),
    [
      ['0.0.0.0/0', '169.254.0.0/16'],
      ['::/0', 'fe80::/10'],
    ],
  );
});

test('the image, npm run bot and the measurements start the bot in the same way', () => {
  const flags = [...BOT_FLAGS];
  const { scripts } = JSON.parse(read('package.json')) as { scripts: { bot: string } };
  assert.equal(scripts.bot, `node cli/bundle.ts && node ${flags.join(' ')} bot/dist/main.js`);
  const [, command = ''] = /^CMD (.+)$/m.exec(read('bot/Dockerfile')) ?? [];
  assert.deepEqual(JSON.parse(command), [...flags, 'bot/dist/main.js']);
});

test('every probe asks a path that the bot has, on the port that the service uses', () => {
  const bot = theBot();
  const door = read('bot/door.ts');
  for (const probe of ['startupProbe', 'livenessProbe', 'readinessProbe'] as const) {
    const { path, port } = bot[probe].httpGet;
    assert.ok(door.includes(`'${path}'`), path);
    assert.equal(port, bot.ports[0]?.name);
  }
  assert.equal(manifest('service.yaml').spec.ports[0]?.targetPort, 'http');
});

test('every variable that the manifests set is one that the bot reads, and no real secret stands in them', () => {
  const names = documentedVariables();
  const bot = manifest('deployment.yaml').spec.template.spec.containers[0] ?? assert.fail('no container');
  const secret = manifest('secret.example.yaml').stringData;
  for (const name of [...bot.env.map((variable) => variable.name), ...Object.keys(secret)])
    assert.ok(names.has(name), name);
  for (const text of Object.values(secret)) assert.match(text, /^(put-|12345$|postgres:\/\/lastgood:PASSWORD@)/);
});

test('the image is not root, has a health check, and starts what the bundle makes', () => {
  const dockerfile = read('bot/Dockerfile');
  assert.match(dockerfile, /^USER 65532:65532$/m);
  assert.match(dockerfile, /^HEALTHCHECK [^]*\/healthz/m);
  assert.match(read('cli/bundle.ts'), /'bot\/dist\/main.js'/);
  for (const line of ['.git', '**/*.pem', '**/.env*'])
    assert.ok(read('bot/Dockerfile.dockerignore').includes(line), line);
});
