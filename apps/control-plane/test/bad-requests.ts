import { gzipSync } from 'node:zlib';

/** A request that must be refused, and how. */
export interface BadRequest {
  readonly name: string;
  /** `METHOD path`; `:id` stands for a sandbox that runs. */
  readonly to: string;
  readonly body?: unknown;
  readonly raw?: string | Uint8Array;
  readonly headers?: Readonly<Record<string, string>>;
  readonly status: number;
  readonly reason: string;
}

const SPAWN = 'POST /api/v1/sandboxes';
const EXEC = 'POST /api/v1/sandboxes/:id/exec';
const LIST = 'GET /api/v1/sandboxes';
const bad = (reason: string) => ({ status: 400, reason });
const invalid = bad('invalid_request');
const MB = 1024 * 1024;

const BODIES: readonly BadRequest[] = [
  { name: 'no body', to: SPAWN, ...bad('invalid_body') },
  { name: 'an empty body', to: SPAWN, headers: { 'content-length': '0' }, ...bad('invalid_body') },
  {
    name: 'an empty chunked body',
    to: SPAWN,
    headers: { 'transfer-encoding': 'chunked' },
    raw: '0\r\n\r\n',
    ...bad('invalid_body'),
  },
  { name: 'white space', to: SPAWN, raw: '  \n', ...bad('invalid_body') },
  { name: 'an array for an object', to: SPAWN, raw: '[]', ...invalid },
  { name: 'null for an object', to: SPAWN, raw: 'null', ...bad('invalid_body') },
  { name: 'a text for an object', to: SPAWN, raw: '"host"', ...bad('invalid_body') },
  { name: 'bytes after the JSON', to: SPAWN, raw: '{}{}', ...bad('invalid_body') },
  { name: 'a comma too many', to: SPAWN, raw: '{"image":"host",}', ...bad('invalid_body') },
  { name: 'a body that is cut', to: SPAWN, raw: '{"image":"ho', ...bad('invalid_body') },
  { name: 'NaN', to: SPAWN, raw: '{"memory_mb":NaN}', ...bad('invalid_body') },
  {
    name: 'bytes that are not UTF-8',
    to: SPAWN,
    raw: Buffer.from('7b22696d616765223a22fffe227d', 'hex'),
    ...bad('invalid_body'),
  },
  { name: 'UTF-16', to: SPAWN, raw: Buffer.from('\ufeff{}', 'utf16le'), ...bad('invalid_body') },
  {
    name: 'a body over 4 MiB',
    to: SPAWN,
    body: { image: 'a'.repeat(4 * MB) },
    status: 413,
    reason: 'body_too_large',
  },
  {
    name: 'a small body that inflates to 64 MiB',
    to: SPAWN,
    raw: gzipSync(Buffer.alloc(64 * MB, 0x20)),
    headers: { 'content-encoding': 'gzip' },
    status: 413,
    reason: 'body_too_large',
  },
  {
    name: 'what is said to be gzip and is not',
    to: SPAWN,
    raw: '{}',
    headers: { 'content-encoding': 'gzip' },
    ...bad('invalid_body'),
  },
  {
    name: 'an unknown encoding',
    to: SPAWN,
    raw: '{}',
    headers: { 'content-encoding': 'rot13' },
    ...bad('invalid_body'),
  },
  { name: 'a million open brackets', to: SPAWN, raw: '['.repeat(1_000_000), ...bad('invalid_body') },
  {
    name: 'objects 300,000 deep',
    to: SPAWN,
    raw: `{"metadata":${'{"a":'.repeat(300_000)}1${'}'.repeat(300_000)}}`,
    ...invalid,
  },
  {
    name: '200,000 unknown fields',
    to: SPAWN,
    body: Object.fromEntries(Array.from({ length: 200_000 }, (_, index) => [`k${index}`, 1])),
    ...bad('unknown_field'),
  },
];

const FIELDS: readonly BadRequest[] = [
  { name: 'an unknown field', to: SPAWN, body: { privileged: true }, ...bad('unknown_field') },
  { name: 'a field in another case', to: SPAWN, body: { Image: 'host' }, ...bad('unknown_field') },
  { name: '__proto__', to: SPAWN, raw: '{"__proto__":{"image":"host"}}', ...bad('unknown_field') },
  { name: 'a number as a text', to: SPAWN, body: { memory_mb: '512' }, ...invalid },
  { name: 'a text as a number', to: SPAWN, body: { image: 5 }, ...invalid },
  { name: 'null for a text', to: SPAWN, body: { image: null }, ...invalid },
  { name: 'an array for a text', to: SPAWN, body: { image: ['host'] }, ...invalid },
  { name: 'a negative number', to: SPAWN, body: { memory_mb: -1 }, ...invalid },
  { name: 'a fraction', to: SPAWN, body: { vcpus: 1.5 }, ...invalid },
  { name: 'a huge number', to: SPAWN, body: { vcpus: 1e15 }, ...invalid },
  { name: 'a number beyond all', to: SPAWN, raw: '{"memory_mb":1e400}', ...invalid },
  { name: 'an empty image', to: SPAWN, body: { image: '' }, ...invalid },
  { name: 'an image of 10 kB', to: SPAWN, body: { image: 'a'.repeat(10_000) }, ...invalid },
  { name: 'NUL in an image', to: SPAWN, body: { image: 'ho\0st' }, ...invalid },
  { name: 'a path as an image', to: SPAWN, body: { image: '../../etc' }, ...bad('image_unknown') },
  { name: 'an unknown image', to: SPAWN, body: { image: 'nope' }, ...bad('image_unknown') },
  {
    name: 'an unknown provider',
    to: SPAWN,
    body: { provider: 'nope' },
    status: 404,
    reason: 'provider_unknown',
  },
  {
    name: 'NUL in a provider',
    to: SPAWN,
    body: { provider: 'mo\0ck' },
    status: 404,
    reason: 'provider_unknown',
  },
  ...['soon', '5', '-1m', '0s', '1d', '5m ', '1e3s', '٣s'].map((ttl) => ({
    name: `the ttl ${JSON.stringify(ttl)}`,
    to: SPAWN,
    body: { ttl },
    ...bad('invalid_duration'),
  })),
  { name: 'an endless ttl', to: SPAWN, body: { ttl: '9999999h' }, status: 429, reason: 'ttl_too_long' },
  {
    name: 'a ttl of digits alone',
    to: SPAWN,
    body: { ttl: `${'9'.repeat(60)}h` },
    ...bad('invalid_duration'),
  },
  { name: 'NUL in metadata', to: SPAWN, body: { metadata: { a: '\0' } }, ...invalid },
  { name: 'half a character in metadata', to: SPAWN, body: { metadata: { a: '\ud800' } }, ...invalid },
  { name: 'metadata that is nested', to: SPAWN, body: { metadata: { a: { b: 'c' } } }, ...invalid },
  {
    name: '65 entries of metadata',
    to: SPAWN,
    body: { metadata: Object.fromEntries(Array.from({ length: 65 }, (_, index) => [`k${index}`, 'v'])) },
    ...invalid,
  },
  { name: 'an owner that is a path', to: SPAWN, body: { owner_id: 'a/b' }, ...invalid },
  { name: 'an owner with a line feed', to: SPAWN, body: { owner_id: 'a\nb' }, ...invalid },
  { name: 'an owner of 129 characters', to: SPAWN, body: { owner_id: 'a'.repeat(129) }, ...invalid },
  { name: 'a blank X-User-ID', to: SPAWN, body: {}, headers: { 'x-user-id': '' }, ...invalid },
  { name: 'a path as X-User-ID', to: SPAWN, body: {}, headers: { 'x-user-id': '../a' }, ...invalid },
  { name: 'a long X-User-ID', to: SPAWN, body: {}, headers: { 'x-user-id': 'a'.repeat(129) }, ...invalid },
  { name: 'two X-User-ID', to: SPAWN, body: {}, headers: { 'x-user-id': 'a, b' }, ...invalid },
];

const PROGRAMS: readonly BadRequest[] = [
  { name: 'NUL in the command', to: EXEC, body: { command: 'tr\0ue' }, ...invalid },
  { name: 'NUL in an argument', to: EXEC, body: { command: 'true', args: ['\0'] }, ...invalid },
  { name: 'NUL in the environment', to: EXEC, body: { command: 'true', env: { A: '\0' } }, ...invalid },
  { name: 'NUL in the workdir', to: EXEC, body: { command: 'true', workdir: '/\0' }, ...invalid },
  {
    name: '= in the name of a variable',
    to: EXEC,
    body: { command: 'true', env: { 'A=B': 'c' } },
    ...invalid,
  },
  { name: 'an empty name of a variable', to: EXEC, body: { command: 'true', env: { '': 'c' } }, ...invalid },
  { name: 'a number in the environment', to: EXEC, body: { command: 'true', env: { A: 1 } }, ...invalid },
  { name: 'an unknown mode', to: EXEC, body: { command: 'true', mode: 'sudo' }, ...invalid },
  { name: 'argv without a command', to: EXEC, body: { command: ' ', mode: 'argv' }, ...invalid },
  { name: 'arguments as a text', to: EXEC, body: { command: 'true', args: '-x' }, ...invalid },
  {
    name: '10,001 arguments',
    to: EXEC,
    body: { args: Array.from({ length: 10_001 }, () => 'a') },
    ...invalid,
  },
  {
    name: 'stdin that is not base64',
    to: EXEC,
    body: { command: 'cat', stdin: 'a*b=', stdin_encoding: 'base64' },
    ...invalid,
  },
  {
    name: 'base64 without its padding',
    to: EXEC,
    body: { command: 'cat', stdin: 'YQ', stdin_encoding: 'base64', stream: true },
    ...invalid,
  },
  {
    name: 'an unknown encoding of stdin',
    to: EXEC,
    body: { command: 'cat', stdin: '', stdin_encoding: 'hex' },
    ...invalid,
  },
  { name: 'a bad timeout', to: EXEC, body: { command: 'true', timeout: '1 s' }, ...bad('invalid_duration') },
  {
    name: 'a timeout of nothing',
    to: EXEC,
    body: { command: 'true', timeout: '0s' },
    ...bad('invalid_duration'),
  },
  {
    name: 'a negative timeout',
    to: EXEC,
    body: { command: 'true', timeout: '-1s' },
    ...bad('invalid_duration'),
  },
  {
    name: 'a timeout above the maximum',
    to: EXEC,
    body: { command: 'true', timeout: '11m' },
    status: 429,
    reason: 'exec_timeout_too_long',
  },
  { name: 'stream as a text', to: EXEC, body: { command: 'true', stream: 'true' }, ...invalid },
  { name: 'an unknown field', to: EXEC, body: { command: 'true', tty: true }, ...bad('unknown_field') },
];

const notFound = { status: 404, reason: 'route_not_found' };
const PATHS: readonly BadRequest[] = [
  { name: 'an unknown route', to: 'GET /api/v1/nothing', ...notFound },
  { name: 'the root', to: 'GET /', ...notFound },
  { name: 'the base path in another case', to: 'POST /API/v1/sandboxes', body: {}, ...notFound },
  { name: 'a route in another case', to: 'POST /api/v1/Sandboxes', body: {}, ...notFound },
  { name: 'two slashes in front', to: 'POST //api/v1/sandboxes', body: {}, ...notFound },
  { name: 'two slashes within', to: 'POST /api/v1//sandboxes', body: {}, ...notFound },
  { name: 'dots in a path', to: 'GET /api/v1/sandboxes/../workers', ...notFound },
  { name: 'encoded dots', to: 'GET /api/v1/sandboxes/%2e%2e', ...invalid },
  { name: 'encoded slashes in an id', to: 'GET /api/v1/sandboxes/..%2f..%2fetc', ...invalid },
  { name: 'an encoded NUL', to: 'DELETE /api/v1/sandboxes/sb-%00', ...invalid },
  { name: 'half an escape', to: 'GET /api/v1/sandboxes/%zz', ...invalid },
  { name: 'an escape that is not UTF-8', to: 'GET /api/v1/sandboxes/%ff', ...invalid },
  { name: 'an id in capitals', to: 'GET /api/v1/sandboxes/SB-1', ...invalid },
  { name: 'an id of 10 kB', to: `GET /api/v1/sandboxes/${'a'.repeat(10_000)}`, ...invalid },
  { name: 'a worker id of 10 kB', to: `GET /api/v1/workers/${'a'.repeat(10_000)}`, ...invalid },
  { name: 'a worker id with a space', to: 'GET /api/v1/workers/a%20b', ...invalid },
  {
    name: 'a path of 20 kB',
    to: `GET /api/v1/sandboxes/${'a'.repeat(20_000)}`,
    status: 431,
    reason: 'headers_too_large',
  },
  { name: 'the URL of another host', to: 'GET http://other.example/api/v1/sandboxes', ...notFound },
  { name: 'an unknown method', to: 'BREW /api/v1/sandboxes', ...bad('malformed_request') },
  {
    name: 'two lengths',
    to: SPAWN,
    headers: { 'content-length': '2', 'Content-Length': '3' },
    raw: '{}',
    ...bad('malformed_request'),
  },
  {
    name: 'a length and chunks',
    to: SPAWN,
    headers: { 'content-length': '5', 'transfer-encoding': 'chunked' },
    raw: '0\r\n\r\n',
    ...bad('malformed_request'),
  },
];

const QUERIES: readonly BadRequest[] = [
  { name: 'an unknown parameter', to: `${LIST}?all=1`, ...bad('unknown_parameter') },
  { name: 'a parameter where there is none', to: 'GET /api/v1/health?x=1', ...bad('unknown_parameter') },
  { name: 'a limit of nothing', to: `${LIST}?limit=0`, ...invalid },
  { name: 'a limit too high', to: `${LIST}?limit=1001`, ...invalid },
  { name: 'a limit that is no number', to: `${LIST}?limit=ten`, ...invalid },
  { name: 'an empty limit', to: `${LIST}?limit=`, ...invalid },
  { name: 'two limits', to: `${LIST}?limit=1&limit=2`, ...invalid },
  { name: 'a cursor of elsewhere', to: `${LIST}?cursor=abc`, ...invalid },
  { name: 'an empty cursor', to: `${LIST}?cursor=`, ...invalid },
  { name: 'a cursor of 10 kB', to: `${LIST}?cursor=${'a'.repeat(10_000)}`, ...invalid },
  { name: 'NUL in a cursor', to: 'GET /api/v1/workers?cursor=%00', ...invalid },
  { name: '-1 lines', to: 'GET /api/v1/sandboxes/:id/logs?lines=-1', ...invalid },
  { name: 'too many lines', to: 'GET /api/v1/sandboxes/:id/logs?lines=2001', ...invalid },
];

export const BAD_REQUESTS: Readonly<Record<string, readonly BadRequest[]>> = {
  bodies: BODIES,
  fields: FIELDS,
  programs: PROGRAMS,
  paths: PATHS,
  queries: QUERIES,
};
