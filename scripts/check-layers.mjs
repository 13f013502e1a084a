// Proves that packages keep to their floors: an import goes only to a lower floor, and only to what package.json declares.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

const FLOORS = {
  duration: 0,
  token: 0,
  logging: 0,
  policy: 0,
  audit: 0,
  config: 1,
  store: 1,
  'worker-rpc': 1,
  auth: 1,
  providers: 1,
  orchestrator: 2,
  api: 2,
  'control-plane': 3,
  worker: 3,
  cli: 3,
  'admin-ui': 3,
};

/**
 * Checks every package below `root`.
 *
 * @param {string} root the directory that has `packages/` and `apps/`
 * @returns {string[]} one line for each import that is not allowed
 */
export function checkLayers(root) {
  return ['packages', 'apps']
    .filter((group) => existsSync(join(root, group)))
    .flatMap((group) => readdirSync(join(root, group)).map((name) => join(root, group, name)))
    .filter((directory) => existsSync(join(directory, 'package.json')))
    .flatMap((directory) => checkPackage(root, directory));
}

function checkPackage(root, directory) {
  const manifest = JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8'));
  const self = floorName(manifest.name);
  if (FLOORS[self] === undefined) return [`${relative(root, directory)}: ${manifest.name} has no floor`];
  const shipped = {
    ...manifest.dependencies,
    ...manifest.optionalDependencies,
    ...manifest.peerDependencies,
  };
  const allowed = { src: shipped, test: { ...shipped, ...manifest.devDependencies } };
  return Object.entries(allowed).flatMap(([folder, declared]) =>
    sourceFiles(join(directory, folder)).flatMap((file) =>
      importsOf(file).flatMap((specifier) => {
        const problem = judge({ specifier, file, directory, self, declared, folder, ownName: manifest.name });
        return problem === undefined ? [] : [`${relative(root, file)}: ${problem}`];
      }),
    ),
  );
}

function judge({ specifier, file, directory, self, declared, folder, ownName }) {
  if (specifier.startsWith('.')) {
    const target = relative(directory, resolve(dirname(file), specifier));
    return target.startsWith('..') ? `"${specifier}" leaves the package` : undefined;
  }
  if (isBuiltin(specifier))
    return specifier.startsWith('node:') ? undefined : `"${specifier}" lacks the node: prefix`;
  const name = specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
  if (name === ownName) return undefined;
  const target = floorName(name);
  if (target !== undefined) {
    if (FLOORS[target] === undefined) return `"${specifier}" has no floor`;
    if (FLOORS[target] >= FLOORS[self]) {
      const direction = FLOORS[target] > FLOORS[self] ? 'up' : 'sideways';
      return `"${specifier}" goes ${direction}: floor ${FLOORS[self]} to floor ${FLOORS[target]}`;
    }
  }
  if (declared[name] !== undefined) return undefined;
  if (folder === 'test' && TEST_TOOLS.has(name)) return undefined;
  return `"${specifier}" is not declared in package.json`;
}

/** What every test may use; declared once, by the root package. */
const TEST_TOOLS = new Set(['mocha', 'chai', 'fast-check', 'js-yaml', 'typescript']);

function floorName(packageName) {
  return packageName.startsWith('@stacyvm/') ? packageName.slice('@stacyvm/'.length) : undefined;
}

function importsOf(file) {
  return ts
    .preProcessFile(readFileSync(file, 'utf8'), true, true)
    .importedFiles.map(({ fileName }) => fileName);
}

function sourceFiles(directory) {
  if (!existsSync(directory)) return [];
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.(ts|tsx|mts)$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const problems = checkLayers(resolve(dirname(fileURLToPath(import.meta.url)), '..'));
  for (const problem of problems) console.error(problem);
  process.exitCode = problems.length > 0 ? 1 : 0;
}
