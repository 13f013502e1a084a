import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ApiError } from '@stacyvm/api';
import { expect } from 'chai';
import { checkArguments } from '../src/argument-rules.js';
import { runCommandLine } from '../src/command-line.js';
import { CommandFailure } from '../src/failure.js';
import { runCommand } from './command.js';

describe('the arguments of every command', () => {
  let server: Server;
  let url: string;
  const seen: string[] = [];
  before(async () => {
    server = createServer((request, response) => {
      seen.push(`${request.method} ${request.url}`);
      response.writeHead(500).end();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  after((done) => {
    server.close(done);
  });
  afterEach(() => {
    seen.length = 0;
  });

  const failure = async (words: readonly string[], options: readonly string[] = ['--server', url]) => {
    try {
      await runCommandLine([...words, ...options]);
    } catch (error) {
      return error as CommandFailure | ApiError;
    }
    throw new Error(`${words.join(' ')} is not refused`);
  };

  const WITH_IDS: readonly (readonly string[])[] = [
    ['kill', ''],
    ['kill', 'sb-1', ''],
    ['exec', '', 'ls'],
    ['logs', ''],
    ['extend', '', '--ttl', '1h'],
    ['cp', '', 'sb-1:x'],
    ['cp', 'x', ''],
    ['worker', 'cordon', ''],
    ['worker', 'uncordon', ''],
    ['worker', 'drain', ''],
    ['worker', 'undrain', ''],
    ['worker', 'remove', ''],
    ['worker', 'unrevoke', ''],
    ['worker', 'join-token', 'delete', ''],
    ['worker', 'token', 'revoke', '', '--reason', 'x'],
    ['policy', 'add', 'image', 'deny', ''],
    ['policy', 'rm', ''],
    ['tenant', 'create', ''],
    ['tenant', 'show', ''],
    ['tenant', 'update', '', '--name', 'x'],
    ['tenant', 'delete', ''],
    ['tenant', 'member', 'list', ''],
    ['tenant', 'member', 'set', 'tn-1', '', 'viewer'],
    ['tenant', 'member', 'remove', '', 'ada'],
    ['tenant', 'member', 'remove', 'tn-1', ''],
    ['apikey', 'revoke', ''],
    ['auth', 'unrevoke', ''],
    ['quota', 'show', ''],
    ['quota', 'set', '', '--vcpus', '1'],
    ['quota', 'delete', ''],
  ];
  for (const words of WITH_IDS) {
    it(`stacyvm ${words.map((word) => word || "''").join(' ')}: is refused, and nobody is asked`, async () => {
      const error = await failure(words);
      expect(error).to.include({ name: 'CommandFailure', exitCode: 2 });
      expect(error.message).to.match(/^[<[][\w-]+(\.\.)?[\]>] is empty; is a variable not set\?$/);
      expect(seen).to.deep.equal([]);
    });
  }

  /** Each would be another call than the one that is asked for: those of a member and of a key delete the tenant. */
  const STEPS: readonly (readonly string[])[] = [
    ['kill', '..'],
    ['exec', '.', 'ls'],
    ['worker', 'remove', '..'],
    ['policy', 'remove', '..'],
    ['quota', 'delete', '..'],
    ['tenant', 'delete', '.'],
    ['tenant', 'member', 'remove', 'tn-1', '..'],
    ['apikey', 'revoke', '..', '--tenant', 'tn-1'],
    ['auth', 'unrevoke', '..'],
  ];
  for (const words of STEPS) {
    it(`stacyvm ${words.join(' ')}: is refused, and nobody is asked`, async () => {
      expect(await failure(words)).to.include({ name: 'ApiError', kind: 'invalid' });
      expect(seen).to.deep.equal([]);
    });
  }

  it('go into one segment of the path, whatever they are', async () => {
    for (const id of ['a/b', '../../workers', 'a?b#c', 'a\nb', '%2e%2e', 'a\\..\\b']) {
      await failure(['kill', id]);
      expect(seen.splice(0)).to.deep.equal([`DELETE /api/v1/sandboxes/${encodeURIComponent(id)}`]);
    }
  });

  const WITH_OPTIONS: ReadonlyArray<readonly [readonly string[], string]> = [
    [['list', '--tenant', ''], '--tenant is empty'],
    [['list', '--tenant='], '--tenant is empty'],
    [['apikey', 'create', '--name', 'x', '--role', 'viewer', '--tenant', ''], '--tenant is empty'],
    [['apikey', 'list', '--tenant', ''], '--tenant is empty'],
    [['apikey', 'revoke', 'ak-1', '--tenant', ''], '--tenant is empty'],
    [['quota', 'show', '--tenant', ''], '--tenant is empty'],
    [['quota', 'set', 'ada', '--vcpus', '1', '--tenant', ''], '--tenant is empty'],
    [['tenant', 'list', '--tenant', ''], '--tenant is empty'],
    [['audit', 'list', '--tenant', ''], '--tenant is empty'],
    [['audit', 'export', '--tenant', ''], '--tenant is empty'],
    [['audit', 'verify', '--tenant', ''], '--tenant is empty'],
    [['policy', 'replay', '--candidate', 'x', '--tenant', ''], '--tenant is empty'],
    [['policy', 'list', '--tenant', ''], '--tenant is empty'],
    [['worker', 'list', '--tenant', ''], '--tenant is empty'],
    [['events', '--sandbox', ''], '--sandbox is empty'],
    [['list', '--api-key-file', ''], '--api-key-file is empty'],
    [['list', '--ca-file', ''], '--ca-file is empty'],
    [['spawn', '--metadata', ''], '--metadata is empty'],
    [['spawn', '--memory', 'much'], '--memory must be a number'],
    [['spawn', '--ttl', '1h', '--ttl', '2h'], '--ttl is given more than once'],
    [['list', '--tenant', 'tn-1', '--tenant', 'tn-2'], '--tenant is given more than once'],
    [['kill', 'sb-1', '--format', 'json', '--format', 'text'], '--format is given more than once'],
    [['tenant', 'show', 'tn-1', '--tenant', 'a/b'], '--tenant must be the id of a tenant'],
    [['exec', 'sb-1', '--', ''], 'give the program to run'],
  ];
  for (const [words, message] of WITH_OPTIONS) {
    it(`stacyvm ${words.map((word) => word || "''").join(' ')}: ${message}`, async () => {
      const [before, after] = [words.slice(0, words.indexOf('--')), words.slice(words.indexOf('--'))];
      const error = words.includes('--')
        ? await failure([...before, '--server', url, ...after], [])
        : await failure(words);
      expect(error).to.include({ name: 'CommandFailure', exitCode: 2 });
      expect(error.message).to.contain(message);
      expect(seen).to.deep.equal([]);
    });
  }

  it('may be empty where that means something: the words of a program, and who is nobody', async () => {
    await failure(['exec', 'sb-1', 'printf', '']);
    await failure(['tenant', 'update', 'tn-1', '--owner=']);
    expect(seen).to.deep.equal(['POST /api/v1/sandboxes/sb-1/exec', 'PATCH /api/v1/admin/tenants/tn-1']);
  });

  it('are not quoted, as they may be secret', () => {
    const declared = { key: { token: true }, array: [] };
    const check = () => checkArguments('inspect [token]', [], { token: ['s3cret', ''] }, declared);
    expect(check).to.throw(CommandFailure).with.property('message', '[token] is given more than once');
  });

  it('end the command with exit code 2 when they are refused, by whom ever', async () => {
    for (const words of [
      ['kill', ''],
      ['kill', '..'],
      ['list', '--tenant', ''],
    ]) {
      const { code, stdout, stderr } = await runCommand([...words, '--server', url]);
      expect([code, stdout]).to.deep.equal([2, '']);
      expect(stderr).to.match(/^stacyvm: [^\n]+\n$/);
    }
    expect(seen).to.deep.equal([]);
  });
});
