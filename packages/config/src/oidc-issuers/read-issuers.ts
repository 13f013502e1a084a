import { resolve } from 'node:path';
import { placeIn } from '../config-file.js';
import type { ConfigProblem } from '../errors.js';
import type { FileContents } from '../file-contents.js';
import { type NoteProblem, RecordReader } from '../policies/record-reader.js';
import { readTextFile } from '../read-text.js';
import type { SourcedValue, SourcedValues } from '../sourced-values.js';
import { TEXT_FORMATS } from '../text-formats.js';
import type { YamlNode, YamlPosition } from '../yaml/node.js';
import { OIDC_ISSUER_FIELDS, OIDC_ISSUER_NAME, OIDC_ROLES, type OidcIssuer } from './oidc-issuer.js';

const KEY = 'auth.oidc_issuers';

export interface OidcIssuersReading {
  readonly problems: readonly ConfigProblem[];
  /** Of the files with public keys. */
  readonly contents: FileContents;
}

/** Puts issuers in the place of the maps that describe them. @param broken keys that have been reported */
export function resolveOidcIssuers(values: SourcedValues, broken: ReadonlySet<string>): OidcIssuersReading {
  const sourced = values.get(KEY);
  const problems: ConfigProblem[] = [];
  const contents = new Map<string, string>();
  if (sourced === undefined || broken.has(KEY)) return { problems, contents };
  const { origin } = sourced;
  const note: NoteProblem = (code, position, message) =>
    void problems.push({
      code,
      key: KEY,
      origin: sourced.node === undefined ? origin : placeIn(origin.name, position),
      message,
    });
  const issuers = itemsOf(sourced).map((node, index) => {
    const reader = new RecordReader(node, `issuer ${index + 1}`, OIDC_ISSUER_FIELDS, note);
    return readIssuer(reader, (path) => {
      const absolute = resolve(sourced.baseDir, path);
      const read = readTextFile(absolute);
      contents.set(absolute, read.content);
      return 'text' in read ? read.text : undefined;
    });
  });
  if (problems.length === 0) refuseTwins(issuers, (message) => note('conflict', START, message));
  if (problems.length === 0) values.set(KEY, { ...sourced, value: issuers });
  return { problems, contents };
}

function readIssuer(reader: RecordReader, readFile: (path: string) => string | undefined): OidcIssuer {
  const text = (field: string): string | undefined => {
    const value = reader.optionalText(field);
    if (value?.trim() === '') reader.refuse(field, 'must not be empty; leave it out where there is none');
    return value;
  };
  const url = (field: string, value: string | undefined): void => {
    const { matches, demand } = TEXT_FORMATS.http_url;
    if (value !== undefined && value !== '' && !matches(value)) reader.refuse(field, `must be ${demand}`);
  };
  const name = reader.text('name');
  if (reader.isSound && !OIDC_ISSUER_NAME.test(name)) {
    reader.refuse('name', 'must be 1 to 63 lower-case letters, digits and hyphens, such as corp');
  }
  const issuer = reader.text('issuer');
  url('issuer', issuer);
  const jwksUrl = text('jwks_url');
  url('jwks_url', jwksUrl);
  const tenants = reader.texts('tenants');
  if (tenants?.length === 0)
    reader.refuse('tenants', 'must name one at least; leave it out to allow every tenant');
  const clientIds = reader.texts('client_ids');
  if (clientIds?.length === 0)
    reader.refuse('client_ids', 'must name one at least; leave it out where it is the audience');
  return {
    name,
    issuer,
    audience: text('audience'),
    clientIds,
    jwksUrl,
    publicKey: publicKeyOf(reader, text, readFile),
    groupsClaim: text('groups_claim'),
    tenantClaim: text('tenant_claim'),
    tenants,
    adminGroups: reader.texts('admin_groups'),
    operatorGroups: reader.texts('operator_groups'),
    viewerGroups: reader.texts('viewer_groups'),
    defaultRole: reader.oneOf('default_role', OIDC_ROLES, 'none'),
  };
}

function publicKeyOf(
  reader: RecordReader,
  text: (field: string) => string | undefined,
  readFile: (path: string) => string | undefined,
): string | undefined {
  const [key, path] = [text('public_key'), text('public_key_file')];
  if (path === undefined) return key;
  if (key !== undefined) {
    reader.refuse('public_key_file', 'is set beside public_key; remove one of them');
    return undefined;
  }
  // It has been refused.
  if (path.trim() === '') return undefined;
  const content = readFile(path);
  if (content === undefined) {
    reader.refuse('public_key_file', 'cannot be read; it must be a file with a PEM public key');
  }
  return content;
}

function refuseTwins(issuers: readonly OidcIssuer[], refuse: (message: string) => void): void {
  for (const [index, { name, issuer }] of issuers.entries()) {
    const before = issuers.slice(0, index);
    if (before.some((other) => other.name === name))
      refuse(`two issuers have the name ${JSON.stringify(name)}`);
    if (before.some((other) => other.issuer === issuer)) refuse(`the issuer ${issuer} is there twice`);
  }
}

const START: YamlPosition = { line: 1, column: 1 };

function itemsOf({ node, value }: SourcedValue): readonly YamlNode[] {
  if (node !== undefined) return node.kind === 'list' ? node.items : [];
  return Array.isArray(value) ? value.map(nodeOf) : [];
}

/** A value of a variable or flag, which has no place of its own. */
function nodeOf(value: unknown): YamlNode {
  const placed = { position: START, size: 1, depth: 1 };
  if (Array.isArray(value)) return { kind: 'list', items: value.map(nodeOf), ...placed };
  if (typeof value !== 'object' || value === null) {
    return { kind: 'scalar', value: (value ?? null) as string | number | boolean | null, ...placed };
  }
  const entries = Object.entries(value).map(
    ([name, member]) => [name, { keyPosition: START, node: nodeOf(member) }] as const,
  );
  return { kind: 'map', entries: new Map(entries), ...placed };
}
