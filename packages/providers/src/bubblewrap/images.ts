import { existsSync } from 'node:fs';
import { lstat, readdir, readFile, readlink } from 'node:fs/promises';
import { isAbsolute, join, resolve } from 'node:path';
import { imageUnknown, ProviderError } from '../errors.js';

/** The image that is the host's own /usr, read-only. */
export const HOST_IMAGE = 'host';

/** A read-only part of a sandbox's root. */
export type RootEntry =
  | { readonly kind: 'bind'; readonly source: string; readonly target: string }
  | { readonly kind: 'bind-try'; readonly source: string; readonly target: string }
  | { readonly kind: 'symlink'; readonly to: string; readonly target: string };

/** What a sandbox's root is made of. */
export interface RootLayout {
  readonly entries: readonly RootEntry[];
  /** The image's directory when it is not the host: bound as a whole below the staging directory. */
  readonly rootfs: string | undefined;
  /** Generated files of /etc: `fresh` ones are created, the others are bound over a file that the image has. */
  readonly files: ReadonlyArray<{
    readonly target: string;
    readonly content: string;
    readonly fresh: boolean;
  }>;
}

/** These are made new in every sandbox, whatever the image has there. */
const OWN_MOUNTS = new Set(['dev', 'proc', 'sys', 'tmp', 'workspace']);
const HOST_TOP_LEVEL = ['bin', 'sbin', 'lib', 'lib32', 'lib64', 'libx32'];
const HOST_ETC = [
  'ld.so.cache',
  'ld.so.conf',
  'ld.so.conf.d',
  'alternatives',
  'ssl',
  'ca-certificates',
  'pki',
  'localtime',
];

/** The images an operator has registered: a name and a root file system directory each, and `host`. */
export class ImageCatalogue {
  readonly #directories: ReadonlyMap<string, string>;

  /** @throws ProviderError `invalid_request` for a name or directory that cannot be used */
  constructor(images: Readonly<Record<string, string>>) {
    for (const [name, directory] of Object.entries(images)) {
      if (name === HOST_IMAGE || !/^[A-Za-z0-9][A-Za-z0-9._:/@-]{0,254}$/.test(name)) {
        throw new ProviderError('invalid_request', `image name ${JSON.stringify(name)} cannot be registered`);
      }
      if (!isAbsolute(directory) || resolve(directory) === '/') {
        throw new ProviderError(
          'invalid_request',
          `image ${name} needs an absolute root file system directory`,
        );
      }
    }
    this.#directories = new Map(Object.entries(images).map(([name, path]) => [name, resolve(path)]));
  }

  names(): readonly string[] {
    return [HOST_IMAGE, ...this.#directories.keys()];
  }

  /** @throws ProviderError `image_unknown`, or `spawn_failed` when the image's directory cannot be read */
  async layout(image: string, sandboxId: string): Promise<RootLayout> {
    if (image === HOST_IMAGE) return await hostLayout(sandboxId);
    const directory = this.#directories.get(image);
    if (directory === undefined) throw imageUnknown(image, this.names());
    try {
      return await rootfsLayout(directory, sandboxId);
    } catch (error) {
      throw new ProviderError('spawn_failed', `image ${image}: its directory cannot be read`, {
        cause: error,
      });
    }
  }
}

async function hostLayout(sandboxId: string): Promise<RootLayout> {
  const entries: RootEntry[] = [{ kind: 'bind', source: '/usr', target: '/usr' }];
  for (const name of HOST_TOP_LEVEL) {
    const path = `/${name}`;
    if (existsSync(path)) entries.push(await entryFor(path, path));
  }
  for (const name of HOST_ETC) {
    entries.push({ kind: 'bind-try', source: `/etc/${name}`, target: `/etc/${name}` });
  }
  const files = Object.entries(generatedFiles(sandboxId, undefined));
  return {
    entries,
    rootfs: undefined,
    files: files.map(([target, content]) => ({ target, content, fresh: true })),
  };
}

async function rootfsLayout(directory: string, sandboxId: string): Promise<RootLayout> {
  const names = (await readdir(directory)).filter((name) => !OWN_MOUNTS.has(name));
  const entries = await Promise.all(names.map((name) => entryFor(join(directory, name), `/${name}`)));
  return {
    entries,
    rootfs: directory,
    files: await replacedFiles(directory, names.includes('etc'), sandboxId),
  };
}

/** A read-only image cannot be given new files, only other content for those it has. Its links are not followed on the host. */
async function replacedFiles(
  directory: string,
  hasEtc: boolean,
  sandboxId: string,
): Promise<RootLayout['files']> {
  const fresh = (content: Readonly<Record<string, string>>) =>
    Object.entries(content).map(([target, text]) => ({ target, content: text, fresh: !hasEtc }));
  if (!hasEtc) return fresh(generatedFiles(sandboxId, undefined));
  if (!(await lstat(join(directory, 'etc'))).isDirectory()) return [];
  const hasPasswd = await isPlainFile(join(directory, 'etc/passwd'));
  const passwd = hasPasswd ? await readFile(join(directory, 'etc/passwd'), 'utf8') : undefined;
  const files = fresh(generatedFiles(sandboxId, passwd));
  const replaceable = await Promise.all(files.map(({ target }) => isPlainFile(join(directory, target))));
  return files.filter((_, index) => replaceable[index]);
}

async function entryFor(source: string, target: string): Promise<RootEntry> {
  const status = await lstat(source);
  return status.isSymbolicLink()
    ? { kind: 'symlink', to: await readlink(source), target }
    : { kind: 'bind', source, target };
}

async function isPlainFile(path: string): Promise<boolean> {
  return await lstat(path).then(
    (status) => status.isFile(),
    () => false,
  );
}

function generatedFiles(sandboxId: string, passwd: string | undefined): Readonly<Record<string, string>> {
  const users = (passwd ?? 'root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/false\n')
    .split('\n')
    .filter((line) => line !== '' && line.split(':')[2] !== '1000');
  return {
    '/etc/passwd': `${[...users, 'sandbox:x:1000:1000:sandbox:/workspace:/bin/sh'].join('\n')}\n`,
    ...(passwd === undefined
      ? {
          '/etc/group': 'root:x:0:\nsandbox:x:1000:\nnogroup:x:65534:\n',
          '/etc/nsswitch.conf': 'passwd: files\ngroup: files\nhosts: files dns\n',
        }
      : {}),
    '/etc/hosts': `127.0.0.1 localhost\n::1 localhost\n127.0.1.1 ${sandboxId}\n`,
    '/etc/resolv.conf': '',
  };
}
