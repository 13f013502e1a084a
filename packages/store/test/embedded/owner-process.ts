import { openStore } from '../../src/index.js';

/** Opens the embedded store named on the command line, writes one row, says so, and then lives until it is killed. */
const [, , path = ''] = process.argv;
const store = await openStore({ driver: 'embedded', path });
await store.workers.upsertHeartbeat({
  id: 'left-behind',
  hostname: '',
  providers: null,
  capabilities: null,
  capacity: {},
});
process.stdout.write('ready\n');
setInterval(() => {}, 60_000);
