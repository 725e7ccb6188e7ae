/** Bundles the Action into one file, the same bytes from every directory. `node action/bundle.ts [folder]` writes action/dist. */
import { isBuiltin } from 'node:module';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, type Metafile, type Plugin } from 'esbuild';

/** Everything that stands in action/dist. */
export const DIST_FILES = ['index.js', 'licenses.txt'] as const;

/** Some CommonJS packages inside still call require. */
const BANNER = 'import{createRequire as __cr}from"node:module";const require=__cr(import.meta.url);';

/**
 * The toolkit imports all of undici for a job behind a proxy. Its code stays in the bundle, but runs only when something is sent:
 * that halves the start.
 */
const LAZY_UNDICI: Plugin = {
  name: 'lazy-undici',
  setup(bundler) {
    bundler.onResolve({ filter: /^undici$/ }, ({ importer, resolveDir }) =>
      importer.includes('@actions') ? { path: 'undici', namespace: 'lazy', pluginData: resolveDir } : undefined,
    );
    bundler.onLoad({ filter: /.*/, namespace: 'lazy' }, ({ pluginData }) => ({
      contents: `const undici = () => require('undici');
        export const fetch = (...words) => undici().fetch(...words);
        export function ProxyAgent(...words) { return new (undici().ProxyAgent)(...words); }`,
      resolveDir: String(pluginData),
    }));
  },
};

/**
 * An import statement makes Node read every property of a built-in module, and one of http loads a second undici, Node's own: a third of
 * the start. A require reads what is used.
 */
const REQUIRED_BUILTINS: Plugin = {
  name: 'required-builtins',
  setup(bundler) {
    bundler.onResolve({ filter: /^[a-z0-9_:/]+$/ }, ({ path, kind }) =>
      kind === 'import-statement' && isBuiltin(path) ? { path, namespace: 'builtin' } : undefined,
    );
    bundler.onLoad({ filter: /.*/, namespace: 'builtin' }, ({ path }) => ({
      contents: `module.exports = require(${JSON.stringify(path)});`,
    }));
  },
};

/** The Action calls GitHub by route: the tables of named methods and pages, a thousand entries, stay out. */
const NO_METHOD_TABLES: Plugin = {
  name: 'no-method-tables',
  setup(bundler) {
    bundler.onResolve({ filter: /^@octokit\/plugin-(rest-endpoint-methods|paginate-rest)$/ }, ({ path, importer }) =>
      importer.includes('@actions') ? { path, namespace: 'empty' } : undefined,
    );
    bundler.onLoad({ filter: /.*/, namespace: 'empty' }, () => ({
      contents: 'export const restEndpointMethods = () => ({}), paginateRest = () => ({});',
    }));
  },
};

/** `root` is the repository, `folder` the target; whatever stood in it is removed. */
export async function bundleAction(root: string, folder: string): Promise<void> {
  const { outputFiles, metafile } = await build({
    absWorkingDir: root,
    entryPoints: ['action/main.ts'],
    bundle: true,
    minify: true,
    format: 'esm',
    platform: 'node',
    target: 'node24',
    mainFields: ['module', 'main'],
    banner: { js: BANNER },
    legalComments: 'none',
    plugins: [LAZY_UNDICI, REQUIRED_BUILTINS, NO_METHOD_TABLES],
    metafile: true,
    write: false,
    outfile: 'action/dist/index.js',
    logLevel: 'warning',
  });
  const [index] = outputFiles;
  if (index === undefined) throw new Error('esbuild gave no file');
  const licenses = await licensesOf(root, metafile);
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'index.js'), index.contents);
  await writeFile(join(folder, 'licenses.txt'), licenses);
}

/** Name, version, licence and licence text of every package of which a line is inside. */
async function licensesOf(root: string, metafile: Metafile): Promise<string> {
  const used = Object.values(metafile.outputs).flatMap((output) =>
    Object.entries(output.inputs)
      .filter(([, { bytesInOutput }]) => bytesInOutput > 0)
      .map(([path]) => packageFolder(path)),
  );
  const folders = [...new Set(used)].filter((folder) => folder !== null).sort();
  const texts = await Promise.all(folders.map((folder) => licenseOf(join(root, folder))));
  return `${[...new Set(texts)].join(`\n\n${'-'.repeat(80)}\n\n`)}\n`;
}

function packageFolder(path: string): string | null {
  return /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path)?.[0] ?? null;
}

async function licenseOf(folder: string): Promise<string> {
  const about = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')) as Readonly<Record<string, unknown>>;
  const file = (await readdir(folder)).sort().find((name) => /^licen[cs]e/i.test(name));
  const text = file === undefined ? '' : (await readFile(join(folder, file), 'utf8')).replaceAll('\r\n', '\n').trim();
  return `${String(about['name'])} ${String(about['version'])} (${String(about['license'])})\n\n${text}`.trim();
}

if (import.meta.main) {
  const root = dirname(dirname(fileURLToPath(import.meta.url)));
  await bundleAction(root, resolve(process.argv[2] ?? join(root, 'action/dist')));
}
