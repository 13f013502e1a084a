import type { Adapter, AdapterPayload } from 'oidc-provider';

/** What a provider of a test remembers, for as long as the test runs; nothing in it has time to expire. */
export function createMapAdapter(): (model: string) => Adapter {
  const payloads = new Map<string, AdapterPayload>();
  return (model) => {
    const key = (id: string) => `${model}:${id}`;
    const findBy = (matches: (payload: AdapterPayload) => boolean) =>
      [...payloads].find(([id, payload]) => id.startsWith(`${model}:`) && matches(payload))?.[1];
    return {
      async upsert(id, payload) {
        payloads.set(key(id), payload);
      },
      async find(id) {
        return payloads.get(key(id));
      },
      async findByUid(uid) {
        return findBy((payload) => payload.uid === uid);
      },
      async findByUserCode(userCode) {
        return findBy((payload) => payload.userCode === userCode);
      },
      async consume(id) {
        const payload = payloads.get(key(id));
        if (payload !== undefined) payloads.set(key(id), { ...payload, consumed: Date.now() / 1000 });
      },
      async destroy(id) {
        payloads.delete(key(id));
      },
      async revokeByGrantId(grantId) {
        for (const [id, payload] of payloads) if (payload.grantId === grantId) payloads.delete(id);
      },
    };
  };
}
