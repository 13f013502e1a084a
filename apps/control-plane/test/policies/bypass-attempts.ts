import { gzipSync } from 'node:zlib';
import type { Json } from '../api-calls.js';

/** A request that tries to get what a policy forbids, and how it is refused. */
export interface BypassAttempt {
  readonly name: string;
  /** What forbids it. */
  readonly policy: Json;
  readonly body: Json | string | Uint8Array;
  readonly headers?: Readonly<Record<string, string>>;
  readonly path?: string;
  readonly refused: readonly [status: number, reason: string];
}

const DENIED = [403, 'policy_denied'] as const;
const INVALID = [400, 'invalid_request'] as const;
const UNKNOWN_FIELD = [400, 'unknown_field'] as const;
const NO_JSON = [400, 'invalid_body'] as const;
const MIB = 1024 * 1024;

const deny = (resource_type: string, pattern: string): Json => ({ resource_type, effect: 'deny', pattern });
const allow = (resource_type: string, pattern: string): Json => ({ resource_type, effect: 'allow', pattern });
const NO_ALPINE = deny('image', 'alpine');
const NO_BRIDGE = deny('network', 'bridge');
const DIGEST = `sha256:${'0'.repeat(64)}`;

/** What comes with the other provider, so that only the policy can be what refuses. */
const image = (value: unknown): Json => ({ provider: 'mock', image: value });
const network = (fields: Json): Json => ({ provider: 'mock', image: 'test', ...fields });
const attempt =
  (policy: Json, refused: BypassAttempt['refused'] = DENIED) =>
  ([name, body, more = {}]: readonly [
    string,
    BypassAttempt['body'],
    Partial<BypassAttempt>?,
  ]): BypassAttempt => ({ name, policy, body, refused, ...more });

const LEFT_OUT: readonly BypassAttempt[] = [
  { name: 'the image', policy: deny('image', 'host'), body: { provider: 'mock' }, refused: DENIED },
  { name: 'the provider', policy: deny('provider', 'bubblewrap'), body: { image: 'test' }, refused: DENIED },
  { name: 'everything', policy: deny('provider', '**'), body: {}, refused: DENIED },
  {
    name: 'the network, where others alone are allowed',
    policy: allow('network', 'bridge'),
    body: image('test'),
    refused: DENIED,
  },
  {
    name: 'the image, by an empty template',
    policy: deny('image', 'host'),
    body: { provider: 'mock', template: '' },
    refused: DENIED,
  },
  {
    name: 'the image, by a template',
    policy: deny('image', 'host'),
    body: { provider: 'mock', template: 'python' },
    refused: [400, 'unsupported_field'],
  },
  ...['image', 'provider', 'network_mode'].flatMap((field) => [
    { name: `${field}, as an empty text`, policy: NO_ALPINE, body: { [field]: '' }, refused: INVALID },
    { name: `${field}, as null`, policy: NO_ALPINE, body: { [field]: null }, refused: INVALID },
  ]),
];

const ALIASES: readonly BypassAttempt[] = [
  ...[
    'alpine:latest',
    'library/alpine',
    'docker.io/alpine',
    'docker.io/library/alpine:latest',
    'index.docker.io/library/alpine',
    'registry-1.docker.io/library/alpine',
    'registry.hub.docker.com/library/alpine',
    'Docker.IO/library/alpine',
    'docker.io:443/library/alpine',
    'docker.io:0443/library/alpine',
    `alpine@${DIGEST}`,
    `alpine:3.19@${DIGEST}`,
    ' alpine',
    'alpine\n',
    DIGEST,
    '0'.repeat(64),
  ].map((value) => [JSON.stringify(value), image(value)] as const),
].map(attempt(NO_ALPINE));

const LETTERS: readonly BypassAttempt[] = [
  ['a Cyrillic a', image('\u0430lpine')],
  ['full width', image('\uff41lpine')],
  ['a combining accent', image('a\u0301lpine')],
  ['zero width', image('al\u200bpine')],
  ['text from right to left', image('\u202ealpine')],
  ['NUL', image('alpine\0')],
  ['NUL before a tag', image('busybox\0:alpine')],
  ['half a character', '{"provider":"mock","image":"\\ud800"}'],
  ['an escaped value', '{"provider":"mock","image":"\\u0061lpine"}'],
  ['a provider in capitals', { image: 'alpine', provider: 'MOCK' }],
].map(([name, body]) => attempt(NO_ALPINE)([String(name), body as Json]));

const PROVIDERS: readonly BypassAttempt[] = [
  ['capitals', { image: 'test', provider: 'Mock' }],
  ['white space', { image: 'test', provider: ' mock ' }],
  ['a line feed', { image: 'test', provider: 'mock\n' }],
  ['NUL', { image: 'test', provider: 'mock\0' }],
  ['a letter of another alphabet', { image: 'test', provider: 'm\u043eck' }],
].map(([name, body]) => attempt(deny('provider', 'mock'))([String(name), body as Json]));

const JSON_TEXTS: readonly BypassAttempt[] = [
  ...(
    [
      ['an escaped name', '{"provider":"mock","im\\u0061ge":"alpine"}'],
      ['white space of 3 MiB before it', `${' '.repeat(3 * MIB)}{"provider":"mock","image":"alpine"}`],
      ['white space of 3 MiB within', `{"provider":"mock",${' '.repeat(3 * MIB)}"image":"alpine"}`],
      ['gzip', gzipSync('{"provider":"mock","image":"alpine"}'), { headers: { 'content-encoding': 'gzip' } }],
    ] as const
  ).map(attempt(NO_ALPINE)),
  ...(
    [
      ['a member twice', '{"provider":"mock","image":"alpine","image":"test"}'],
      ['a member twice, the other way', '{"provider":"mock","image":"test","image":"alpine"}'],
      ['a member twice, once escaped', '{"provider":"mock","image":"test","im\\u0061ge":"alpine"}'],
      ['a member twice below', '{"provider":"mock","image":"alpine","metadata":{"a":"b","a":"c"}}'],
      ['the network twice', '{"provider":"mock","network_mode":"none","network_mode":"bridge"}'],
    ] as const
  ).map(attempt(NO_ALPINE, [400, 'repeated_field'])),
  ...(
    [
      ['a second document', '{"provider":"mock","image":"test"}{"image":"alpine"}'],
      ['a second line', '{"provider":"mock","image":"test"}\n{"image":"alpine"}'],
      ['bytes behind', '{"provider":"mock","image":"alpine"}x'],
      ['a comment', '{"provider":"mock",/**/"image":"alpine"}'],
      ['a comma at the end', '{"provider":"mock","image":"alpine",}'],
      ['a cut', '{"provider":"mock","image":"alpine"'],
      ['a BOM in UTF-16', Buffer.from('\ufeff{"provider":"mock","image":"alpine"}', 'utf16le')],
    ] as const
  ).map(attempt(NO_ALPINE, NO_JSON)),
  ...(
    [
      ['5 MiB', `{"provider":"mock","image":"alpine"${' '.repeat(5 * MIB)}}`],
      [
        'gzip of 64 MiB',
        gzipSync(Buffer.from(`{"image":"alpine"${' '.repeat(64 * MIB)}}`)),
        { headers: { 'content-encoding': 'gzip' } },
      ],
    ] as const
  ).map(attempt(NO_ALPINE, [413, 'body_too_large'])),
  ...(
    [
      ['an array', '[{"provider":"mock","image":"alpine"}]'],
      ['a list of images', image(['alpine'])],
      ['an object', image({ name: 'alpine' })],
      ['a number', image(1)],
    ] as const
  ).map(attempt(NO_ALPINE, INVALID)),
];

const NAMES: readonly BypassAttempt[] = [
  ...['Image', 'IMAGE', 'image ', ' image', 'image\0', '\uff49mage', 'images', 'image_name', 'imageRef'].map(
    (name) => [JSON.stringify(name), { provider: 'mock', [name]: 'alpine' }] as const,
  ),
  ['__proto__', '{"provider":"mock","__proto__":{"image":"alpine"}}'] as const,
  ['constructor', '{"provider":"mock","constructor":{"prototype":{"image":"alpine"}}}'] as const,
].map(attempt(NO_ALPINE, UNKNOWN_FIELD));

const NETWORKS: readonly BypassAttempt[] = [
  attempt(NO_BRIDGE)(['its own name', network({ network_mode: 'bridge' })]),
  attempt(deny('network', 'none'))(['no name', network({})]),
  attempt(NO_BRIDGE)(['an escaped name', '{"provider":"mock","image":"test","network\\u005fmode":"bridge"}']),
  ...['network', 'networkMode', 'Network_Mode', 'network-mode', 'net', 'networks', 'host_config'].map(
    (name) => attempt(NO_BRIDGE, UNKNOWN_FIELD)([`the field ${name}`, network({ [name]: 'bridge' })]),
  ),
  ...['BRIDGE', ' bridge', 'bridge\n', 'br\u0456dge', 'container:x', 'service:x', 'a/b', '-'].map((value) =>
    attempt(NO_BRIDGE, INVALID)([JSON.stringify(value), network({ network_mode: value })]),
  ),
  ...['host', 'default', 'slirp4netns'].map((value) =>
    attempt(NO_BRIDGE, [400, 'network_unknown'])([value, network({ network_mode: value })]),
  ),
];

const FORM = 'application/x-www-form-urlencoded';
const CONTENT_TYPES: readonly BypassAttempt[] = [
  ...['text/plain', FORM, 'multipart/form-data; boundary=x', 'application/octet-stream', 'application/xml'],
  ...['application/json; charset=utf-16', 'application/json; charset=utf-7', 'x', ''],
].map((type) =>
  attempt(NO_ALPINE)([
    type === '' ? 'nothing' : type,
    '{"provider":"mock","image":"alpine"}',
    { headers: { 'content-type': type } },
  ]),
);

const AROUND: readonly BypassAttempt[] = [
  attempt(NO_ALPINE)(['an owner in a header', image('alpine'), { headers: { 'x-user-id': 'root' } }]),
  attempt(NO_ALPINE)(['a tenant in the body', { ...image('alpine'), tenant_id: 'tn-other' }]),
  attempt(NO_ALPINE)([
    'a method in a header',
    image('alpine'),
    { headers: { 'x-http-method-override': 'PUT' } },
  ]),
  attempt(NO_ALPINE)([
    'an image in metadata and labels',
    { ...image('alpine'), metadata: { image: 'test' }, requirements: {} },
  ]),
  attempt(NO_ALPINE, [400, 'unknown_parameter'])([
    'an image in the query',
    image('alpine'),
    { path: '/sandboxes?image=test' },
  ]),
  ...['//sandboxes', '/Sandboxes', '/sandboxes;a=b', '/./sandboxes/.', '/%73andboxes'].map((path) =>
    attempt(NO_ALPINE, [404, 'route_not_found'])([`the path ${path}`, image('alpine'), { path }]),
  ),
  attempt(NO_ALPINE)(['the path /sandboxes/', image('alpine'), { path: '/sandboxes/' }]),
];

/** By what they try. */
export const BYPASS_ATTEMPTS = {
  'leaving out': LEFT_OUT,
  'an image of another name:': ALIASES,
  'other letters in an image:': LETTERS,
  'a provider with': PROVIDERS,
  'a body with': JSON_TEXTS,
  'the field': NAMES,
  'a network by': NETWORKS,
  'the content type': CONTENT_TYPES,
  with: AROUND,
} as const satisfies Readonly<Record<string, readonly BypassAttempt[]>>;
