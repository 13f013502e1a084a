import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { startCommand } from './command.js';
import { processesWith } from './observe.js';
import { entryOf, eventually } from './system.js';
import { createKeyDirectory, type KeyDirectory } from './worker-token-keys.js';

const RESPONDER = `'${process.execPath}' '${entryOf('cli')}' worker token conformance-responder`;

/** What programs of the tests could leave running: the first is killed, the second ends by itself. */
const LEFT_BEHIND = ['sleep\u000061.7', 'sleep\u00003.7'];

describe('stacyvm worker token conformance', function () {
  this.timeout(30_000);
  let keys: KeyDirectory;

  before(() => {
    keys = createKeyDirectory();
    keys.file('few.json', JSON.stringify({ verify: [accepted('a'), refused('b')], mint: [], derive: [] }));
  });
  after(() => keys.remove());

  const conformance = async (command: string, ...args: readonly string[]) => {
    const result = await keys.token(['conformance', '--command', command, '--format', 'json', ...args]);
    return { ...result, report: result.stdout === '' ? undefined : JSON.parse(result.stdout) };
  };
  /** A program that prints lines whatever it is asked. */
  const printing = (...answers: readonly unknown[]): string => {
    const lines = answers.map((answer) => (typeof answer === 'string' ? answer : JSON.stringify(answer)));
    return `cat > requests; cat '${keys.file('answers', `${lines.join('\n')}\n`)}'`;
  };
  const few = ['--vectors', 'few.json'];

  it('passes our own library through the door that is open to others', async () => {
    const result = await keys.token(['conformance', '--command', RESPONDER]);
    expect(result.code, result.stdout + result.stderr).to.equal(0);
    expect(result.stderr).to.equal('');
    expect(result.stdout)
      .to.match(/^SECTION +CATEGORY +PASSED +FAILED$/m)
      .and.match(/^verify +time +24 +0$/m)
      .and.match(/^mint +12 +0$/m)
      .and.match(/^total +664 +0$/m);
  });

  it('takes answers in any order', async () => {
    const { code, report } = await conformance(
      `${RESPONDER} | tac`,
      '--section',
      'mint',
      '--section',
      'derive',
    );
    expect(code).to.equal(0);
    expect(report).to.deep.equal({
      passed: 18,
      total: 18,
      categories: [
        { section: 'mint', category: 'mint', passed: 12, total: 12 },
        { section: 'derive', category: 'derive', passed: 6, total: 6 },
      ],
      mismatches: [],
      faults: [],
    });
  });

  it('gives the program no result, no hint, and lines of ASCII', async () => {
    const { code } = await conformance(`tee requests | ${RESPONDER}`);
    expect(code).to.equal(0);
    const text = readFileSync(keys.file('requests'), 'utf8');
    expect(text).to.match(/^[\n\x20-\x7e]*$/);
    const requests = text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(requests).to.have.length(664);
    expect(new Set(requests.map(({ section }) => section))).to.deep.equal(
      new Set(['verify', 'mint', 'derive']),
    );
    const members = new Set(requests.flatMap((request) => Object.keys(request)));
    expect(members).not.to.include.any.keys('expect', 'payload_json', 'derived_key', 'category', 'why');
    for (const request of requests) expect('token' in request).to.equal(request.section === 'verify');
  });

  it('says what differs, with what was expected and what came', async () => {
    const answers = [
      { id: 'a', ok: true, worker_id: 'w', jti: 'j', scopes: ['worker:exec'], key: 'active', more: 1 },
      { id: 'b', ok: false, code: 'malformed' },
    ];
    const { code, report, stderr } = await conformance(printing(...answers), ...few);
    expect(code).to.equal(1);
    expect(stderr).to.equal('stacyvm: not conformant: 1 of 2 vectors failed\n');
    expect(report).to.deep.equal({
      passed: 1,
      total: 2,
      categories: [
        { section: 'verify', category: 'one', passed: 1, total: 1 },
        { section: 'verify', category: 'two', passed: 0, total: 1 },
      ],
      mismatches: [
        {
          id: 'b',
          section: 'verify',
          category: 'two',
          why: 'the reason of b',
          expected: { ok: false, code: 'expired' },
          got: { ok: false, code: 'malformed' },
        },
      ],
      faults: [],
    });
    const { stdout } = await keys.token(['conformance', '--command', printing(...answers), ...few]);
    expect(stdout).to.contain(
      'b: the reason of b\n  expected {"ok":false,"code":"expired"}\n  got      {"ok":false,"code":"malformed"}\n',
    );
  });

  it('does not take a true for more than it says', async () => {
    const { report } = await conformance(
      printing({ id: 'a', ok: true }, { id: 'b', code: 'expired' }),
      ...few,
    );
    expect(report).to.include({ passed: 0 });
  });

  describe('reports a program that', () => {
    const a = {
      id: 'a',
      ok: true,
      worker_id: 'w',
      jti: 'j',
      aud: null,
      scopes: ['worker:exec'],
      key: 'active',
    };
    const b = { id: 'b', ok: false, code: 'expired' };
    const cases: ReadonlyArray<readonly [string, () => string, number, RegExp]> = [
      ['cannot be started', () => 'exec /nowhere/program', 0, /ended with exit code 127/],
      ['dies', () => 'kill -9 $$', 0, /ended with SIGKILL/],
      ['ends early', () => `${printing(a)}; exit 3`, 1, /ended with exit code 3/],
      ['hangs', () => `${printing(a)}; sleep 61.7`, 1, /stopped: it gave no answer for 1\.5 s/],
      ['hangs after the last answer', () => `${printing(a, b)}; sleep 61.7`, 2, /stopped: it gave no answer/],
      ['does not read', () => 'exec sleep 61.7', 0, /stopped: it gave no answer/],
      [
        'leaves the pipe to a process in a group of its own',
        () => `${printing(a, b)}; setsid sleep 3.7 & exit 0`,
        2,
        /stopped: it gave no answer/,
      ],
      [
        'prints junk',
        () => printing('ju\u001b[2Jnk', a, '5', '[]', b),
        2,
        /not a JSON object: "ju\\u001b\[2Jnk"/,
      ],
      ['answers what nobody asked', () => printing(a, b, { id: 'c' }), 2, /the id of no request/],
      ['answers twice', () => printing(a, b, b), 2, /answered twice/],
      [
        'prints a line without an end',
        () => "head -c 3000000 /dev/zero | tr '\\0' x",
        0,
        /a line is longer than/,
      ],
      ['prints junk for ever', () => 'yes', 0, /more than 1000 lines answer nothing/],
    ];
    for (const [name, command, passed, fault] of cases) {
      it(name, async () => {
        // Short only where the silence is the point: to begin, a program may take longer on a busy machine.
        const timeout = fault.source.startsWith('stopped') ? ['--timeout', '1500ms'] : [];
        const { code, report, stderr } = await conformance(command(), ...few, ...timeout);
        expect(code).to.equal(1);
        expect(report).to.include({ passed, total: 2 });
        expect(report.faults.join('\n')).to.match(fault);
        expect(report.faults.length).to.be.lessThan(15);
        expect(stderr).to.match(/not conformant: \d of 2 vectors failed, faults of the program: \d+\n$/);
        await eventually(() => LEFT_BEHIND.every((text) => processesWith(text).length === 0));
      });
    }
  });

  it('takes the program with it when it is interrupted', async () => {
    const running = startCommand([
      'worker',
      'token',
      'conformance',
      '--command',
      'echo; sleep 62.9',
      '--timeout',
      '60s',
    ]);
    await eventually(() => processesWith('sleep\u000062.9').length > 0);
    running.kill('SIGTERM');
    expect(await running.result).to.include({ code: 143 });
    await eventually(() => processesWith('sleep\u000062.9').length === 0);
  });

  const wrong: ReadonlyArray<readonly [string, readonly string[], 1 | 2, RegExp]> = [
    ['no command', [], 2, /command/],
    ['an unknown section', ['--command', 'true', '--section', 'sign'], 2, /sign/],
    ['a timeout of nothing', ['--command', 'true', '--timeout', '0s'], 2, /--timeout must be positive/],
    [
      'vectors that are missing',
      ['--command', 'true', '--vectors', 'nowhere'],
      1,
      /nowhere cannot be read: ENOENT/,
    ],
    ['vectors that are no JSON', ['--command', 'true', '--vectors', 'empty'], 1, /are not JSON/],
    ['vectors without a section', ['--command', 'true', '--vectors', 'none.json'], 1, /has no list verify/],
    ['vectors with an id twice', ['--command', 'true', '--vectors', 'twice.json'], 1, /an id twice/],
    [
      'vectors without a result',
      ['--command', 'true', '--vectors', 'bare.json'],
      1,
      /derive\[0\] has no result/,
    ],
  ];
  for (const [name, args, code, message] of wrong) {
    it(`refuses ${name}`, async () => {
      keys.file('none.json', '{}');
      keys.file('twice.json', JSON.stringify({ verify: [refused('b'), refused('b')], mint: [], derive: [] }));
      keys.file('bare.json', JSON.stringify({ verify: [], mint: [], derive: [{ id: 'd' }] }));
      const result = await keys.token(['conformance', ...args]);
      expect(result).to.include({ code, stdout: '' });
      expect(result.stderr).to.match(message);
    });
  }
});

function accepted(id: string): unknown {
  const expect = { ok: true, worker_id: 'w', jti: 'j', aud: null, scopes: ['worker:exec'], key: 'active' };
  return { id, category: 'one', why: `the reason of ${id}`, token: 't', expect };
}

function refused(id: string): unknown {
  const expect = { ok: false, code: 'expired' };
  return { id, category: 'two', why: `the reason of ${id}`, token: 't', expect };
}
