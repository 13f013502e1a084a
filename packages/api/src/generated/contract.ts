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
         *     protocol, such an error appears as a chunk of `stderr`.
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
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
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
            owner_id?: string;
            /** @description Ignored; the tenant comes from the credential. */
            tenant_id?: string;
            metadata?: {
                [key: string]: string;
            };
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
            /** @description Present and true when output beyond the limit was dropped. */
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
            /** Format: date-time */
            last_heartbeat: string;
            /** Format: date-time */
            created_at: string;
            /** Format: date-time */
            updated_at: string;
            /** @description No heartbeat for more than two minutes. */
            stale: boolean;
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
        Health: {
            /** @enum {string} */
            status: "ok" | "alive";
            version: string;
            uptime: string;
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
        /** @description The credential does not carry the scope of the route. */
        Forbidden: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
            };
        };
        /** @description There is no such thing. */
        NotFound: {
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
        /** @description A limit or the fleet's capacity is reached. */
        ResourceLimit: {
            headers: {
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
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
            };
        };
    };
    parameters: {
        /** @description The id of a sandbox. */
        SandboxId: string;
        /** @description The id of a worker. Its case counts. */
        WorkerId: string;
        /** @description The worker that the credential belongs to; must be the one in the path. */
        WorkerIdHeader: string;
        /** @description Whom the sandbox is for. Overrides `owner_id`. */
        UserId: string;
        /** @description How many items at most. */
        Limit: number;
        /** @description The `X-Next-Cursor` of the page before. */
        Cursor: string;
    };
    requestBodies: never;
    headers: {
        /** @description Pass it as `cursor` for the next page. Absent on the last page. */
        NextCursor: string;
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
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    spawnSandbox: {
        parameters: {
            query?: never;
            header?: {
                /** @description Whom the sandbox is for. Overrides `owner_id`. */
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
            409: components["responses"]["Conflict"];
            413: components["responses"]["TooLarge"];
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
}
