const COMPONENT = '[a-z0-9]+(?:(?:\\.|_{1,2}|-+)[a-z0-9]+)*';
const REGISTRY = '[a-zA-Z0-9](?:[a-zA-Z0-9.-]*[a-zA-Z0-9])?(?::\\d+)?';
/** `[registry/]path[:tag][@digest]`, as the engine accepts it (github.com/distribution/reference). */
const REFERENCE = new RegExp(
  `^(?:(?<first>${REGISTRY})/)?(?<path>${COMPONENT}(?:/${COMPONENT})*)(?::(?<tag>\\w[\\w.-]{0,127}))?(?<digest>@sha256:[0-9a-f]{64})?$`,
);
const ONE_COMPONENT = new RegExp(`^${COMPONENT}$`);
const MAX_CHARACTERS = 512;

/**
 * The one spelling that the engine lists an image under: `alpine`, `library/alpine:latest` and `docker.io/library/alpine` are all
 * `alpine:latest`; a digest wins over a tag. Undefined for what is no reference. An image id is none: it would name an
 * image past every rule about names.
 */
export function familiarReference(text: string): string | undefined {
  if (text.length > MAX_CHARACTERS) return undefined;
  const { first, path, tag, digest } = REFERENCE.exec(text)?.groups ?? {};
  if (path === undefined) return undefined;
  const name = familiarName(first, path);
  if (name === undefined || /^[0-9a-f]{64}$/.test(name)) return undefined;
  if (digest !== undefined) return `${name}${digest}`;
  if (name === 'sha256' && tag !== undefined) return undefined;
  return `${name}:${tag ?? 'latest'}`;
}

function familiarName(first: string | undefined, path: string): string | undefined {
  if (first === undefined) return path;
  if (first === 'docker.io' || first === 'index.docker.io') {
    return path.startsWith('library/') ? path.slice('library/'.length) : path;
  }
  if (/[.:]/.test(first) || first === 'localhost') return `${first}/${path}`;
  if (!ONE_COMPONENT.test(first)) return undefined;
  return first === 'library' ? path : `${first}/${path}`;
}
