import { expect } from 'chai';
import { parseExecParams, parseLogsParams, parseSandboxParams, parseSpawnParams } from '../src/rpc-params.js';

describe('params of calls', () => {
  it('of a spawn may leave out all but the sandbox', () => {
    expect(parseSpawnParams({ sandbox_id: 'sb-1', metadata: null, ttl: '' })).to.deep.equal({
      ok: true,
      value: {
        sandboxId: 'sb-1',
        image: '',
        provider: '',
        memoryMb: 0,
        vcpus: 0,
        ownerId: '',
        networkMode: '',
        metadata: {},
      },
    });
  });

  it('name the runtime, or else the sandbox stands for it', () => {
    expect(parseSandboxParams({ sandbox_id: 'sb-1', runtime_id: ' rt-1 ', provider: 'mock' })).to.deep.equal({
      ok: true,
      value: { sandboxId: 'sb-1', provider: 'mock', runtimeId: 'rt-1' },
    });
    expect(parseLogsParams({ sandbox_id: 'sb-1', runtime_id: ' ', lines: 5 })).to.deep.equal({
      ok: true,
      value: { sandboxId: 'sb-1', provider: '', runtimeId: 'sb-1', lines: 5 },
    });
  });

  for (const timeout of ['', '0', '0s', '-5s', null]) {
    it(`of an exec with the timeout ${JSON.stringify(timeout)} have none`, () => {
      const parsed = parseExecParams({ sandbox_id: 'sb-1', command: 'x', timeout });
      expect(parsed.ok && 'timeoutMs' in parsed.value).to.equal(false);
      expect(parsed.ok).to.equal(true);
    });
  }

  it('of an exec keep every variable, also one named like a member of every object', () => {
    const params: unknown = JSON.parse('{"sandbox_id":"sb-1","command":"x","env":{"__proto__":"a","B":""}}');
    const parsed = parseExecParams(params);
    expect(parsed.ok && Object.entries(parsed.value.env)).to.deep.equal([
      ['__proto__', 'a'],
      ['B', ''],
    ]);
  });

  const refused: ReadonlyArray<readonly [string, Record<string, unknown>, string]> = [
    ['no sandbox', { sandbox_id: undefined }, "must have required property 'sandbox_id'"],
    ['a sandbox that is a path', { sandbox_id: '../etc' }, '/sandbox_id must match pattern'],
    ['an unknown mode', { mode: 'pty' }, 'unsupported exec mode "pty"'],
    ['a blank command in mode argv', { mode: 'argv', command: ' ' }, 'command is required in mode argv'],
    ['a timeout without a unit', { timeout: '5' }, 'timeout: missing unit in duration "5"'],
    ['NUL in the command', { command: 'a\u0000b' }, '/command must match pattern'],
    ['NUL in an argument', { args: ['a\u0000b'] }, '/args/0 must match pattern'],
    ['a variable without a name', { env: { '': 'x' } }, '/env'],
    ['a variable whose name has an equals sign', { env: { 'A=B': 'x' } }, '/env'],
    ['a variable that is a number', { env: { A: 1 } }, '/env/A must be string'],
    ['stdin that is not base64', { stdin: 'a b=' }, '/stdin must match pattern'],
    ['stdin without its padding', { stdin: 'YQ' }, '/stdin must be padded base64'],
    ['arguments that are a text', { args: 'x' }, '/args must be array'],
  ];
  for (const [what, overrides, problem] of refused) {
    it(`of an exec refuse ${what}`, () => {
      const parsed = parseExecParams({ sandbox_id: 'sb-1', command: 'x', ...overrides });
      expect(parsed.ok ? '' : parsed.problem).to.include(problem);
    });
  }

  it('of a spawn refuse an unreadable ttl and sizes below zero', () => {
    for (const overrides of [{ ttl: 'soon' }, { memory_mb: -1 }, { vcpus: 1.5 }, { metadata: { a: 1 } }]) {
      expect(parseSpawnParams({ sandbox_id: 'sb-1', ...overrides }).ok).to.equal(false);
    }
  });
});
