/** What the paths of the contract can name. */
export interface Objects {
  readonly tenant: string;
  /** A user of the tenant. */
  readonly member: string;
  readonly tenantKey: string;
  readonly tenantPolicy: string;
  readonly sandbox: string;
  /** In the sandbox. */
  readonly file: string;
  /** Somebody who has a quota. */
  readonly owner: string;
  readonly worker: string;
  readonly lease: string;
  readonly policy: string;
  readonly platformKey: string;
  readonly joinToken: string;
  readonly workerRevocation: string;
  readonly bearerRevocation: string;
  /** Of somebody who is in no other, and good once. */
  readonly logoutToken: string;
}

/** What stands for the parameters of a path; `{id}` is what the row says. */
export function pathWith(path: string, objects: Objects, id: keyof Objects | undefined): string {
  const named: Readonly<Record<string, keyof Objects | undefined>> = {
    tenant_id: 'tenant',
    user_id: 'member',
    resource_id: 'lease',
    id,
  };
  return path.replaceAll(/\{(\w+)\}/g, (_parameter, name: string) => {
    const object = named[name];
    if (object === undefined) throw new Error(`no row says what {${name}} of ${path} is`);
    return encodeURIComponent(objects[object]);
  });
}
