import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { type CommandResult, runCommand } from './command.js';

const KEY = 'Vm9yIGRlbSBHZXNldHogc3RlaHQgZWluIFTDvHJow7x0ZXI';

describe('stacyvm config', () => {
  let directory: string;

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'cli-config-'));
  });
  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  const write = (text: string, name = 'stacyvm.yaml'): string => {
    const path = join(directory, name);
    writeFileSync(path, text, { mode: 0o600 });
    return path;
  };
  const config = (args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<CommandResult> =>
    runCommand(['config', ...args], { cwd: directory, env });

  describe('show', () => {
    it('tells each value with where it comes from: default, file with line, variable, file of a secret', async () => {
      const file = write('server:\n  port: 8080\nauth:\n  api_key_file: key\n');
      const key = write(`${KEY}\n`, 'key');
      const { code, stdout, stderr } = await config(['show', '--origin'], {
        STACYVM_LOGGING_LEVEL: 'debug',
      });
      expect(code).to.equal(0);
      expect(stderr).to.equal(`configuration file: ${file}\n`);
      const row = (setting: string): string =>
        stdout.split('\n').find((line) => line.startsWith(`${setting} `)) ?? '';
      expect(row('server.port')).to.match(/ 8080 +\S+stacyvm\.yaml:2$/);
      expect(row('server.host')).to.match(/ 0\.0\.0\.0 +default$/);
      expect(row('logging.level')).to.match(/ debug +STACYVM_LOGGING_LEVEL$/);
      expect(row('auth.api_key')).to.include(`[secret]`).and.include(`${key} (named by ${file}:4)`);
      expect(row('auth.enabled')).to.match(/ true +follows from auth\.api_key$/);
      expect(stdout).not.to.include(KEY);
    });

    it('shows one setting, a section, or what differs from the defaults', async () => {
      write('server:\n  port: 8080\n');
      expect((await config(['show', 'server.port'])).stdout).to.match(
        /^SETTING +VALUE\nserver\.port +8080\n$/,
      );
      expect((await config(['show', 'server.tls'])).stdout.match(/^server\.tls\./gm)).to.have.length(4);
      expect((await config(['show', '--changed'])).stdout.trim().split('\n')).to.have.length(2);
      const { code, stderr } = await config(['show', 'server.prot']);
      expect(code).to.equal(2);
      expect(stderr).to.include('there is no setting or section "server.prot"');
    });

    it('prints no character that steers a terminal', async () => {
      write('defaults: { image: "a\\n\\e[31mserver.port  1", ttl: 1h }\n');
      const { stdout } = await config(['show', 'defaults', '--changed']);
      expect(stdout.split('\n')[2]).to.match(/^defaults\.image +"a\\n\\u001b\[31mserver\.port {2}1"$/);
    });

    it('prints JSON with origins, where secrets are masked and those not set are null', async () => {
      const file = write(`auth:\n  api_key: ${KEY}\n`);
      const { stdout } = await config(['show', 'auth', '--format', 'json']);
      const document = JSON.parse(stdout) as {
        config_file: string;
        settings: readonly { key: string; value: unknown; origin: unknown }[];
      };
      const byKey = new Map(document.settings.map((setting) => [setting.key, setting]));
      expect(document.config_file).to.equal(file);
      expect(byKey.get('auth.api_key')).to.deep.equal({
        key: 'auth.api_key',
        value: '[secret]',
        origin: { kind: 'file', name: file, line: 2, column: 3 },
      });
      expect(byKey.get('auth.admin_api_key')).to.deep.include({ value: null, origin: { kind: 'default' } });
      expect(stdout).not.to.include(KEY);
    });
  });

  describe('validate', () => {
    it('tells everything that is wrong, with file and line, and exits with 1', async () => {
      const file = write('server:\n  prot: 1\n  host: 5\ndefaults:\n  ttl: 30x\n');
      const { code, stdout, stderr } = await config(['validate'], { STACYVM_SERVER_PORT: 'many' });
      expect(code).to.equal(1);
      expect(stdout.trim().split('\n')).to.deep.equal([
        `${file}:2:3: server.prot: is not a setting; did you mean server.port?`,
        `${file}:3:3: server.host: must be a text that is not empty; it is a number: put it in quotes`,
        `${file}:5:3: defaults.ttl: must be a duration such as 30s or 1h30m, from 1s to 8760h`,
        'STACYVM_SERVER_PORT: server.port: must be an integer from 0 to 65535',
      ]);
      expect(stderr).to.equal('stacyvm: 4 problems\n');
    });

    it('tells with --program what that program would refuse to start with', async () => {
      write('auth:\n  api_key: change-me-please-change-me\n');
      expect(await config(['validate'])).to.deep.include({ code: 0 });
      const refused = await config(['validate', '--program', 'control-plane']);
      expect(refused.code).to.equal(1);
      expect(refused.stdout).to.match(/stacyvm\.yaml:2:3: auth\.api_key: .*placeholder/);
      expect(await config(['validate', '--program', 'worker'])).to.deep.include({ code: 0 });
    });

    it('prints JSON, with warnings apart', async () => {
      const file = write('pool:\n  max_vms: 3\nserver:\n  port: 99999\n');
      const { code, stdout } = await config(['validate', '--format', 'json']);
      const document = JSON.parse(stdout) as Record<string, unknown>;
      expect(code).to.equal(1);
      expect(document).to.deep.include({ valid: false, config_file: file });
      expect(document['problems']).to.deep.equal([
        {
          code: 'out_of_range',
          key: 'server.port',
          message: 'must be an integer from 0 to 65535',
          origin: file,
          line: 4,
          column: 3,
        },
      ]);
      expect(document['warnings']).to.deep.equal([
        {
          code: 'unsupported',
          key: 'pool',
          message:
            'is not supported here: every user gets a sandbox of their own; virtual machines are not shared; remove it',
          origin: file,
          line: 1,
          column: 1,
        },
      ]);
    });

    it('warns of settings that only the reference implementation has, and refuses them where they switch something on', async () => {
      write('pool:\n  max_vms: 3\n');
      const warned = await config(['validate']);
      expect(warned.code).to.equal(0);
      expect(warned.stderr).to.match(/warning: \S+:1:1: pool: is not supported here: /);
      write('pool:\n  enabled: true\n');
      const refused = await config(['validate']);
      expect(refused.code).to.equal(1);
      expect(refused.stdout).to.match(/pool\.enabled: is not supported here: /);
    });

    it('exits with 2 when the file cannot be read', async () => {
      const { code, stderr } = await config(['validate', '--config', 'absent.yaml']);
      expect(code).to.equal(2);
      expect(stderr)
        .to.include(`${join(directory, 'absent.yaml')}`)
        .and.include('ENOENT');
    });
  });

  describe('init', () => {
    it('writes a file that loads, changes nothing and passes as it is; never over another', async () => {
      const { code, stdout } = await config(['init']);
      expect(code).to.equal(0);
      expect(stdout).to.include('wrote stacyvm.yaml');
      const path = join(directory, 'stacyvm.yaml');
      expect(statSync(path).mode & 0o777).to.equal(0o600);
      expect(await config(['validate'])).to.deep.include({ code: 0, stderr: '' });

      const again = await config(['init']);
      expect(again.code).to.equal(1);
      expect(again.stderr).to.include('stacyvm.yaml exists; --force replaces it');
      writeFileSync(path, 'mine');
      expect((await config(['init', '--force'])).code).to.equal(0);
      expect(readFileSync(path, 'utf8')).not.to.equal('mine');
    });

    it('prints it with --stdout', async () => {
      const { stdout } = await config(['init', '--stdout']);
      expect(stdout).to.match(/^# Configuration of StacyVM/);
      for (const args of [['other.yaml'], ['--force']]) {
        const { code, stderr } = await config(['init', '--stdout', ...args]);
        expect([code, stderr]).to.deep.equal([2, 'stacyvm: --stdout writes no file\n']);
      }
    });
  });

  it('schema prints a JSON Schema of nested sections', async () => {
    const schema = JSON.parse((await config(['schema'])).stdout) as {
      properties: Record<string, { properties: Record<string, Record<string, unknown>> }>;
    };
    expect(schema.properties['server']?.properties['port']).to.deep.include({
      type: 'integer',
      minimum: 0,
      maximum: 65_535,
      default: 7423,
    });
    expect(schema.properties['auth']?.properties).to.include.keys('api_key', 'api_key_file');
  });
});
