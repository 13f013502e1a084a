import { PolicyError } from './errors.js';

/**
 * An image reference, by the grammar of the OCI distribution project: `[host[:port]/]path[:tag][@digest]`. Docker Hub is the host of a
 * reference without one, and `library/` the path of a Docker Hub image without one.
 */
export interface ImageReference {
  /** Every way to write host and path, the complete one first. */
  readonly names: readonly string[];
  readonly tag: string | undefined;
  readonly digest: string | undefined;
  /** Whether `latest` is the tag when neither a tag nor a digest is written. */
  readonly hasDefaultTag: boolean;
}

const MAX_REFERENCE_LENGTH = 512;
const MAX_NAME_LENGTH = 255;
const HOST = /^(?:\[[0-9a-f:]+\]|[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?)(?::(\d{1,8}))?$/;
const HOST_FAULT = /\.\.|\.-|-\./;
const PATH_COMPONENT = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*$/;
const TAG = /^\w[\w.-]{0,127}$/;
const DIGEST = /^(?:sha256:[0-9a-f]{64}|sha384:[0-9a-f]{96}|sha512:[0-9a-f]{128})$/;
/** A name of a provider's own catalogue, such as `MyRootfs`. No registry has it. */
const CATALOGUE_NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,254}$/;
/** What an engine reads as the id of an image that it already has, whatever repository that came from. */
const IMAGE_ID = /^(?:sha256:)?[0-9a-f]{64}$/i;

/** The hosts of Docker Hub. All serve the same images. */
const HUB_HOSTS = ['docker.io', 'index.docker.io', 'registry-1.docker.io', 'registry.hub.docker.com'];
const OFFICIAL = 'library/';

/**
 * @param text white space around it is ignored
 * @throws PolicyError `invalid_value`
 */
export function parseImageReference(text: string): ImageReference {
  const value = text.trim();
  if (value.length > MAX_REFERENCE_LENGTH)
    throw invalid(`it has more than ${MAX_REFERENCE_LENGTH} characters`);
  if (IMAGE_ID.test(value))
    throw invalid('an image id says nothing about where the image is from; use its name');
  const [tagged = '', digest, ...more] = value.split('@');
  if (more.length > 0 || (digest !== undefined && !DIGEST.test(digest))) {
    throw invalid(
      'the digest must be sha256:, sha384: or sha512: with all its lower-case hexadecimal digits',
    );
  }
  const colon = tagged.indexOf(':', tagged.lastIndexOf('/') + 1);
  const name = colon < 0 ? tagged : tagged.slice(0, colon);
  const tag = colon < 0 ? undefined : tagged.slice(colon + 1);
  if (tag !== undefined && !TAG.test(tag))
    throw invalid('the tag must be 1 to 128 letters, digits, _, . or -');
  const names = namesOf(name);
  if (names !== undefined) return { names, tag, digest, hasDefaultTag: true };
  if (CATALOGUE_NAME.test(value))
    return { names: [value], tag: undefined, digest: undefined, hasDefaultTag: false };
  throw invalid('write it as [host[:port]/]path[:tag][@digest], with a path in lower case');
}

/** The same, with `undefined` for a text that is no reference. */
export function readImageReference(text: string): ImageReference | undefined {
  try {
    return parseImageReference(text);
  } catch (error) {
    if (error instanceof PolicyError) return undefined;
    throw error;
  }
}

/** `undefined` when it is not the name of a repository. */
function namesOf(name: string): readonly string[] | undefined {
  const slash = name.indexOf('/');
  const first = name.slice(0, Math.max(slash, 0)).toLowerCase();
  const hasHost = /[.:]/.test(first) || first === 'localhost';
  const hosts = hasHost ? hostSpellings(first) : hubHosts();
  if (hosts === undefined) return undefined;
  const path = hasHost ? name.slice(slash + 1) : name;
  if (name.length > MAX_NAME_LENGTH || !path.split('/').every((part) => PATH_COMPONENT.test(part)))
    return undefined;
  if (!hosts.includes('docker.io')) return hosts.map((host) => `${host}/${path}`);
  const short = path.startsWith(OFFICIAL) ? path.slice(OFFICIAL.length) : path;
  const official = !short.includes('/');
  const paths = official ? [`${OFFICIAL}${short}`, short] : [path];
  // Without a host, a path such as `localhost/x` would be the name of something else.
  const bare = paths.filter((each) => !/^(?:[^/]*[.:][^/]*|localhost)\//.test(each));
  return [...hosts.flatMap((host) => paths.map((each) => `${host}/${each}`)), ...bare];
}

/** 443 is the port of a host without one. */
function hostSpellings(written: string): readonly string[] | undefined {
  const match = HOST.exec(written);
  if (match === null || HOST_FAULT.test(written)) return undefined;
  const port = Number(match[1] ?? 443);
  if (port < 1 || port > 65_535) return undefined;
  const host = match[1] === undefined ? written : written.slice(0, -(match[1].length + 1));
  if (port !== 443) return [`${host}:${port}`];
  return HUB_HOSTS.includes(host) ? hubHosts() : [host, `${host}:443`];
}

function hubHosts(): readonly string[] {
  return [...HUB_HOSTS, ...HUB_HOSTS.map((host) => `${host}:443`)];
}

function invalid(why: string): PolicyError {
  return new PolicyError('invalid_value', `not an image reference: ${why}`);
}
