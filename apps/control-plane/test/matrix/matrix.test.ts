import { describeEveryRoute } from './every-route.js';
import { describeOtherTenants } from './other-tenants.js';
import { startWorld, type World } from './world.js';

describe('who may do what', function () {
  this.timeout(60_000);
  let world: World;
  before(async () => {
    world = await startWorld();
  });
  after(() => world?.stop());

  // First, while nobody of A has done anything that is written down later.
  describe('what belongs to tenant A, for those of tenant B', () => describeOtherTenants(() => world));
  describe('every route with every kind of credential', () => describeEveryRoute(() => world));
});
