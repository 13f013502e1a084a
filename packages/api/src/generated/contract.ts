// Generated from openapi.yaml by `npm run generate`. Do not edit.

export interface paths {
    "/sandboxes": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List sandboxes, newest first
         * @description Destroyed sandboxes are not listed.
         */
        get: operations["listSandboxes"];
        put?: never;
        /**
         * Spawn a sandbox
         * @description Waits until the sandbox runs. What the body leaves out is taken from the control plane's defaults.
         */
        post: operations["spawnSandbox"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/sandboxes/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The id of a sandbox. */
                id: components["parameters"]["SandboxId"];
            };
            cookie?: never;
        };
        /** Get a sandbox */
        get: operations["getSandbox"];
        put?: never;
        post?: never;
        /**
         * Destroy a sandbox
         * @description Answers when nothing of the sandbox is left on its worker. Safe to repeat.
         */
        delete: operations["destroySandbox"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/sandboxes/{id}/extend": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The id of a sandbox. */
                id: components["parameters"]["SandboxId"];
            };
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Set anew how long a sandbox lives
         * @description The sandbox expires `ttl` from now, which may be earlier than before, at most as late as a new one. Its worker is
         *     told before the answer; when that is not possible the answer is an error whose message says that nothing has
         *     changed, or that it is not known whether it has.
         */
        post: operations["extendSandbox"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/sandboxes/{id}/exec": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The id of a sandbox. */
                id: components["parameters"]["SandboxId"];
            };
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Run a program in a sandbox
         * @description With `stream: true` the answer is NDJSON, one object a line, flushed as it comes: `{"stream":"stdout","data":"…"}`.
         *     A stream ends with the body. With `exit_record: true` its last line is `{"exit":{…}}`, or `{"error":{…}}` if the
         *     program could not be run to its end, so a cut stream can be told from a finished one. Without it, as in the reference
         *     protocol, such an error appears as a chunk of `stderr`. A caller who loses the right to it gets the error
         *     `credential_revoked`, and the program is ended.
         *
         *     Without `stream` each stream of output is told up to 16 MiB, and less of it when the worker holds many long answers:
         *     `truncated` says that something was dropped. While the control plane holds too many long answers for callers who have
         *     not read them, an output of more than 1 MiB waits up to 30 seconds and is refused then (503 `answers_busy`): the program
         *     has run, and its output is lost. A stream knows neither.
         */
        post: operations["execInSandbox"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/sandboxes/{id}/logs": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The id of a sandbox. */
                id: components["parameters"]["SandboxId"];
            };
            cookie?: never;
        };
        /** The last lines that programs in the sandbox wrote */
        get: operations["getSandboxLogs"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/sandboxes/{id}/files": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The id of a sandbox. */
                id: components["parameters"]["SandboxId"];
            };
            cookie?: never;
        };
        /**
         * Read a file
         * @description The bytes as they are, sent while they are read. The answer is complete when its last chunk is there: a transfer that fails on
         *     the way ends with the connection.
         */
        get: operations["readFile"];
        /**
         * Write a file of any size
         * @description The body is the content, bytes as they are, of any size. It is written while it comes, beside the path, and put in place when all
         *     of it is there: a request that breaks off changes nothing. Parent directories are made. `Expect: 100-continue` is understood.
         */
        put: operations["uploadFile"];
        /**
         * Write a text file
         * @description The content is text; for bytes and for more than 4 MiB, `PUT` takes the content as it is. Parent directories are made.
         */
        post: operations["writeFile"];
        /** Delete a file or a directory */
        delete: operations["deleteFile"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/sandboxes/{id}/files/list": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The id of a sandbox. */
                id: components["parameters"]["SandboxId"];
            };
            cookie?: never;
        };
        /** List a directory */
        get: operations["listFiles"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/sandboxes/{id}/files/stat": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The id of a sandbox. */
                id: components["parameters"]["SandboxId"];
            };
            cookie?: never;
        };
        /** Describe a file or a directory */
        get: operations["statFile"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/sandboxes/{id}/files/glob": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The id of a sandbox. */
                id: components["parameters"]["SandboxId"];
            };
            cookie?: never;
        };
        /** Find paths by a pattern */
        get: operations["globFiles"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/sandboxes/{id}/files/move": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The id of a sandbox. */
                id: components["parameters"]["SandboxId"];
            };
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Rename a file or a directory
         * @description Parent directories are made. A file at the new path is replaced, a directory is not.
         */
        post: operations["moveFile"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/sandboxes/{id}/files/chmod": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The id of a sandbox. */
                id: components["parameters"]["SandboxId"];
            };
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Change the permission bits of a file or a directory */
        post: operations["chmodFile"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/workers": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List workers by id */
        get: operations["listWorkers"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/workers/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The id of a worker. Its case counts. */
                id: components["parameters"]["WorkerId"];
            };
            cookie?: never;
        };
        /** Get a worker */
        get: operations["getWorker"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/admin/workers": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List workers by id, audited */
        get: operations["listAdminWorkers"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/admin/workers/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The id of a worker. Its case counts. */
                id: components["parameters"]["WorkerId"];
            };
            cookie?: never;
        };
        /** Get a worker, audited */
        get: operations["getAdminWorker"];
        put?: never;
        post?: never;
        /**
         * Forget a worker
         * @description Refused with 409 while the worker is online (`worker_online`) or has sandboxes (`worker_has_sandboxes`). With `force` it is
         *     done all the same: a worker that is still there registers anew with its next heartbeat, unless it is revoked, and the
         *     records of its sandboxes end with their leases.
         */
        delete: operations["removeWorker"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/admin/workers/{id}/cordon": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The id of a worker. Its case counts. */
                id: components["parameters"]["WorkerId"];
            };
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Place no new sandboxes on a worker
         * @description What runs there goes on, and the worker is not told. It lasts until `uncordon`.
         */
        post: operations["cordonWorker"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/admin/workers/{id}/uncordon": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The id of a worker. Its case counts. */
                id: components["parameters"]["WorkerId"];
            };
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Place sandboxes on a worker again
         * @description The opposite of `cordon`; a drain is not ended by it.
         */
        post: operations["uncordonWorker"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/admin/workers/{id}/drain": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The id of a worker. Its case counts. */
                id: components["parameters"]["WorkerId"];
            };
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Let a worker run empty
         * @description No new sandboxes are placed there, and with its next heartbeat the worker is told so. What runs goes on: for ever as far as the
         *     drain is concerned, until the deadline, or not at all with `evict`. Then it is destroyed. It is kept in the database and lasts
         *     until `undrain`; a second drain sets another deadline, or none.
         */
        post: operations["drainWorker"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/admin/workers/{id}/undrain": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The id of a worker. Its case counts. */
                id: components["parameters"]["WorkerId"];
            };
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * End the drain of a worker
         * @description What was destroyed stays so; a cordon is not ended by it.
         */
        post: operations["undrainWorker"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/admin/worker-tokens": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Issue a worker token
         * @description The token is signed by the key of that one worker and recorded before it is answered; nobody can ask for it again. It
         *     lives 15 minutes at most. Limited per credential: `auth.worker_token_issue_limit` a minute.
         */
        post: operations["issueWorkerToken"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/admin/worker-token-issuances": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List issued worker tokens, newest first
         * @description Who asked for which token, never the token itself. Records of expired tokens are kept for 30 days.
         */
        get: operations["listWorkerTokenIssuances"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/admin/worker-revocations": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List revocations, newest first
         * @description Without those of `auth.worker_revoked_token_ids`, which stand in the configuration.
         */
        get: operations["listWorkerRevocations"];
        put?: never;
        /**
         * Revoke a token, a worker or a key
         * @description Exactly one of `token_id`, `worker_id` and `key_fingerprint` says what. A worker without `issued_before` is revoked
         *     altogether: every token of it, also future ones, and its static token, until the revocation is removed. Every control
         *     plane knows within two seconds, every worker with its next heartbeat. A second revocation of the same thing widens the
         *     first and keeps its id.
         */
        post: operations["revokeWorkerCredentials"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/admin/worker-revocations/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The id of the record. */
                id: components["parameters"]["RecordId"];
            };
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Take a revocation back */
        delete: operations["removeWorkerRevocation"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/admin/join-tokens": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List join tokens, newest first
         * @description Used and expired ones as well, until 30 days after their end. `refused_redemptions` above 0 on a used token means that somebody else tried to use it.
         */
        get: operations["listJoinTokens"];
        put?: never;
        /**
         * Create a token with which one worker joins, once
         * @description Whoever presents it first, for this worker id, gets the worker's own key. The token is shown here and never again; only
         *     its hash is stored. Counts against `auth.worker_token_issue_limit`.
         */
        post: operations["createJoinToken"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/admin/join-tokens/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The id of the record. */
                id: components["parameters"]["RecordId"];
            };
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Delete a join token, so that nobody can use it */
        delete: operations["deleteJoinToken"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/quotas": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List the quotas of owners
         * @description By owner id, those in the tenant of the request.
         *     A person with a token reads only what is its own, unless it is an operator. Keys act for many owners.
         */
        get: operations["listQuotas"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/quotas/summary": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Count the quotas of owners
         * @description How many there are in the tenant of the request, and how many limit what.
         *     A person with a token reads only what is its own, unless it is an operator. Keys act for many owners.
         */
        get: operations["summarizeQuotas"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/quotas/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The owner, as `X-User-ID` or `owner_id` names it, or `oidc:` and the subject of a token. */
                id: components["parameters"]["OwnerId"];
            };
            cookie?: never;
        };
        /**
         * Read the quota of an owner
         * @description What was set; `usage` tells what holds in the end.
         *     A person with a token reads only what is its own, unless it is an operator. Keys act for many owners.
         */
        get: operations["getQuota"];
        /**
         * Set the quota of an owner
         * @description Replaces all of it: what is left out, 0 or `0s` is not limited by it. In force for every spawn, exec and issue that begins
         *     after the answer, on every control plane. It ends nothing that runs. Audited.
         */
        put: operations["setQuota"];
        post?: never;
        /**
         * Remove the quota of an owner
         * @description The settings hold for the owner again. Audited.
         */
        delete: operations["deleteQuota"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/quotas/{id}/usage": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The owner, as `X-User-ID` or `owner_id` names it, or `oidc:` and the subject of a token. */
                id: components["parameters"]["OwnerId"];
            };
            cookie?: never;
        };
        /**
         * What an owner uses and may use
         * @description For any owner, with a quota or without.
         *     A person with a token reads only what is its own, unless it is an operator. Keys act for many owners.
         */
        get: operations["getQuotaUsage"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/admin/quotas": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List the quotas of owners
         * @description By owner id, those in the tenant of the request. Audited.
         */
        get: operations["listAdminQuotas"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/admin/quotas/summary": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Count the quotas of owners
         * @description How many there are in the tenant of the request, and how many limit what. Audited.
         */
        get: operations["summarizeAdminQuotas"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/admin/quotas/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The owner, as `X-User-ID` or `owner_id` names it, or `oidc:` and the subject of a token. */
                id: components["parameters"]["OwnerId"];
            };
            cookie?: never;
        };
        /**
         * Read the quota of an owner
         * @description What was set; `usage` tells what holds in the end. Audited.
         */
        get: operations["getAdminQuota"];
        /**
         * Set the quota of an owner
         * @description Replaces all of it: what is left out, 0 or `0s` is not limited by it. In force for every spawn, exec and issue that begins
         *     after the answer, on every control plane. It ends nothing that runs. Audited.
         */
        put: operations["setAdminQuota"];
        post?: never;
        /**
         * Remove the quota of an owner
         * @description The settings hold for the owner again. Audited.
         */
        delete: operations["deleteAdminQuota"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/admin/quotas/{id}/usage": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The owner, as `X-User-ID` or `owner_id` names it, or `oidc:` and the subject of a token. */
                id: components["parameters"]["OwnerId"];
            };
            cookie?: never;
        };
        /**
         * What an owner uses and may use
         * @description For any owner, with a quota or without. Audited.
         */
        get: operations["getAdminQuotaUsage"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/admin/tenants/{tenant_id}/quota": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The id of a tenant. Administrators name any; everybody else names the tenant that the request acts for, and any other
                 *     is not found.
                 */
                tenant_id: components["parameters"]["TenantId"];
            };
            cookie?: never;
        };
        /**
         * Read the quota of a tenant
         * @description What everybody in it may have together. Audited.
         */
        get: operations["getTenantQuota"];
        /**
         * Set the quota of a tenant
         * @description Replaces all of it, as with owners. What it limits in time bounds the quotas of its owners as well. Audited.
         */
        put: operations["setTenantQuota"];
        post?: never;
        /**
         * Remove the quota of a tenant
         * @description Audited.
         */
        delete: operations["deleteTenantQuota"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/admin/tenants/{tenant_id}/quota/usage": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The id of a tenant. Administrators name any; everybody else names the tenant that the request acts for, and any other
                 *     is not found.
                 */
                tenant_id: components["parameters"]["TenantId"];
            };
            cookie?: never;
        };
        /**
         * What a tenant uses and may use
         * @description Audited.
         */
        get: operations["getTenantQuotaUsage"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/admin/policies": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List the global policies in the order of decision
         * @description Lower priority first, then deny before allow, then the oldest. With those of the files of `policy.files`.
         */
        get: operations["listPolicies"];
        put?: never;
        /**
         * Create a global policy
         * @description In force on this control plane when it answers, and on every other within two seconds. Priorities below -1000000 are
         *     left to files.
         */
        post: operations["createPolicy"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/admin/policies/evaluate": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Say what would be decided about a spawn, and why
         * @description Spawns nothing. What is left out is that of the defaults, as with a spawn. With `tenant_id` the policies of that tenant
         *     are asked as well.
         */
        post: operations["evaluatePolicies"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/admin/policies/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The id of a policy. Those from files have a `#` in it, which is `%23` in a path. */
                id: components["parameters"]["PolicyId"];
            };
            cookie?: never;
        };
        /** Get a global policy */
        get: operations["getPolicy"];
        put?: never;
        post?: never;
        /**
         * Delete a global policy
         * @description A policy of a file cannot be deleted here (`policy_from_file`).
         */
        delete: operations["deletePolicy"];
        options?: never;
        head?: never;
        /**
         * Change a global policy
         * @description What is left out stays. A policy of a file cannot be changed here (`policy_from_file`).
         */
        patch: operations["updatePolicy"];
        trace?: never;
    };
    "/admin/tenants": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List tenants, newest first */
        get: operations["listTenants"];
        put?: never;
        /** Create a tenant */
        post: operations["createTenant"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/admin/tenants/{tenant_id}": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The id of a tenant. Administrators name any; everybody else names the tenant that the request acts for, and any other
                 *     is not found.
                 */
                tenant_id: components["parameters"]["TenantId"];
            };
            cookie?: never;
        };
        /** Get a tenant */
        get: operations["getTenant"];
        /**
         * Change a tenant, as the reference does
         * @description What is absent, empty or null stays, so that nothing can be cleared. Use PATCH for that.
         */
        put: operations["replaceTenant"];
        post?: never;
        /**
         * Delete a tenant
         * @description Refused with 409 `tenant_in_use` while it has members, keys, policies or sandboxes; the message counts them. With
         *     `cascade=true` no new sandbox is let in, those that there are are destroyed, and then all of it goes at once. When a
         *     sandbox cannot be destroyed, because its worker does not answer, nothing else has been removed: repeat the request.
         */
        delete: operations["deleteTenant"];
        options?: never;
        head?: never;
        /**
         * Change a tenant
         * @description What is absent stays.
         */
        patch: operations["updateTenant"];
        trace?: never;
    };
    "/admin/tenants/{tenant_id}/members": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The id of a tenant. Administrators name any; everybody else names the tenant that the request acts for, and any other
                 *     is not found.
                 */
                tenant_id: components["parameters"]["TenantId"];
            };
            cookie?: never;
        };
        /** List the members of a tenant, oldest first */
        get: operations["listTenantMembers"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/admin/tenants/{tenant_id}/policies": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The id of a tenant. Administrators name any; everybody else names the tenant that the request acts for, and any other
                 *     is not found.
                 */
                tenant_id: components["parameters"]["TenantId"];
            };
            cookie?: never;
        };
        /**
         * List the policies of a tenant and the global ones, in the order of decision
         * @description The platform's first: the global ones, those of files included, and those of the tenant with a priority below 0. Then the
         *     tenant's own, which can only forbid more. All at once: there are at most 1000 of each.
         */
        get: operations["listTenantPolicies"];
        put?: never;
        /**
         * Create a policy of a tenant
         * @description In force on this control plane when it answers, and on every other within two seconds. It can forbid what the platform
         *     allows and never allow what it denies, unless an administrator gives it a priority below 0; others are refused with 403
         *     `policy_reserved` then.
         */
        post: operations["createTenantPolicy"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/admin/tenants/{tenant_id}/policies/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The id of a tenant. Administrators name any; everybody else names the tenant that the request acts for, and any other
                 *     is not found.
                 */
                tenant_id: components["parameters"]["TenantId"];
                /** @description The id of a policy. Those from files have a `#` in it, which is `%23` in a path. */
                id: components["parameters"]["PolicyId"];
            };
            cookie?: never;
        };
        /** Get a policy that applies to a tenant */
        get: operations["getTenantPolicy"];
        put?: never;
        post?: never;
        /**
         * Delete a policy of a tenant
         * @description A global policy is not found here.
         */
        delete: operations["deleteTenantPolicy"];
        options?: never;
        head?: never;
        /**
         * Change a policy of a tenant
         * @description What is left out stays. A global policy is not found here. The priority of a policy cannot cross 0.
         */
        patch: operations["updateTenantPolicy"];
        trace?: never;
    };
    "/admin/tenants/{tenant_id}/members/{user_id}": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The id of a tenant. Administrators name any; everybody else names the tenant that the request acts for, and any other
                 *     is not found.
                 */
                tenant_id: components["parameters"]["TenantId"];
                /**
                 * @description The `sub` of an OIDC token; of a provider that has a name, `<name>:<sub>`. A leading `oidc:` is dropped. Percent-encode
                 *     what cannot stand in a path.
                 */
                user_id: components["parameters"]["MemberId"];
            };
            cookie?: never;
        };
        /** Get a member of a tenant */
        get: operations["getTenantMember"];
        /**
         * Add a member to a tenant, or give it another role
         * @description In force on every control plane within two seconds. A tenant's own administrators cannot take the role from the last
         *     of them: 409 `last_tenant_admin`.
         */
        put: operations["setTenantMember"];
        post?: never;
        /**
         * Remove a member from a tenant
         * @description In force on every control plane within two seconds. The last administrator stays, as above.
         */
        delete: operations["removeTenantMember"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/admin/tenants/{tenant_id}/api-keys": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The id of a tenant. Administrators name any; everybody else names the tenant that the request acts for, and any other
                 *     is not found.
                 */
                tenant_id: components["parameters"]["TenantId"];
            };
            cookie?: never;
        };
        /**
         * List the API keys of a tenant, newest first
         * @description Revoked and expired ones as well; never the keys themselves. Uses show within ten seconds.
         */
        get: operations["listTenantApiKeys"];
        put?: never;
        /**
         * Make an API key of a tenant
         * @description The key is in the answer and nowhere else: only its SHA-256 is kept. It acts for this tenant
         *     alone, with one of the roles viewer, api, operator and tenant_admin.
         */
        post: operations["createTenantApiKey"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/admin/tenants/{tenant_id}/api-keys/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The id of a tenant. Administrators name any; everybody else names the tenant that the request acts for, and any other
                 *     is not found.
                 */
                tenant_id: components["parameters"]["TenantId"];
                /** @description The id of the record. */
                id: components["parameters"]["RecordId"];
            };
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Revoke an API key of a tenant
         * @description Every control plane refuses it within two seconds. The record stays; a second time changes nothing.
         */
        delete: operations["revokeTenantApiKey"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/admin/api-keys": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List the API keys of the platform, newest first
         * @description Revoked and expired ones as well; never the keys themselves. Uses show within ten seconds.
         */
        get: operations["listPlatformApiKeys"];
        put?: never;
        /**
         * Make an API key of the platform
         * @description The key is in the answer and nowhere else: only its SHA-256 is kept. It belongs to no tenant, and
         *     has one of the roles viewer, api, operator and admin.
         */
        post: operations["createPlatformApiKey"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/admin/api-keys/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The id of the record. */
                id: components["parameters"]["RecordId"];
            };
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Revoke an API key of the platform
         * @description Every control plane refuses it within two seconds. The record stays; a second time changes nothing.
         */
        delete: operations["revokePlatformApiKey"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/auth/backchannel-logout": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Take the bearer tokens of somebody who has signed out at the issuer out of force
         * @description For OpenID Connect providers (OpenID Connect Back-Channel Logout 1.0). There is no credential but the logout token, which is verified
         *     as bearer tokens are: keys, `iss`, `aud`, `exp`, `iat`; `typ` is `logout+jwt` or absent, `events` has the logout, there is no `nonce`, and a
         *     `jti` is accepted once. With `sid` the tokens of that session are revoked, else those of `sub` that were issued up to `iat`. Every
         *     control plane knows within two seconds.
         */
        post: operations["backChannelLogout"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/admin/auth/revocations": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List revocations of bearer tokens, newest first */
        get: operations["listBearerRevocations"];
        put?: never;
        /**
         * Revoke bearer tokens before their time
         * @description Exactly one of `subject`, `session_id` and `token_id` says which: the claims `sub`, `sid` or `jti` of tokens of the issuer. Of a
         *     subject, the tokens that were issued before `issued_before` are revoked, and those that do not say when they were issued; who
         *     signs in again afterwards is let in. Every control plane knows within two seconds. A second revocation of the same thing widens
         *     the first and keeps its id.
         */
        post: operations["revokeBearerTokens"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/admin/auth/revocations/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The id of the record. */
                id: components["parameters"]["RecordId"];
            };
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Take a revocation of bearer tokens back */
        delete: operations["removeBearerRevocation"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/admin/auth/explain": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Tell what a credential would be, check by check
         * @description Exactly one of `token` and `api_key`. It is the verification itself, up to the first check that fails; it counts as no login,
         *     and the credential is neither logged nor audited.
         */
        post: operations["explainCredential"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/admin/worker-credentials": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List which worker authenticated with what
         * @description One item for each worker and credential, by worker id, then in the order of first use. Uses show within ten seconds.
         *     With a filter other than `worker_id` a page may have fewer items than asked for, and others may follow it.
         */
        get: operations["listWorkerCredentials"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/admin/worker-keys": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Show the signing keys of this control plane, and which of them may go
         * @description A key that only verifies may be removed when nobody used it for `safe_after`, every worker that is not stale uses
         *     another key now, and it has only verified on this control plane for that long.
         */
        get: operations["getWorkerKeys"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/admin/audit": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What was done and refused, newest first
         * @description Of every tenant and of the platform, unless `tenant_id` names one; an empty `tenant_id` is the platform. With
         *     `format=ndjson` or `format=csv` everything that matches is sent while it is read, and `limit` and `cursor` do not count.
         *     A line of NDJSON is a record as it is hashed. Texts in CSV that a spreadsheet would take for a formula begin with `'`.
         */
        get: operations["listAudit"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/admin/audit/chains": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Where the chains of the audit end, by tenant */
        get: operations["listAuditChains"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/admin/audit/chain": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * A whole chain, in the form that `stacyvm audit verify` takes
         * @description NDJSON: the anchor if the chain was pruned, its records from the oldest on, its checkpoints among them, and a head at the
         *     end, which is signed as far as there is a key.
         */
        get: operations["exportAuditChain"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/admin/audit/key": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The public key that verifies statements about chains
         * @description Keep it apart from this control plane. Without a signing key it is not found (`audit_unsigned`).
         */
        get: operations["getAuditKey"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/admin/tenants/{tenant_id}/audit": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The id of a tenant. Administrators name any; everybody else names the tenant that the request acts for, and any other
                 *     is not found.
                 */
                tenant_id: components["parameters"]["TenantId"];
            };
            cookie?: never;
        };
        /**
         * What was done to a tenant, newest first
         * @description As `/admin/audit` for one tenant. JSON has administration and everything else apart, as in the reference; a page may have
         *     few of one and many of the other.
         */
        get: operations["exportTenantAudit"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/admin/tenants/{tenant_id}/audit/chain": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The id of a tenant. Administrators name any; everybody else names the tenant that the request acts for, and any other
                 *     is not found.
                 */
                tenant_id: components["parameters"]["TenantId"];
            };
            cookie?: never;
        };
        /**
         * The whole chain of a tenant, in the form that `stacyvm audit verify` takes
         * @description As `/admin/audit/chain` for one tenant.
         */
        get: operations["exportTenantAuditChain"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/worker/{id}/heartbeat": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The id of a worker. Its case counts. */
                id: components["parameters"]["WorkerId"];
            };
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** A worker says that it is there */
        post: operations["workerHeartbeat"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/worker/{id}/leases/{resource_id}/renew": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The id of a worker. Its case counts. */
                id: components["parameters"]["WorkerId"];
                /** @description The leased resource, such as a sandbox id. */
                resource_id: string;
            };
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** A worker renews a lease that it holds */
        post: operations["renewWorkerLease"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/worker/{id}/token": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The id of a worker. Its case counts. */
                id: components["parameters"]["WorkerId"];
            };
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * A worker gets its next token issued
         * @description For workers with `worker.token_source` `issuer`. Every token is recorded, and audited. It is bound to the client
         *     certificate of the connection if there is one, unless `auth.worker_token_binding` is `off`.
         */
        post: operations["issueOwnWorkerToken"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/worker/{id}/enrol": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The id of a worker. Its case counts. */
                id: components["parameters"]["WorkerId"];
            };
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** A new worker redeems its join token for its own key */
        post: operations["enrolWorker"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What happens to sandboxes
         * @description Server-sent events: one `data:` line of JSON an event, see `SandboxEvent`, and its `id:`. Whichever control plane brought
         *     an event about, all of them tell it, in the same order. A reader who comes back with `Last-Event-ID`, to any control
         *     plane, goes on where it was, for a day; when events in between are gone, the first one is of the type `overflow`.
         *     Without that header a stream begins now. When nothing happens there is a comment every 15 seconds. A stream ends
         *     within two seconds when its reader may not read on, with an event of the type `ended`, after 15 minutes in any case,
         *     and when the control plane stops.
         */
        get: operations["streamEvents"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/health": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The process answers */
        get: operations["getHealth"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/live": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The process is alive */
        get: operations["getLive"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/ready": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Requests can be served
         * @description Ready means that the database answers and the process is not draining.
         */
        get: operations["getReady"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/diagnostics": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * How this control plane is
         * @description Answered while the database is away as well: then `store.healthy` is false, and what it would tell is empty and has an
         *     `error`. Counts are of this control plane where they say `_total`, and of all of them elsewhere.
         */
        get: operations["getDiagnostics"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/admin/diagnostics": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * How this control plane is, audited
         * @description The same as `/diagnostics`. That it was asked for is audited, so it is not answered while the database is away.
         */
        get: operations["getAdminDiagnostics"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/metrics/prometheus": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Metrics in the text format of Prometheus */
        get: operations["getPrometheusMetrics"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        AuditEvent: {
            /** @description Grows with every event. */
            id: number;
            /** @description Who, by the credential; empty when nobody knows. */
            actor: string;
            method: string;
            /** @description Without its query. */
            path: string;
            /** @description HTTP status of the answer; 0 for none. */
            status: number;
            duration_ms: number;
            request_id: string;
            remote_addr: string;
            user_agent: string;
            /** @description The tenant acted on, whose chain it is in; empty for the platform. */
            tenant_id: string;
            created_at: string;
            event_id: string;
            /** @description Place in the chain. */
            sequence: number;
            /** @enum {string} */
            category: "admin" | "operation" | "authentication" | "policy" | "system";
            /** @enum {string} */
            phase: "intent" | "outcome";
            /** @description On an outcome, the `event_id` of its intent. */
            intent_id: string;
            actor_kind: string;
            /** @description The tenant of the credential. */
            actor_tenant_id: string;
            credential_id: string;
            action: string;
            resource: string;
            /**
             * @description Empty on an intent.
             * @enum {string}
             */
            outcome: "" | "success" | "denied" | "failure";
            reason: string;
            detail: {
                [key: string]: unknown;
            };
            prev_hash: string;
            hash: string;
        };
        OperationAudit: {
            id: number;
            actor: string;
            action: string;
            sandbox_id: string;
            resource: string;
            provider: string;
            /** @description `success`, `denied`, `failure`, or `intent` for what was announced. */
            status: string;
            /** @description JSON as text. */
            detail: string;
            tenant_id: string;
            created_at: string;
        };
        TenantAudit: {
            tenant_id: string;
            admin_audit: components["schemas"]["AuditEvent"][];
            op_audit: components["schemas"]["OperationAudit"][];
            exported_at: string;
        };
        AuditChain: {
            tenant_id: string;
            /** @description Of its last record. */
            sequence: number;
            hash: string;
            /** @description What came up to here is pruned. */
            anchor_sequence: number;
            /** @description What came up to here is signed. */
            checkpoint_sequence: number;
            updated_at?: string;
        };
        AuditKey: {
            key_id: string;
            /** @enum {string} */
            algorithm: "Ed25519";
            /** @description PEM. */
            public_key: string;
        };
        TenantId: string;
        Tenant: {
            id: string;
            name: string;
            /** @description Who asked for it. It gives no rights. */
            owner_id: string;
            /** @description JSON as a text */
            settings: string;
            /**
             * @description While it is `deleting`, no sandbox is let in.
             * @enum {unknown}
             */
            state: "active" | "deleting";
            /** Format: date-time */
            created_at: string;
            /** Format: date-time */
            updated_at: string;
        };
        TenantEnvelope: {
            tenant: components["schemas"]["Tenant"];
        };
        CreateTenant: {
            id?: components["schemas"]["TenantId"];
            name: string;
            owner_id?: string;
            /** @description Any JSON of at most 16 KiB; nothing here reads it. */
            settings?: unknown;
        };
        ReplaceTenant: {
            /** @description Ignored. */
            id?: string;
            name?: string;
            owner_id?: string;
            /** @description Any JSON of at most 16 KiB. */
            settings?: unknown;
        };
        UpdateTenant: {
            name?: string;
            owner_id?: string;
            /** @description Any JSON of at most 16 KiB. */
            settings?: unknown;
        };
        /**
         * @description What the member may do in the tenant. `admin` also manages its members, keys and policies.
         * @enum {unknown}
         */
        TenantMemberRole: "viewer" | "operator" | "admin";
        TenantMember: {
            tenant_id: string;
            user_id: string;
            role: components["schemas"]["TenantMemberRole"];
            /** Format: date-time */
            created_at: string;
            /** Format: date-time */
            updated_at: string;
        };
        TenantMemberEnvelope: {
            member: components["schemas"]["TenantMember"];
        };
        SetTenantMember: {
            role: components["schemas"]["TenantMemberRole"];
        };
        FilePath: string;
        FileMode: string;
        FileWrite: {
            path: components["schemas"]["FilePath"];
            /** @description Written as UTF-8. */
            content: string;
            /** @description Permission bits in octal; `0644` when absent or empty. */
            mode?: string;
        };
        FileMove: {
            old_path: components["schemas"]["FilePath"];
            new_path: components["schemas"]["FilePath"];
        };
        FileChmod: {
            path: components["schemas"]["FilePath"];
            mode: components["schemas"]["FileMode"];
        };
        FileAction: {
            /** @enum {string} */
            status: "written" | "deleted" | "moved" | "chmod applied";
            /** @description Bytes that were written. */
            size?: number;
        };
        FileInfo: {
            /** @description Absolute. */
            path: string;
            size: number;
            /** @description Permission bits in octal */
            mode: string;
            is_dir: boolean;
            /** @description RFC 3339 to the second. */
            mod_time: string;
        };
        Error: {
            /** @enum {string} */
            code: "BAD_REQUEST" | "UNAUTHORIZED" | "FORBIDDEN" | "NOT_FOUND" | "TIMEOUT" | "CONFLICT" | "RESOURCE_LIMIT" | "INTERNAL_ERROR" | "UNAVAILABLE";
            message: string;
            /** @description Stable; for programs. */
            reason: string;
            request_id: string;
            /**
             * Format: date-time
             * @description On a 401 of a worker endpoint, so that a skewed clock shows.
             */
            server_time?: string;
            /** @description On a 401 with the reason `token_revoked` of a worker endpoint: the list as in a heartbeat's reply. */
            revocations?: {
                [key: string]: unknown;
            };
        };
        Status: {
            status: string;
        };
        /** @enum {string} */
        SandboxState: "creating" | "running" | "idle" | "unhealthy" | "expired" | "destroyed" | "error";
        SpawnRequest: {
            /** @description An image that the provider knows; for bubblewrap a registered root file system, such as `host`. */
            image?: string;
            provider?: string;
            /** @description 0 is the default. */
            memory_mb?: number;
            /** @description 0 is the default. */
            vcpus?: number;
            /** @description How long it may live. */
            ttl?: string;
            /** @description Not available on this control plane; must be empty. */
            template?: string;
            /**
             * @description `none` is the sandbox's own loopback alone. Other networks are those that the workers of the provider are set up with; 400 `network_unknown` lists them.
             * @default none
             */
            network_mode?: string;
            owner_id?: string;
            /** @description Ignored; the tenant comes from the credential. */
            tenant_id?: string;
            metadata?: {
                [key: string]: string;
            };
            /** @description Labels that the worker must carry, with these very values. 409 `requirements_unmet` when no worker does. */
            requirements?: {
                [key: string]: string;
            };
        };
        SandboxEvent: {
            /** @description For `Last-Event-ID`. */
            id: string;
            /**
             * @description `sandbox.created`, `sandbox.` and the state that it came to (`sandbox.running`, `sandbox.unhealthy`, `sandbox.destroyed`, …),
             *     `sandbox.extended`, `exec.` and the outcome of a program (`exec.completed`, `exec.failed`, `exec.timeout`, `exec.cancelled`),
             *     `overflow`: events are gone that the reader has not seen, or `ended`: the reader may not read on, and `data.reason`
             *     says why (`credential_revoked`). Both have the id to resume by, and no sandbox.
             */
            type: string;
            sandbox_id?: string;
            /** Format: date-time */
            timestamp: string;
            /** @description Such as `reason`, `exit_code`, `duration_ms`, `request_id`. */
            data?: Record<string, never>;
        };
        ExtendRequest: {
            /** @description How long it may live from now on. */
            ttl: string;
        };
        Sandbox: {
            id: string;
            state: components["schemas"]["SandboxState"];
            /** @description Why the state is what it is; for programs. */
            state_reason?: string;
            provider: string;
            image: string;
            memory_mb: number;
            vcpus: number;
            owner_id?: string;
            tenant_id?: string;
            /** @description What the provider calls the runtime. */
            vm_id?: string;
            worker_id?: string;
            /** Format: date-time */
            created_at: string;
            /** Format: date-time */
            expires_at: string;
            metadata: {
                [key: string]: string;
            };
            preview_domain?: string;
        };
        ExecRequest: {
            command?: string;
            args?: string[];
            /**
             * @description `shell` runs `sh -c`, with `args` quoted and appended; `argv` runs `command` itself.
             * @default shell
             * @enum {string}
             */
            mode?: "" | "shell" | "argv";
            env?: {
                [key: string]: string;
            };
            /** @description Default `/workspace`. */
            workdir?: string;
            timeout?: string;
            /** @default false */
            stream?: boolean;
            /**
             * @description With `stream`: end with an exit or error record.
             * @default false
             */
            exit_record?: boolean;
            /** @description What the program reads from its standard input. */
            stdin?: string;
            /**
             * @default utf-8
             * @enum {string}
             */
            stdin_encoding?: "utf-8" | "base64";
        };
        ExecResult: {
            /** @description 128 + n when signal n ended the program. */
            exit_code: number;
            stdout: string;
            stderr: string;
            duration: string;
            /** @description Present and true when output was dropped for want of room. */
            truncated?: boolean;
        };
        ExecChunk: {
            /** @enum {string} */
            stream: "stdout" | "stderr";
            data: string;
        };
        ExecExitRecord: {
            exit: {
                exit_code: number;
                duration: string;
            };
        };
        ExecErrorRecord: {
            error: components["schemas"]["Error"];
        };
        ExecStreamLine: components["schemas"]["ExecChunk"] | components["schemas"]["ExecExitRecord"] | components["schemas"]["ExecErrorRecord"];
        Worker: {
            id: string;
            hostname: string;
            status: string;
            providers: string[];
            capabilities: string[];
            capacity: {
                [key: string]: unknown;
            };
            /** @description What a spawn may require; the worker says it as `capacity.labels`. */
            labels: {
                [key: string]: string;
            };
            /** @description No new sandboxes are placed there. */
            cordoned: boolean;
            /** @description The worker is to run empty. */
            drain_requested: boolean;
            /**
             * Format: date-time
             * @description When what is left there is destroyed. Absent is never.
             */
            drain_deadline?: string;
            /** @description Sandboxes that count against its limits. */
            active_sandboxes: number;
            /** @description The memory that was handed out to them. */
            active_memory_mb: number;
            /** @description The CPUs that were handed out to them. */
            active_vcpus: number;
            /** @description How often it came back, as another process or after it was stale. */
            flaps: number;
            /**
             * Format: date-time
             * @description Absent when it never did.
             */
            last_flap_at?: string;
            /** Format: date-time */
            last_heartbeat: string;
            /** Format: date-time */
            created_at: string;
            /** Format: date-time */
            updated_at: string;
            /**
             * @description No heartbeat for more than two minutes, for all of which some control plane was there to hear it. A worker that is silent
             *     for as long is not given sandboxes in any case.
             */
            stale: boolean;
        };
        DrainWorker: {
            /** @description Destroy what is left at once. */
            evict?: boolean;
            /** @description How long what runs may go on, such as `10m`; not together with `evict`. */
            deadline?: string;
        };
        Heartbeat: {
            hostname?: string;
            status?: string;
            providers?: string[] | null;
            capabilities?: string[] | null;
            capacity?: {
                [key: string]: unknown;
            } | null;
            /** @description Names one run of the worker process. */
            instance_id?: string;
            /** @description What the worker holds. */
            sandboxes?: {
                id: string;
                generation: number;
            }[];
            /** @description The list of revocations that the worker has. */
            revocation_version?: number;
        } & {
            [key: string]: unknown;
        };
        HeartbeatReply: {
            id?: string;
            hostname?: string;
            status?: string;
            providers?: string[];
            capabilities?: string[];
            capacity?: {
                [key: string]: unknown;
            };
            /** Format: date-time */
            last_heartbeat?: string;
            /** Format: date-time */
            created_at?: string;
            /** Format: date-time */
            updated_at?: string;
            stale?: boolean;
            /** Format: date-time */
            server_time: string;
            /** @description When the next heartbeat is expected. */
            next_heartbeat_ms: number;
            /** @description Take no new sandboxes. */
            drain: boolean;
            /** @description Sandboxes that are not the worker's any more; it destroys them. */
            release: string[];
            revocations?: components["schemas"]["RevocationFeed"];
        };
        Lease: {
            resource_id: string;
            holder_id: string;
            generation: number;
            /** Format: date-time */
            expires_at: string;
        };
        RenewLease: {
            ttl: string;
            /** @description When given */
            generation?: number;
        } & {
            [key: string]: unknown;
        };
        RenewLeaseReply: {
            lease: components["schemas"]["Lease"];
        };
        /** @description The whole list of what is revoked. Versions are compared for equality only. */
        RevocationFeed: {
            version: number;
            entries: {
                kind: components["schemas"]["RevocationKind"];
                subject: string;
                /**
                 * Format: date-time
                 * @description Of the kind `worker`.
                 */
                issued_before?: string;
            }[];
        };
        Enrolment: {
            /** @description Names one run of the worker process. */
            instance_id?: string;
            hostname?: string;
        } & {
            [key: string]: unknown;
        };
        EnrolmentReply: {
            worker_id: string;
            /** @description The worker's own signing key. */
            key: string;
            key_fingerprint: components["schemas"]["KeyFingerprint"];
            pool: string;
            /** Format: date-time */
            server_time: string;
        };
        /** @description The first 16 hexadecimal digits of the SHA-256 of a key. */
        KeyFingerprint: string;
        IssueWorkerToken: {
            /** @description Whom the token is for. It need not exist yet. */
            worker_id: string;
            /** @description How long it lives: default `5m`, at most `15m`. */
            ttl?: string;
            /** @description Where it is presented: `worker:control-plane` (default) or `worker:rpc`. */
            audience?: string;
            /** @description What it grants. Without any it is the default set of the audience. */
            scopes?: string[] | null;
            /** @description Binds the token to a client certificate (RFC 8705): the SHA-256 of its DER encoding in base64url. Needed where `auth.worker_token_binding` is `required`. */
            certificate_thumbprint?: string;
        };
        IssuedWorkerToken: {
            token: string;
            /** @description Its `jti`. */
            token_id: string;
            worker_id: string;
            audience: string;
            /** @description What the token grants. */
            scopes: string[];
            /** Format: date-time */
            issued_at: string;
            /** Format: date-time */
            expires_at: string;
            key_fingerprint: components["schemas"]["KeyFingerprint"];
            /** @description Of the certificate that the token is bound to. */
            certificate_thumbprint?: string;
        };
        WorkerTokenIssuance: {
            token_id: string;
            worker_id: string;
            audience: string;
            scopes: string[];
            /** @description Of the key of the control plane that the worker's was derived from. */
            key_fingerprint: string;
            /** @description The way it was asked for. */
            method: string;
            requester: string;
            /** @description What the requester proved itself with; a fingerprint. */
            credential_id: string;
            source_address: string;
            request_id: string;
            /** Format: date-time */
            issued_at: string;
            /** Format: date-time */
            expires_at: string;
        };
        /** @enum {string} */
        RevocationKind: "token" | "worker" | "key";
        RevokeWorkerCredentials: {
            /** @description The `jti` of a token. */
            token_id?: string;
            worker_id?: string;
            /** @description With `worker_id`: only tokens issued before this time in RFC 3339, or before `now`. */
            issued_before?: string;
            key_fingerprint?: components["schemas"]["KeyFingerprint"];
            /** @description Why; for people. */
            reason: string;
        };
        /** @enum {string} */
        ApiKeyRole: "viewer" | "api" | "operator" | "tenant_admin" | "admin";
        ApiKeyName: string;
        /** @description How long it can be used, such as `2160h`, from `1m` to `87600h`; without it, until it is revoked. */
        ApiKeyTtl: string;
        CreateTenantApiKey: {
            name: components["schemas"]["ApiKeyName"];
            /** @enum {string} */
            role: "viewer" | "api" | "operator" | "tenant_admin";
            ttl?: components["schemas"]["ApiKeyTtl"];
        };
        CreatePlatformApiKey: {
            name: components["schemas"]["ApiKeyName"];
            /** @enum {string} */
            role: "viewer" | "api" | "operator" | "admin";
            ttl?: components["schemas"]["ApiKeyTtl"];
        };
        CreatedApiKey: {
            /** @description The key itself: `svk_<prefix>_<secret>_<checksum>`. It is shown here and never again. */
            key: string;
            id: string;
            /** @description The part of the key after `svk_`; it names the key in logs and lists. */
            prefix: string;
            /** @description Absent for a key of the platform. */
            tenant_id?: string;
            name: string;
            role: components["schemas"]["ApiKeyRole"];
            created_by: string;
            /** Format: date-time */
            created_at: string;
            /**
             * Format: date-time
             * @description Absent when it does not expire.
             */
            expires_at?: string;
        };
        ApiKey: {
            /** @enum {string} */
            state: "active" | "expired" | "revoked";
            id: string;
            /** @description The part of the key after `svk_`; it names the key in logs and lists. */
            prefix: string;
            /** @description Absent for a key of the platform. */
            tenant_id?: string;
            name: string;
            role: components["schemas"]["ApiKeyRole"];
            created_by: string;
            /** Format: date-time */
            created_at: string;
            /**
             * Format: date-time
             * @description Absent when it does not expire.
             */
            expires_at?: string;
            /** Format: date-time */
            last_used_at?: string;
            /** Format: date-time */
            revoked_at?: string;
        };
        /** @enum {string} */
        BearerRevocationKind: "subject" | "session" | "token";
        BackChannelLogout: {
            logout_token: string;
        };
        RevokeBearerTokens: {
            /** @description The `iss` of the tokens; may be left out where there is one issuer. */
            issuer?: string;
            subject?: string;
            session_id?: string;
            token_id?: string;
            /** @description With `subject`: only tokens issued before this time in RFC 3339; `now` unless told. */
            issued_before?: string;
            /** @description When every token that it concerns is dead, from now, from `1m` to `87600h`; then it is forgotten. Without it, it is kept. */
            ttl?: string;
            /** @description Why; for people. */
            reason: string;
        };
        BearerRevocation: {
            id: string;
            kind: components["schemas"]["BearerRevocationKind"];
            issuer: string;
            /** @description A `sub`, `sid` or `jti`, by the kind. */
            subject: string;
            /**
             * Format: date-time
             * @description Of a subject.
             */
            issued_before?: string;
            reason: string;
            revoked_by: string;
            /** Format: date-time */
            created_at: string;
            /**
             * Format: date-time
             * @description Absent when it is kept.
             */
            expires_at?: string;
        };
        ExplainCredential: {
            token?: string;
            api_key?: string;
        };
        CredentialExplanation: {
            accepted: boolean;
            /** @description In their order, up to the first that failed. */
            checks: {
                name: string;
                ok: boolean;
                /** @description What was found. It may show claims; never the credential. */
                detail: string;
            }[];
            /** @description Who the caller would be, before a membership of a tenant counts. */
            principal?: {
                /** @enum {string} */
                kind: "api_key" | "tenant_key" | "oidc" | "local";
                id: string;
                role: string;
                scopes: string[];
                credential_id: string;
                tenant_id?: string;
                issuer?: string;
            };
            /** @description Why not; as in the error that the caller would get. */
            reason?: string;
            message?: string;
        };
        WorkerRevocation: {
            id: string;
            kind: components["schemas"]["RevocationKind"];
            /** @description A token id, a worker id or a key fingerprint, by the kind. */
            subject: string;
            /**
             * Format: date-time
             * @description Of a worker revoked up to a moment; absent when it is revoked altogether.
             */
            issued_before?: string;
            reason: string;
            revoked_by: string;
            /** Format: date-time */
            created_at: string;
            /**
             * Format: date-time
             * @description When everything that it concerns is dead and it is forgotten; absent when it is kept.
             */
            expires_at?: string;
        };
        /** @enum {string} */
        PolicyResourceType: "image" | "provider" | "network";
        /** @enum {string} */
        PolicyEffect: "allow" | "deny";
        /**
         * @description `warn` and `audit` are on trial: they refuse nothing. The caller is told (`warn`), or it is only logged (`audit`).
         * @enum {string}
         */
        PolicyMode: "enforce" | "warn" | "audit";
        /**
         * @description `*` is any run without `/`, `**` any run, `?` one character, `[a-z]` and `[!a-z]` one of a class, `\` takes the next
         *     character as it is. Images are compared in every spelling that means the same.
         */
        PolicyPattern: string;
        CreatePolicy: {
            resource_type: components["schemas"]["PolicyResourceType"];
            effect: components["schemas"]["PolicyEffect"];
            pattern: components["schemas"]["PolicyPattern"];
            /** @description Lower ones are read first; 10 unless given. */
            priority?: number;
            mode?: components["schemas"]["PolicyMode"];
            description?: string;
        };
        PolicyEnvelope: {
            policy: components["schemas"]["Policy"];
        };
        UpdatePolicy: {
            effect?: components["schemas"]["PolicyEffect"];
            pattern?: components["schemas"]["PolicyPattern"];
            priority?: number;
            mode?: components["schemas"]["PolicyMode"];
            description?: string;
        };
        OwnerId: string;
        /** @description A duration of whole seconds such as `8h`; `0s` is no limit. */
        QuotaDuration: string;
        Deleted: {
            /** @enum {string} */
            status: "deleted";
        };
        SetQuota: {
            max_sandboxes?: number;
            max_memory_mb?: number;
            max_vcpus?: number;
            max_ttl?: components["schemas"]["QuotaDuration"];
            max_exec_timeout?: components["schemas"]["QuotaDuration"];
            max_token_issues_per_minute?: number;
        };
        /** @description 0 and `0s` are not limited by it. */
        Quota: {
            /** @description Absent in the quota of a tenant as a whole. */
            owner_id?: string;
            /** @description Absent outside of all tenants. */
            tenant_id?: string;
            /** @description At once. */
            max_sandboxes: number;
            /** @description Of all its sandboxes together. */
            max_memory_mb: number;
            /** @description Of all its sandboxes together. */
            max_vcpus: number;
            /** @description The longest life that a spawn may ask for. */
            max_ttl: string;
            /** @description The longest timeout that an exec may ask for. */
            max_exec_timeout: string;
            /** @description Worker tokens and join tokens. */
            max_token_issues_per_minute: number;
            /** Format: date-time */
            created_at: string;
            /** Format: date-time */
            updated_at: string;
        };
        QuotaSummary: {
            total: number;
            with_max_sandboxes: number;
            with_max_ttl: number;
            with_max_exec_timeout: number;
        };
        /** @description Limits are those that hold in the end, of the quota and the settings, and in time also of the tenant. 0 is none. */
        QuotaUsage: {
            owner_id?: string;
            tenant_id?: string;
            active_sandboxes: number;
            max_sandboxes: number;
            active_memory_mb: number;
            max_memory_mb: number;
            active_vcpus: number;
            max_vcpus: number;
            max_ttl: string;
            max_exec_timeout: string;
            max_token_issues_per_minute: number;
            quota_configured: boolean;
        };
        Policy: {
            id: string;
            /** @description Empty for those of everybody. */
            tenant_id: string;
            /**
             * @description Only those of the store can be changed here.
             * @enum {string}
             */
            source: "store" | "file";
            authority: components["schemas"]["PolicyAuthority"];
            resource_type: components["schemas"]["PolicyResourceType"];
            effect: components["schemas"]["PolicyEffect"];
            pattern: components["schemas"]["PolicyPattern"];
            priority: number;
            mode: components["schemas"]["PolicyMode"];
            description: string;
            /** @description Empty for those of files. */
            created_by: string;
            /**
             * Format: date-time
             * @description Of those of files: a time in 1970 that keeps their order, so that they count as older than all others.
             */
            created_at: string;
            /** Format: date-time */
            updated_at: string;
        };
        EvaluatePolicies: {
            image?: string;
            provider?: string;
            network?: string;
            tenant_id?: string;
        };
        PolicyVerdict: {
            allowed: boolean;
            authority: components["schemas"]["PolicyAuthority"];
            reason: components["schemas"]["PolicyReason"];
            policy_id?: string;
            spelling?: string;
        };
        /**
         * @description Whose word it is: that of whoever runs the fleet, or that of the tenant itself, which can forbid more and never allow more.
         * @enum {string}
         */
        PolicyAuthority: "platform" | "tenant";
        /** @enum {string} */
        PolicyReason: "rule_allows" | "rule_denies" | "default_allows" | "default_denies" | "invalid_value";
        PolicyAnswer: {
            resource_type: components["schemas"]["PolicyResourceType"];
            /** @description What was asked about; the default where nothing was named. */
            value: string;
            allowed: boolean;
            authority: components["schemas"]["PolicyAuthority"];
            reason: components["schemas"]["PolicyReason"];
            default: components["schemas"]["PolicyEffect"];
            mode: components["schemas"]["PolicyMode"];
            /** @description The policy that decides; absent where none does. */
            policy_id?: string;
            /** @description The spelling of the value that its pattern matches. */
            spelling?: string;
            trial?: components["schemas"]["PolicyVerdict"];
            /** @description What patterns are compared with. */
            spellings: string[];
            /** @description What patterns that deny are compared with beside these. */
            deniable_spellings: string[];
            /** @description Every policy that applies, in the order of decision. */
            policies: {
                policy_id: string;
                authority: components["schemas"]["PolicyAuthority"];
                /** @enum {string} */
                outcome: "decides" | "decides_on_trial" | "too_late" | "cannot_allow" | "no_match" | "other_type" | "invalid_value";
                spelling?: string;
            }[];
        };
        PolicyEvaluation: {
            /** @description Whether every answer is. */
            allowed: boolean;
            /** @description Of the set of policies that was asked; also in the log of decisions. */
            policy_version: string;
            answers: components["schemas"]["PolicyAnswer"][];
        };
        CreateJoinToken: {
            /** @description The one worker that may join with it. */
            worker_id: string;
            /** @description How long it can be used: default `10m`, at most `24h`. */
            ttl?: string;
            /** @description The pool that the worker joins. */
            pool?: string;
        };
        CreatedJoinToken: {
            id: string;
            /** @description Shown here and never again. */
            token: string;
            worker_id: string;
            pool: string;
            /** Format: date-time */
            created_at: string;
            /**
             * Format: date-time
             * @description It must be used before.
             */
            expires_at: string;
        };
        JoinToken: {
            id: string;
            worker_id: string;
            pool: string;
            /** @enum {string} */
            state: "unused" | "redeemed" | "expired";
            created_by: string;
            /** Format: date-time */
            created_at: string;
            /** Format: date-time */
            expires_at: string;
            /** Format: date-time */
            redeemed_at?: string;
            /** @description Address of whoever used it. */
            redeemed_from?: string;
            /** @description How often it was presented when it was no good any more. */
            refused_redemptions: number;
            /** Format: date-time */
            last_refused_at?: string;
            last_refused_from?: string;
        };
        WorkerCredentialUse: {
            worker_id: string;
            /** @enum {string} */
            form: "signed" | "static";
            /**
             * @description Of a static token: shared by all workers, or the worker's own.
             * @enum {string}
             */
            kind?: "shared" | "worker";
            /** @description Which key signed, such as `derived(active)`. */
            key_role?: string;
            /** @description Of the key of the control plane; for a derived key, its master's. */
            key_fingerprint?: string;
            /** @description Of the key that signed the last heartbeat, when this is the current credential. */
            signing_key_fingerprint?: string;
            /**
             * @description The token profile that the last heartbeat satisfied, when this is the current credential.
             * @enum {string}
             */
            profile?: "strict" | "compatible";
            /** Format: date-time */
            first_seen: string;
            /** Format: date-time */
            last_seen: string;
            /** @description How often. */
            count: number;
            /** @description The last heartbeat of the worker came with it. */
            current: boolean;
            /** @description The worker was not heard of for more than two minutes. */
            stale: boolean;
        };
        WorkerKey: {
            /** @description `active`, or `verify_only[0]` and so on. */
            role: string;
            fingerprint: components["schemas"]["KeyFingerprint"];
            /**
             * Format: date-time
             * @description Since when this process has it as active or as verify-only.
             */
            role_since: string;
            revoked: boolean;
            /**
             * Format: date-time
             * @description By any worker; absent when it never was.
             */
            last_used?: string;
            /** @description Workers whose last heartbeat was signed by it or by a key derived from it; 100 at most. */
            workers: string[];
            worker_count: number;
            safe_to_remove: boolean;
            /** @description What is missing */
            why: string;
        };
        OwnWorkerToken: {
            /** @description Shown here and never again. */
            token: string;
            token_id: string;
            /** Format: date-time */
            issued_at: string;
            /** Format: date-time */
            expires_at: string;
        };
        WorkerKeys: {
            /** Format: date-time */
            checked_at: string;
            /** @description How long a key must have been unused. */
            safe_after: string;
            keys: components["schemas"]["WorkerKey"][];
        };
        Health: {
            /** @enum {string} */
            status: "ok" | "alive";
            version: string;
            uptime: string;
        };
        Diagnostics: {
            /** Format: date-time */
            generated_at: string;
            build: {
                version: string;
                node: string;
                platform: string;
                arch: string;
            };
            process: {
                /** Format: date-time */
                started_at: string;
                uptime: string;
                memory: {
                    rss_bytes: number;
                    heap_total_bytes: number;
                    heap_used_bytes: number;
                    external_bytes: number;
                };
            };
            store: {
                healthy: boolean;
                /** @description How long one round trip took; or for how long it was waited. */
                latency_ms: number;
                /** @enum {string} */
                error?: "database_unavailable";
            };
            limits: {
                /** @description Over the whole fleet; 0 is no limit. */
                max_sandboxes: number;
                /** @description 0 is no limit. */
                max_sandboxes_per_owner: number;
                max_ttl: string;
                /** @description 0s is `max_exec_timeout`. */
                default_exec_timeout: string;
                max_exec_timeout: string;
                /** @enum {string} */
                spawn_overflow: "reject" | "queue";
                spawn_queue_timeout: string;
                max_spawn_queue: number;
            };
            /** @description The queue of spawns at this control plane. Its capacity is 0 when there is none. */
            scheduler: {
                /** @description Spawns that wait now. */
                spawn_queue_depth: number;
                /** @description Spawns that may wait. */
                spawn_queue_capacity: number;
                spawn_queued_total: number;
                /** @description Got their place after waiting. */
                spawn_dequeued_total: number;
                spawn_queue_timeouts_total: number;
                /** @description Their callers went away. */
                spawn_queue_abandoned_total: number;
                /** @description Were not let in. */
                spawn_queue_full_total: number;
                spawn_queue_wait_ms_total: number;
                spawn_queue_wait_ms_max: number;
            };
            rate_limit: {
                enabled: boolean;
                requests_per_minute: number;
                /** @description The most that a caller may ask at once. */
                burst: number;
                /** @enum {string} */
                key_by: "owner" | "api_key" | "ip";
                /** @description Callers and addresses that have asked lately. */
                active_buckets: number;
                /** @description How many of them are remembered at most. */
                max_buckets: number;
                /** @description Whether all control planes count together at the moment. */
                shared: boolean;
                /** @description Requests that passed since the start. */
                allowed_total: number;
                /** @description Requests that were refused since the start. */
                limited_total: number;
                /** @description Callers that were forgotten because there were too many. */
                evicted_total: number;
            };
            workers: {
                total: number;
                /** @description Of status online and not stale. */
                online: number;
                /** @description No heartbeat for more than two minutes. */
                stale: number;
                /** @description Neither: such as draining. */
                unhealthy: number;
                /** @description The first 100 by id. */
                items: components["schemas"]["Worker"][];
                /** @enum {string} */
                error?: "database_unavailable";
            };
            sandboxes: {
                /** @description All that are not destroyed; at most ten seconds old. */
                total: number;
                /** @description All that count against limits. */
                active: number;
                by_state: {
                    [key: string]: number;
                };
                /** @description The active ones of at most 100 workers. */
                by_worker: {
                    [key: string]: number;
                };
                /** @enum {string} */
                error?: "database_unavailable";
            };
            settings: {
                /** @description Absent when there is none. */
                config_file?: string;
                /** @description Counts the changes since the start. */
                generation: number;
                /** Format: date-time */
                loaded_at: string;
                /** @description Why what is configured now is not in force. Absent when it is. */
                last_error?: {
                    /** Format: date-time */
                    at: string;
                    problems: components["schemas"]["SettingsProblem"][];
                };
                /** @description Settings that have another value now than at the start, and need a restart to be in force. */
                restart_required: string[];
                warnings: components["schemas"]["SettingsProblem"][];
            };
            tls: {
                /** @description The API is served by https. */
                server: boolean;
                /** @description Workers are called by mutual TLS. */
                workers: boolean;
                /** @description Those in force, at most 100. */
                certificates: {
                    /** @description What it is for: server, server_client_ca, rpc_client, rpc_ca, syslog_client or syslog_ca. */
                    kind: string;
                    /** @description Its name without the directory. */
                    file: string;
                    /** Format: date-time */
                    not_before: string;
                    /** Format: date-time */
                    not_after: string;
                    fingerprint_sha256: string;
                }[];
                /** @description Why what the files hold now is not in force. Empty when it is. */
                problems: {
                    /** @enum {string} */
                    kind: "server" | "rpc_client" | "syslog_client";
                    code: string;
                }[];
            };
            audit: {
                /** @description There is a signing key. */
                signed: boolean;
                /** @description Where the audit is sent on to, in the order of `audit.sinks`. */
                sinks: {
                    /** @enum {string} */
                    kind: "file" | "syslog+udp" | "syslog+tcp" | "syslog+tls" | "syslog+unix";
                    /**
                     * @description standby: another control plane delivers. unknown: it is not known yet.
                     * @enum {string}
                     */
                    state: "delivering" | "standby" | "failing" | "unknown";
                    /** @description Why it is failing. Absent when it is not. */
                    problem?: string;
                    /** @description What it has not had yet; counted at most once in ten seconds. */
                    waiting_records: number;
                    /** @description How long the oldest of these has waited. */
                    lag_seconds: number;
                    /** @description What this control plane sent. */
                    delivered_total: number;
                    /** @description How often it did not take records. */
                    failures_total: number;
                    /** @description Records that were gone before it had them. */
                    missed_total: number;
                }[];
            };
            /** @description What is left out everywhere in this answer. */
            redactions: string[];
        };
        SettingsProblem: {
            /** @description Empty when it is not about one setting. */
            key: string;
            message: string;
            /** @description Where the value comes from; empty when that is not known. */
            origin: string;
        };
        Readiness: {
            /** @enum {string} */
            status: "ready" | "not_ready";
            version: string;
            uptime: string;
            checks: {
                /** @enum {string} */
                database: "ok" | "unavailable";
                /** @enum {string} */
                workers: "ok" | "none_online" | "unknown";
                /** @enum {string} */
                draining: "ok" | "draining";
            };
        };
    };
    responses: {
        /** @description The request is not what the contract asks for. */
        BadRequest: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
            };
        };
        /** @description No credential, or one that does not hold. */
        Unauthorized: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
            };
        };
        /** @description The credential does not carry the scope of the route, a page of an origin that is not allowed asked, or a policy denies it. */
        Forbidden: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
            };
        };
        /** @description There is no such thing, or no tenant for the caller that `X-Tenant-ID` names. */
        NotFound: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
            };
        };
        /** @description There is no such file or no such sandbox; the reason says which. */
        FileNotFound: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
            };
        };
        /** @description The credential does not carry the scope of the route, or the sandbox itself may not do this. */
        FileForbidden: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
            };
        };
        /** @description The sandbox has no space left for it. */
        NoSpace: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
            };
        };
        /** @description The program ran longer than its timeout and was killed. */
        Timeout: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
            };
        };
        /** @description The thing is not in a state in which this is possible. */
        Conflict: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
            };
        };
        /** @description The body is larger than the limit. */
        TooLarge: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
            };
        };
        /** @description Too many requests of this caller; `Retry-After` tells the seconds to wait. */
        RateLimited: {
            headers: {
                "Retry-After": components["headers"]["RetryAfter"];
                "X-RateLimit-Limit": components["headers"]["RateLimit"];
                "X-RateLimit-Remaining": components["headers"]["RateLimitRemaining"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
            };
        };
        /** @description A limit or the fleet's capacity is reached, or too many requests of this caller (`rate_limited`, with `Retry-After`). */
        ResourceLimit: {
            headers: {
                "Retry-After": components["headers"]["RetryAfter"];
                "X-RateLimit-Limit": components["headers"]["RateLimit"];
                "X-RateLimit-Remaining": components["headers"]["RateLimitRemaining"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
            };
        };
        /** @description The worker is revoked, so it gets no credential. */
        WorkerRevoked: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
            };
        };
        /** @description Too many in a minute; `Retry-After` tells the seconds to wait. */
        IssueLimit: {
            headers: {
                "Retry-After": components["headers"]["RetryAfter"];
                "X-RateLimit-Limit": components["headers"]["RateLimit"];
                "X-RateLimit-Remaining": components["headers"]["RateLimitRemaining"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
            };
        };
        /** @description A fault of ours. The log has the details under the request id. */
        Internal: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
            };
        };
        /** @description Something that the request needs is away; try again. */
        Unavailable: {
            headers: {
                /** @description After how many seconds, when it is only busy (`worker_busy`). */
                "Retry-After"?: number;
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
            };
        };
    };
    parameters: {
        /**
         * @description The id of a tenant. Administrators name any; everybody else names the tenant that the request acts for, and any other
         *     is not found.
         */
        TenantId: components["schemas"]["TenantId"];
        /**
         * @description The `sub` of an OIDC token; of a provider that has a name, `<name>:<sub>`. A leading `oidc:` is dropped. Percent-encode
         *     what cannot stand in a path.
         */
        MemberId: string;
        /** @description The id of a policy. Those from files have a `#` in it, which is `%23` in a path. */
        PolicyId: string;
        /** @description The id of a sandbox. */
        SandboxId: string;
        /** @description Where the file is, as the sandbox sees it. A relative path begins at `/workspace`. */
        FilePath: components["schemas"]["FilePath"];
        /** @description The id of a worker. Its case counts. */
        WorkerId: string;
        /** @description Only what this actor did, by its whole id. */
        AuditActor: string;
        /** @description Only this action, such as `sandbox.spawn`. */
        AuditAction: string;
        /** @description Only what was done to this, such as `sandbox:sb-1`. */
        AuditResource: string;
        /** @description Only this kind. */
        AuditCategory: "admin" | "operation" | "authentication" | "policy" | "system";
        /** @description Only what ended so. */
        AuditOutcome: "success" | "denied" | "failure";
        /** @description Only what was answered with this HTTP status. */
        AuditStatus: number;
        /** @description Only this HTTP method, in whatever case. */
        AuditMethod: string;
        /** @description Only where the path has this in it. */
        AuditPath: string;
        /** @description From this time on. */
        AuditSince: string;
        /** @description Before this time. */
        AuditUntil: string;
        /** @description A page of JSON, or everything that matches as NDJSON or CSV. */
        AuditFormat: "json" | "ndjson" | "csv";
        /** @description The worker that the credential belongs to; must be the one in the path. */
        WorkerIdHeader: string;
        /** @description Only what concerns this worker. */
        WorkerIdFilter: string;
        /** @description The id of the record. */
        RecordId: string;
        /** @description Whom the sandbox is for. Overrides `owner_id`. With a token of an OIDC provider only administrators may name somebody else. */
        UserId: string;
        /** @description The owner, as `X-User-ID` or `owner_id` names it, or `oidc:` and the subject of a token. */
        OwnerId: components["schemas"]["OwnerId"];
        /** @description How many items at most. */
        Limit: number;
        /** @description The `X-Next-Cursor` of the page before. */
        Cursor: string;
    };
    requestBodies: never;
    headers: {
        /** @description The most that this caller may ask at once. Absent while there is no limit. */
        RateLimit: number;
        /** @description What is left of it now. */
        RateLimitRemaining: number;
        /** @description Seconds to wait. */
        RetryAfter: number;
        /** @description Pass it as `cursor` for the next page. Absent on the last page. */
        NextCursor: string;
        /** @description What policies on trial (mode `warn`) would have refused. Absent when there is nothing. */
        PolicyWarning: string;
    };
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    listSandboxes: {
        parameters: {
            query?: {
                /** @description How many items at most. */
                limit?: components["parameters"]["Limit"];
                /** @description The `X-Next-Cursor` of the page before. */
                cursor?: components["parameters"]["Cursor"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One page of sandboxes. */
            200: {
                headers: {
                    "X-Next-Cursor": components["headers"]["NextCursor"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Sandbox"][];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    spawnSandbox: {
        parameters: {
            query?: never;
            header?: {
                /** @description Whom the sandbox is for. Overrides `owner_id`. With a token of an OIDC provider only administrators may name somebody else. */
                "X-User-ID"?: components["parameters"]["UserId"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SpawnRequest"];
            };
        };
        responses: {
            /** @description The sandbox runs. */
            201: {
                headers: {
                    /** @description The path of the sandbox. */
                    Location?: string;
                    "X-Policy-Warning": components["headers"]["PolicyWarning"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Sandbox"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            413: components["responses"]["TooLarge"];
            429: components["responses"]["ResourceLimit"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    getSandbox: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The id of a sandbox. */
                id: components["parameters"]["SandboxId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The sandbox. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Sandbox"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    destroySandbox: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The id of a sandbox. */
                id: components["parameters"]["SandboxId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The sandbox is gone. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Status"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    extendSandbox: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The id of a sandbox. */
                id: components["parameters"]["SandboxId"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ExtendRequest"];
            };
        };
        responses: {
            /** @description The sandbox with its new expiry. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Sandbox"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            413: components["responses"]["TooLarge"];
            429: components["responses"]["ResourceLimit"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    execInSandbox: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The id of a sandbox. */
                id: components["parameters"]["SandboxId"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ExecRequest"];
            };
        };
        responses: {
            /** @description The program ended by itself, whatever its exit code; or, when streaming, it has started. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ExecResult"];
                    "application/x-ndjson": components["schemas"]["ExecStreamLine"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            408: components["responses"]["Timeout"];
            409: components["responses"]["Conflict"];
            413: components["responses"]["TooLarge"];
            429: components["responses"]["ResourceLimit"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    getSandboxLogs: {
        parameters: {
            query?: {
                /** @description How many lines at most. */
                lines?: number;
            };
            header?: never;
            path: {
                /** @description The id of a sandbox. */
                id: components["parameters"]["SandboxId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Lines, oldest first. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": string[];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    readFile: {
        parameters: {
            query: {
                /** @description Where the file is, as the sandbox sees it. A relative path begins at `/workspace`. */
                path: components["parameters"]["FilePath"];
            };
            header?: never;
            path: {
                /** @description The id of a sandbox. */
                id: components["parameters"]["SandboxId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The content. */
            200: {
                headers: {
                    /** @description Permission bits in octal, where the provider tells them. */
                    "X-File-Mode"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/octet-stream": string;
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["FileForbidden"];
            404: components["responses"]["FileNotFound"];
            409: components["responses"]["Conflict"];
            429: components["responses"]["ResourceLimit"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    uploadFile: {
        parameters: {
            query: {
                /** @description Where the file is, as the sandbox sees it. A relative path begins at `/workspace`. */
                path: components["parameters"]["FilePath"];
                /** @description Permission bits in octal, `0644` when absent. */
                mode?: components["schemas"]["FileMode"];
            };
            header?: never;
            path: {
                /** @description The id of a sandbox. */
                id: components["parameters"]["SandboxId"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/octet-stream": string;
            };
        };
        responses: {
            /** @description The file is there. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FileAction"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["FileForbidden"];
            404: components["responses"]["FileNotFound"];
            409: components["responses"]["Conflict"];
            429: components["responses"]["ResourceLimit"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
            507: components["responses"]["NoSpace"];
        };
    };
    writeFile: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The id of a sandbox. */
                id: components["parameters"]["SandboxId"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["FileWrite"];
            };
        };
        responses: {
            /** @description The file is there. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FileAction"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["FileForbidden"];
            404: components["responses"]["FileNotFound"];
            409: components["responses"]["Conflict"];
            413: components["responses"]["TooLarge"];
            429: components["responses"]["ResourceLimit"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
            507: components["responses"]["NoSpace"];
        };
    };
    deleteFile: {
        parameters: {
            query: {
                /** @description Where the file is, as the sandbox sees it. A relative path begins at `/workspace`. */
                path: components["parameters"]["FilePath"];
                /** @description Delete a directory with everything in it. Without it, a directory must be empty. */
                recursive?: boolean;
            };
            header?: never;
            path: {
                /** @description The id of a sandbox. */
                id: components["parameters"]["SandboxId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is gone. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FileAction"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["FileForbidden"];
            404: components["responses"]["FileNotFound"];
            409: components["responses"]["Conflict"];
            429: components["responses"]["ResourceLimit"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    listFiles: {
        parameters: {
            query?: {
                /** @description The directory. A relative path begins at `/workspace`. */
                path?: string;
            };
            header?: never;
            path: {
                /** @description The id of a sandbox. */
                id: components["parameters"]["SandboxId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One level of entries by name; a symbolic link is an entry of its own. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FileInfo"][];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["FileForbidden"];
            404: components["responses"]["FileNotFound"];
            409: components["responses"]["Conflict"];
            413: components["responses"]["TooLarge"];
            429: components["responses"]["ResourceLimit"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    statFile: {
        parameters: {
            query: {
                /** @description Where the file is, as the sandbox sees it. A relative path begins at `/workspace`. */
                path: components["parameters"]["FilePath"];
            };
            header?: never;
            path: {
                /** @description The id of a sandbox. */
                id: components["parameters"]["SandboxId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What the path leads to. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FileInfo"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["FileForbidden"];
            404: components["responses"]["FileNotFound"];
            409: components["responses"]["Conflict"];
            429: components["responses"]["ResourceLimit"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    globFiles: {
        parameters: {
            query: {
                /** @description A pattern of the shell. `*`, `?` and `[…]` cross no slash and meet no leading dot; there is no `**`. */
                pattern: string;
            };
            header?: never;
            path: {
                /** @description The id of a sandbox. */
                id: components["parameters"]["SandboxId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Absolute paths, sorted. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": string[];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["FileForbidden"];
            404: components["responses"]["FileNotFound"];
            409: components["responses"]["Conflict"];
            413: components["responses"]["TooLarge"];
            429: components["responses"]["ResourceLimit"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    moveFile: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The id of a sandbox. */
                id: components["parameters"]["SandboxId"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["FileMove"];
            };
        };
        responses: {
            /** @description It is at the new path. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FileAction"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["FileForbidden"];
            404: components["responses"]["FileNotFound"];
            409: components["responses"]["Conflict"];
            413: components["responses"]["TooLarge"];
            429: components["responses"]["ResourceLimit"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
            507: components["responses"]["NoSpace"];
        };
    };
    chmodFile: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The id of a sandbox. */
                id: components["parameters"]["SandboxId"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["FileChmod"];
            };
        };
        responses: {
            /** @description It has these bits. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FileAction"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["FileForbidden"];
            404: components["responses"]["FileNotFound"];
            409: components["responses"]["Conflict"];
            413: components["responses"]["TooLarge"];
            429: components["responses"]["ResourceLimit"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    listWorkers: {
        parameters: {
            query?: {
                /** @description How many items at most. */
                limit?: components["parameters"]["Limit"];
                /** @description The `X-Next-Cursor` of the page before. */
                cursor?: components["parameters"]["Cursor"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One page of workers. */
            200: {
                headers: {
                    "X-Next-Cursor": components["headers"]["NextCursor"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Worker"][];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    getWorker: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The id of a worker. Its case counts. */
                id: components["parameters"]["WorkerId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The worker. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Worker"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    listAdminWorkers: {
        parameters: {
            query?: {
                /** @description How many items at most. */
                limit?: components["parameters"]["Limit"];
                /** @description The `X-Next-Cursor` of the page before. */
                cursor?: components["parameters"]["Cursor"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One page of workers, as `/workers` lists them. */
            200: {
                headers: {
                    "X-Next-Cursor": components["headers"]["NextCursor"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Worker"][];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    getAdminWorker: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The id of a worker. Its case counts. */
                id: components["parameters"]["WorkerId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The worker. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Worker"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    removeWorker: {
        parameters: {
            query?: {
                /** @description Whether to remove it whatever it does. */
                force?: "true" | "false";
            };
            header?: never;
            path: {
                /** @description The id of a worker. Its case counts. */
                id: components["parameters"]["WorkerId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is forgotten. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Status"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    cordonWorker: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The id of a worker. Its case counts. */
                id: components["parameters"]["WorkerId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The worker as it is now. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Worker"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    uncordonWorker: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The id of a worker. Its case counts. */
                id: components["parameters"]["WorkerId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The worker as it is now. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Worker"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    drainWorker: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The id of a worker. Its case counts. */
                id: components["parameters"]["WorkerId"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["DrainWorker"];
            };
        };
        responses: {
            /** @description The worker as it is now. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Worker"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            413: components["responses"]["TooLarge"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    undrainWorker: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The id of a worker. Its case counts. */
                id: components["parameters"]["WorkerId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The worker as it is now. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Worker"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    issueWorkerToken: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["IssueWorkerToken"];
            };
        };
        responses: {
            /** @description The token. */
            200: {
                headers: {
                    /** @description Always `no-store`. */
                    "Cache-Control"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["IssuedWorkerToken"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["WorkerRevoked"];
            413: components["responses"]["TooLarge"];
            429: components["responses"]["IssueLimit"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    listWorkerTokenIssuances: {
        parameters: {
            query?: {
                /** @description Only what concerns this worker. */
                worker_id?: components["parameters"]["WorkerIdFilter"];
                /** @description How many items at most. */
                limit?: components["parameters"]["Limit"];
                /** @description The `X-Next-Cursor` of the page before. */
                cursor?: components["parameters"]["Cursor"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One page of records. */
            200: {
                headers: {
                    "X-Next-Cursor": components["headers"]["NextCursor"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WorkerTokenIssuance"][];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    listWorkerRevocations: {
        parameters: {
            query?: {
                /** @description Only revocations of this kind. */
                kind?: components["schemas"]["RevocationKind"];
                /** @description How many items at most. */
                limit?: components["parameters"]["Limit"];
                /** @description The `X-Next-Cursor` of the page before. */
                cursor?: components["parameters"]["Cursor"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One page of revocations. */
            200: {
                headers: {
                    "X-Next-Cursor": components["headers"]["NextCursor"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WorkerRevocation"][];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    revokeWorkerCredentials: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RevokeWorkerCredentials"];
            };
        };
        responses: {
            /** @description In force on this control plane. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WorkerRevocation"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            413: components["responses"]["TooLarge"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    removeWorkerRevocation: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The id of the record. */
                id: components["parameters"]["RecordId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is not in force any more on this control plane. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Status"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    listJoinTokens: {
        parameters: {
            query?: {
                /** @description Only what concerns this worker. */
                worker_id?: components["parameters"]["WorkerIdFilter"];
                /** @description How many items at most. */
                limit?: components["parameters"]["Limit"];
                /** @description The `X-Next-Cursor` of the page before. */
                cursor?: components["parameters"]["Cursor"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One page of join tokens, without the tokens themselves. */
            200: {
                headers: {
                    "X-Next-Cursor": components["headers"]["NextCursor"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["JoinToken"][];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    createJoinToken: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CreateJoinToken"];
            };
        };
        responses: {
            /** @description The token. */
            201: {
                headers: {
                    /** @description Always `no-store`. */
                    "Cache-Control"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CreatedJoinToken"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["WorkerRevoked"];
            413: components["responses"]["TooLarge"];
            429: components["responses"]["IssueLimit"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    deleteJoinToken: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The id of the record. */
                id: components["parameters"]["RecordId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is gone. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Status"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    listQuotas: {
        parameters: {
            query?: {
                /** @description How many items at most. */
                limit?: components["parameters"]["Limit"];
                /** @description The `X-Next-Cursor` of the page before. */
                cursor?: components["parameters"]["Cursor"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One page of quotas. */
            200: {
                headers: {
                    "X-Next-Cursor": components["headers"]["NextCursor"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Quota"][];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    summarizeQuotas: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The counts. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["QuotaSummary"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    getQuota: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The owner, as `X-User-ID` or `owner_id` names it, or `oidc:` and the subject of a token. */
                id: components["parameters"]["OwnerId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The quota. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Quota"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    setQuota: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The owner, as `X-User-ID` or `owner_id` names it, or `oidc:` and the subject of a token. */
                id: components["parameters"]["OwnerId"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SetQuota"];
            };
        };
        responses: {
            /** @description The quota. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Quota"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            413: components["responses"]["TooLarge"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    deleteQuota: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The owner, as `X-User-ID` or `owner_id` names it, or `oidc:` and the subject of a token. */
                id: components["parameters"]["OwnerId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is gone. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Deleted"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    getQuotaUsage: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The owner, as `X-User-ID` or `owner_id` names it, or `oidc:` and the subject of a token. */
                id: components["parameters"]["OwnerId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Use and limits. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["QuotaUsage"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    listAdminQuotas: {
        parameters: {
            query?: {
                /** @description How many items at most. */
                limit?: components["parameters"]["Limit"];
                /** @description The `X-Next-Cursor` of the page before. */
                cursor?: components["parameters"]["Cursor"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One page of quotas. */
            200: {
                headers: {
                    "X-Next-Cursor": components["headers"]["NextCursor"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Quota"][];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    summarizeAdminQuotas: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The counts. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["QuotaSummary"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    getAdminQuota: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The owner, as `X-User-ID` or `owner_id` names it, or `oidc:` and the subject of a token. */
                id: components["parameters"]["OwnerId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The quota. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Quota"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    setAdminQuota: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The owner, as `X-User-ID` or `owner_id` names it, or `oidc:` and the subject of a token. */
                id: components["parameters"]["OwnerId"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SetQuota"];
            };
        };
        responses: {
            /** @description The quota. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Quota"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            413: components["responses"]["TooLarge"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    deleteAdminQuota: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The owner, as `X-User-ID` or `owner_id` names it, or `oidc:` and the subject of a token. */
                id: components["parameters"]["OwnerId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is gone. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Deleted"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    getAdminQuotaUsage: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The owner, as `X-User-ID` or `owner_id` names it, or `oidc:` and the subject of a token. */
                id: components["parameters"]["OwnerId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Use and limits. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["QuotaUsage"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    getTenantQuota: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The id of a tenant. Administrators name any; everybody else names the tenant that the request acts for, and any other
                 *     is not found.
                 */
                tenant_id: components["parameters"]["TenantId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The quota. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Quota"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    setTenantQuota: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The id of a tenant. Administrators name any; everybody else names the tenant that the request acts for, and any other
                 *     is not found.
                 */
                tenant_id: components["parameters"]["TenantId"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SetQuota"];
            };
        };
        responses: {
            /** @description The quota. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Quota"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            413: components["responses"]["TooLarge"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    deleteTenantQuota: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The id of a tenant. Administrators name any; everybody else names the tenant that the request acts for, and any other
                 *     is not found.
                 */
                tenant_id: components["parameters"]["TenantId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is gone. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Deleted"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    getTenantQuotaUsage: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The id of a tenant. Administrators name any; everybody else names the tenant that the request acts for, and any other
                 *     is not found.
                 */
                tenant_id: components["parameters"]["TenantId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Use and limits. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["QuotaUsage"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    listPolicies: {
        parameters: {
            query?: {
                /** @description Only policies about this. */
                resource_type?: components["schemas"]["PolicyResourceType"];
                /** @description How many items at most. */
                limit?: components["parameters"]["Limit"];
                /** @description The `X-Next-Cursor` of the page before. */
                cursor?: components["parameters"]["Cursor"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One page of policies. */
            200: {
                headers: {
                    "X-Next-Cursor": components["headers"]["NextCursor"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Policy"][];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    createPolicy: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CreatePolicy"];
            };
        };
        responses: {
            /** @description In force. */
            201: {
                headers: {
                    /** @description The path of the policy. */
                    Location?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Policy"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            413: components["responses"]["TooLarge"];
            429: components["responses"]["ResourceLimit"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    evaluatePolicies: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["EvaluatePolicies"];
            };
        };
        responses: {
            /** @description The decision about each value, and what every policy has to do with it. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PolicyEvaluation"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            413: components["responses"]["TooLarge"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    getPolicy: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The id of a policy. Those from files have a `#` in it, which is `%23` in a path. */
                id: components["parameters"]["PolicyId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The policy. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Policy"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    deletePolicy: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The id of a policy. Those from files have a `#` in it, which is `%23` in a path. */
                id: components["parameters"]["PolicyId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It decides nothing any more. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Status"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    updatePolicy: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The id of a policy. Those from files have a `#` in it, which is `%23` in a path. */
                id: components["parameters"]["PolicyId"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["UpdatePolicy"];
            };
        };
        responses: {
            /** @description The policy as it is now, in force. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Policy"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            413: components["responses"]["TooLarge"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    listTenants: {
        parameters: {
            query?: {
                /** @description Only tenants of this owner. */
                owner_id?: string;
                /** @description Only tenants whose name begins like this; its case counts. */
                name_prefix?: string;
                /** @description How many items at most. */
                limit?: components["parameters"]["Limit"];
                /** @description The `X-Next-Cursor` of the page before. */
                cursor?: components["parameters"]["Cursor"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One page of tenants. */
            200: {
                headers: {
                    "X-Next-Cursor": components["headers"]["NextCursor"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        tenants: components["schemas"]["Tenant"][];
                    };
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    createTenant: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CreateTenant"];
            };
        };
        responses: {
            /** @description The tenant. `id` is made up unless it was given. */
            201: {
                headers: {
                    /** @description The path of the tenant. */
                    Location?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TenantEnvelope"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            413: components["responses"]["TooLarge"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    getTenant: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The id of a tenant. Administrators name any; everybody else names the tenant that the request acts for, and any other
                 *     is not found.
                 */
                tenant_id: components["parameters"]["TenantId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The tenant. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TenantEnvelope"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    replaceTenant: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The id of a tenant. Administrators name any; everybody else names the tenant that the request acts for, and any other
                 *     is not found.
                 */
                tenant_id: components["parameters"]["TenantId"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ReplaceTenant"];
            };
        };
        responses: {
            /** @description The tenant as it is now. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TenantEnvelope"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            413: components["responses"]["TooLarge"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    deleteTenant: {
        parameters: {
            query?: {
                /** @description Whether what belongs to it goes with it; `false` unless told. */
                cascade?: "true" | "false";
            };
            header?: never;
            path: {
                /**
                 * @description The id of a tenant. Administrators name any; everybody else names the tenant that the request acts for, and any other
                 *     is not found.
                 */
                tenant_id: components["parameters"]["TenantId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is gone, with the records of its sandboxes. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    updateTenant: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The id of a tenant. Administrators name any; everybody else names the tenant that the request acts for, and any other
                 *     is not found.
                 */
                tenant_id: components["parameters"]["TenantId"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["UpdateTenant"];
            };
        };
        responses: {
            /** @description The tenant as it is now. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TenantEnvelope"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            413: components["responses"]["TooLarge"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    listTenantMembers: {
        parameters: {
            query?: {
                /** @description Only members with this role. */
                role?: components["schemas"]["TenantMemberRole"];
                /** @description How many items at most. */
                limit?: components["parameters"]["Limit"];
                /** @description The `X-Next-Cursor` of the page before. */
                cursor?: components["parameters"]["Cursor"];
            };
            header?: never;
            path: {
                /**
                 * @description The id of a tenant. Administrators name any; everybody else names the tenant that the request acts for, and any other
                 *     is not found.
                 */
                tenant_id: components["parameters"]["TenantId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One page of members. */
            200: {
                headers: {
                    "X-Next-Cursor": components["headers"]["NextCursor"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        members: components["schemas"]["TenantMember"][];
                    };
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    listTenantPolicies: {
        parameters: {
            query?: {
                /** @description Only policies about this. */
                resource_type?: components["schemas"]["PolicyResourceType"];
            };
            header?: never;
            path: {
                /**
                 * @description The id of a tenant. Administrators name any; everybody else names the tenant that the request acts for, and any other
                 *     is not found.
                 */
                tenant_id: components["parameters"]["TenantId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The policies. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        policies: components["schemas"]["Policy"][];
                    };
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    createTenantPolicy: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The id of a tenant. Administrators name any; everybody else names the tenant that the request acts for, and any other
                 *     is not found.
                 */
                tenant_id: components["parameters"]["TenantId"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CreatePolicy"];
            };
        };
        responses: {
            /** @description In force. */
            201: {
                headers: {
                    /** @description The path of the policy. */
                    Location?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PolicyEnvelope"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            413: components["responses"]["TooLarge"];
            429: components["responses"]["ResourceLimit"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    getTenantPolicy: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The id of a tenant. Administrators name any; everybody else names the tenant that the request acts for, and any other
                 *     is not found.
                 */
                tenant_id: components["parameters"]["TenantId"];
                /** @description The id of a policy. Those from files have a `#` in it, which is `%23` in a path. */
                id: components["parameters"]["PolicyId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The policy. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PolicyEnvelope"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    deleteTenantPolicy: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The id of a tenant. Administrators name any; everybody else names the tenant that the request acts for, and any other
                 *     is not found.
                 */
                tenant_id: components["parameters"]["TenantId"];
                /** @description The id of a policy. Those from files have a `#` in it, which is `%23` in a path. */
                id: components["parameters"]["PolicyId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is gone. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    updateTenantPolicy: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The id of a tenant. Administrators name any; everybody else names the tenant that the request acts for, and any other
                 *     is not found.
                 */
                tenant_id: components["parameters"]["TenantId"];
                /** @description The id of a policy. Those from files have a `#` in it, which is `%23` in a path. */
                id: components["parameters"]["PolicyId"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["UpdatePolicy"];
            };
        };
        responses: {
            /** @description The policy as it is now, in force. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PolicyEnvelope"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            413: components["responses"]["TooLarge"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    getTenantMember: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The id of a tenant. Administrators name any; everybody else names the tenant that the request acts for, and any other
                 *     is not found.
                 */
                tenant_id: components["parameters"]["TenantId"];
                /**
                 * @description The `sub` of an OIDC token; of a provider that has a name, `<name>:<sub>`. A leading `oidc:` is dropped. Percent-encode
                 *     what cannot stand in a path.
                 */
                user_id: components["parameters"]["MemberId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The member. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TenantMemberEnvelope"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    setTenantMember: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The id of a tenant. Administrators name any; everybody else names the tenant that the request acts for, and any other
                 *     is not found.
                 */
                tenant_id: components["parameters"]["TenantId"];
                /**
                 * @description The `sub` of an OIDC token; of a provider that has a name, `<name>:<sub>`. A leading `oidc:` is dropped. Percent-encode
                 *     what cannot stand in a path.
                 */
                user_id: components["parameters"]["MemberId"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SetTenantMember"];
            };
        };
        responses: {
            /** @description The member as it is now. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TenantMemberEnvelope"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            413: components["responses"]["TooLarge"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    removeTenantMember: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The id of a tenant. Administrators name any; everybody else names the tenant that the request acts for, and any other
                 *     is not found.
                 */
                tenant_id: components["parameters"]["TenantId"];
                /**
                 * @description The `sub` of an OIDC token; of a provider that has a name, `<name>:<sub>`. A leading `oidc:` is dropped. Percent-encode
                 *     what cannot stand in a path.
                 */
                user_id: components["parameters"]["MemberId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is no member any more. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    listTenantApiKeys: {
        parameters: {
            query?: {
                /** @description How many items at most. */
                limit?: components["parameters"]["Limit"];
                /** @description The `X-Next-Cursor` of the page before. */
                cursor?: components["parameters"]["Cursor"];
            };
            header?: never;
            path: {
                /**
                 * @description The id of a tenant. Administrators name any; everybody else names the tenant that the request acts for, and any other
                 *     is not found.
                 */
                tenant_id: components["parameters"]["TenantId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One page of keys. */
            200: {
                headers: {
                    "X-Next-Cursor": components["headers"]["NextCursor"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiKey"][];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    createTenantApiKey: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The id of a tenant. Administrators name any; everybody else names the tenant that the request acts for, and any other
                 *     is not found.
                 */
                tenant_id: components["parameters"]["TenantId"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CreateTenantApiKey"];
            };
        };
        responses: {
            /** @description The key. */
            201: {
                headers: {
                    /** @description Always `no-store`. */
                    "Cache-Control"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CreatedApiKey"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            413: components["responses"]["TooLarge"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    revokeTenantApiKey: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The id of a tenant. Administrators name any; everybody else names the tenant that the request acts for, and any other
                 *     is not found.
                 */
                tenant_id: components["parameters"]["TenantId"];
                /** @description The id of the record. */
                id: components["parameters"]["RecordId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The key as it is now. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiKey"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    listPlatformApiKeys: {
        parameters: {
            query?: {
                /** @description How many items at most. */
                limit?: components["parameters"]["Limit"];
                /** @description The `X-Next-Cursor` of the page before. */
                cursor?: components["parameters"]["Cursor"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One page of keys. */
            200: {
                headers: {
                    "X-Next-Cursor": components["headers"]["NextCursor"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiKey"][];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    createPlatformApiKey: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CreatePlatformApiKey"];
            };
        };
        responses: {
            /** @description The key. */
            201: {
                headers: {
                    /** @description Always `no-store`. */
                    "Cache-Control"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CreatedApiKey"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            413: components["responses"]["TooLarge"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    revokePlatformApiKey: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The id of the record. */
                id: components["parameters"]["RecordId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The key as it is now. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiKey"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    backChannelLogout: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/x-www-form-urlencoded": components["schemas"]["BackChannelLogout"];
            };
        };
        responses: {
            /** @description The tokens are revoked. */
            200: {
                headers: {
                    /** @description Always `no-store`. */
                    "Cache-Control"?: string;
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["BadRequest"];
            403: components["responses"]["Forbidden"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    listBearerRevocations: {
        parameters: {
            query?: {
                /** @description Only revocations of this kind. */
                kind?: components["schemas"]["BearerRevocationKind"];
                /** @description How many items at most. */
                limit?: components["parameters"]["Limit"];
                /** @description The `X-Next-Cursor` of the page before. */
                cursor?: components["parameters"]["Cursor"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One page of revocations. */
            200: {
                headers: {
                    "X-Next-Cursor": components["headers"]["NextCursor"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["BearerRevocation"][];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    revokeBearerTokens: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RevokeBearerTokens"];
            };
        };
        responses: {
            /** @description In force on this control plane. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["BearerRevocation"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            413: components["responses"]["TooLarge"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    removeBearerRevocation: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The id of the record. */
                id: components["parameters"]["RecordId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is not in force any more on this control plane. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Status"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    explainCredential: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ExplainCredential"];
            };
        };
        responses: {
            /** @description What was checked, and what comes of it. */
            200: {
                headers: {
                    /** @description Always `no-store`. */
                    "Cache-Control"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CredentialExplanation"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            413: components["responses"]["TooLarge"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    listWorkerCredentials: {
        parameters: {
            query?: {
                /** @description Only what concerns this worker. */
                worker_id?: components["parameters"]["WorkerIdFilter"];
                /** @description Only credentials of this form. */
                form?: "signed" | "static";
                /** @description Only credentials of this key of the control plane. */
                key_fingerprint?: components["schemas"]["KeyFingerprint"];
                /** @description How many items at most. */
                limit?: components["parameters"]["Limit"];
                /** @description The `X-Next-Cursor` of the page before. */
                cursor?: components["parameters"]["Cursor"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One page of credentials. */
            200: {
                headers: {
                    "X-Next-Cursor": components["headers"]["NextCursor"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WorkerCredentialUse"][];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    getWorkerKeys: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The keys, by fingerprint. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WorkerKeys"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    listAudit: {
        parameters: {
            query?: {
                /** @description The tenant acted on. */
                tenant_id?: string;
                /** @description Only what this actor did, by its whole id. */
                actor?: components["parameters"]["AuditActor"];
                /** @description Only this action, such as `sandbox.spawn`. */
                action?: components["parameters"]["AuditAction"];
                /** @description Only what was done to this, such as `sandbox:sb-1`. */
                resource?: components["parameters"]["AuditResource"];
                /** @description Only this kind. */
                category?: components["parameters"]["AuditCategory"];
                /** @description Only what ended so. */
                outcome?: components["parameters"]["AuditOutcome"];
                /** @description Only what was answered with this HTTP status. */
                status?: components["parameters"]["AuditStatus"];
                /** @description Only this HTTP method, in whatever case. */
                method?: components["parameters"]["AuditMethod"];
                /** @description Only where the path has this in it. */
                path?: components["parameters"]["AuditPath"];
                /** @description From this time on. */
                since?: components["parameters"]["AuditSince"];
                /** @description Before this time. */
                until?: components["parameters"]["AuditUntil"];
                /** @description A page of JSON, or everything that matches as NDJSON or CSV. */
                format?: components["parameters"]["AuditFormat"];
                /** @description How many items at most. */
                limit?: components["parameters"]["Limit"];
                /** @description The `X-Next-Cursor` of the page before. */
                cursor?: components["parameters"]["Cursor"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One page, or everything. */
            200: {
                headers: {
                    "X-Next-Cursor": components["headers"]["NextCursor"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AuditEvent"][];
                    "application/x-ndjson": string;
                    "text/csv": string;
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    listAuditChains: {
        parameters: {
            query?: {
                /** @description How many items at most. */
                limit?: components["parameters"]["Limit"];
                /** @description The `X-Next-Cursor` of the page before. */
                cursor?: components["parameters"]["Cursor"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One page of chains. The platform is the tenant without a name. */
            200: {
                headers: {
                    "X-Next-Cursor": components["headers"]["NextCursor"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AuditChain"][];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    exportAuditChain: {
        parameters: {
            query?: {
                /** @description Whose chain; the platform's when absent or empty. */
                tenant_id?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The chain, while it is read. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/x-ndjson": string;
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    getAuditKey: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The key. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AuditKey"];
                };
            };
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    exportTenantAudit: {
        parameters: {
            query?: {
                /** @description Only what this actor did, by its whole id. */
                actor?: components["parameters"]["AuditActor"];
                /** @description Only this action, such as `sandbox.spawn`. */
                action?: components["parameters"]["AuditAction"];
                /** @description Only what was done to this, such as `sandbox:sb-1`. */
                resource?: components["parameters"]["AuditResource"];
                /** @description Only this kind. */
                category?: components["parameters"]["AuditCategory"];
                /** @description Only what ended so. */
                outcome?: components["parameters"]["AuditOutcome"];
                /** @description Only what was answered with this HTTP status. */
                status?: components["parameters"]["AuditStatus"];
                /** @description Only this HTTP method, in whatever case. */
                method?: components["parameters"]["AuditMethod"];
                /** @description Only where the path has this in it. */
                path?: components["parameters"]["AuditPath"];
                /** @description From this time on. */
                since?: components["parameters"]["AuditSince"];
                /** @description Before this time. */
                until?: components["parameters"]["AuditUntil"];
                /** @description A page of JSON, or everything that matches as NDJSON or CSV. */
                format?: components["parameters"]["AuditFormat"];
                /** @description How many items at most. */
                limit?: components["parameters"]["Limit"];
                /** @description The `X-Next-Cursor` of the page before. */
                cursor?: components["parameters"]["Cursor"];
            };
            header?: never;
            path: {
                /**
                 * @description The id of a tenant. Administrators name any; everybody else names the tenant that the request acts for, and any other
                 *     is not found.
                 */
                tenant_id: components["parameters"]["TenantId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One page, or everything. */
            200: {
                headers: {
                    "X-Next-Cursor": components["headers"]["NextCursor"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TenantAudit"];
                    "application/x-ndjson": string;
                    "text/csv": string;
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    exportTenantAuditChain: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The id of a tenant. Administrators name any; everybody else names the tenant that the request acts for, and any other
                 *     is not found.
                 */
                tenant_id: components["parameters"]["TenantId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The chain, while it is read. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/x-ndjson": string;
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    workerHeartbeat: {
        parameters: {
            query?: never;
            header: {
                /** @description The worker that the credential belongs to; must be the one in the path. */
                "X-Worker-ID": components["parameters"]["WorkerIdHeader"];
            };
            path: {
                /** @description The id of a worker. Its case counts. */
                id: components["parameters"]["WorkerId"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Heartbeat"];
            };
        };
        responses: {
            /** @description Recorded. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["HeartbeatReply"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            413: components["responses"]["TooLarge"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    renewWorkerLease: {
        parameters: {
            query?: never;
            header: {
                /** @description The worker that the credential belongs to; must be the one in the path. */
                "X-Worker-ID": components["parameters"]["WorkerIdHeader"];
            };
            path: {
                /** @description The id of a worker. Its case counts. */
                id: components["parameters"]["WorkerId"];
                /** @description The leased resource, such as a sandbox id. */
                resource_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RenewLease"];
            };
        };
        responses: {
            /** @description Renewed; the generation is one higher. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RenewLeaseReply"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            413: components["responses"]["TooLarge"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    issueOwnWorkerToken: {
        parameters: {
            query?: never;
            header: {
                /** @description The worker that the credential belongs to; must be the one in the path. */
                "X-Worker-ID": components["parameters"]["WorkerIdHeader"];
            };
            path: {
                /** @description The id of a worker. Its case counts. */
                id: components["parameters"]["WorkerId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A token of the audience `worker:control-plane`. */
            200: {
                headers: {
                    /** @description Always `no-store`. */
                    "Cache-Control"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OwnWorkerToken"];
                };
            };
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            429: components["responses"]["IssueLimit"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    enrolWorker: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The id of a worker. Its case counts. */
                id: components["parameters"]["WorkerId"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Enrolment"];
            };
        };
        responses: {
            /** @description The worker's own signing key. The join token is used up. */
            200: {
                headers: {
                    /** @description Always `no-store`. */
                    "Cache-Control"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["EnrolmentReply"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            413: components["responses"]["TooLarge"];
            429: components["responses"]["IssueLimit"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    streamEvents: {
        parameters: {
            query?: {
                /** @description Those of one sandbox alone. */
                sandbox_id?: string;
                /**
                 * @description `false`: the stream ends with the last event that is there, and begins with the first that is kept unless there is a
                 *     `Last-Event-ID`.
                 */
                follow?: boolean;
            };
            header?: {
                /** @description The id of the last event that the reader has seen. */
                "Last-Event-ID"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The stream. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/event-stream": string;
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    getHealth: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It does. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Health"];
                };
            };
            400: components["responses"]["BadRequest"];
            403: components["responses"]["Forbidden"];
        };
    };
    getLive: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Health"];
                };
            };
            400: components["responses"]["BadRequest"];
            403: components["responses"]["Forbidden"];
        };
    };
    getReady: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Ready. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Readiness"];
                };
            };
            400: components["responses"]["BadRequest"];
            403: components["responses"]["Forbidden"];
            /** @description Not ready; `checks` says why. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Readiness"];
                };
            };
        };
    };
    getDiagnostics: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description How it is. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Diagnostics"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    getAdminDiagnostics: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description How it is. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Diagnostics"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    getPrometheusMetrics: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Every metric of this control plane. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": string;
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
}
