// Generated from openapi.yaml by `npm run generate`. Do not edit.

export const openApiDocument: unknown = {
  "openapi": "3.1.0",
  "info": {
    "title": "StacyVM control plane",
    "version": "1.0.0",
    "summary": "Sandboxes for untrusted code on a fleet of workers whose identity can be proven.",
    "description": "Every response carries `X-Request-ID`. Every error is `{\"code\",\"message\",\"reason\",\"request_id\"}`: `code` is the class of the\nerror, `reason` is stable and meant for programs, `message` is meant for people.\n\nDurations are texts such as `30s`, `5m` or `1h30m`; times are RFC 3339 in UTC.\n",
    "license": {
      "name": "Apache-2.0",
      "identifier": "Apache-2.0"
    }
  },
  "servers": [
    {
      "url": "/api/v1"
    }
  ],
  "security": [
    {
      "apiKey": []
    }
  ],
  "tags": [
    {
      "name": "sandboxes",
      "description": "Spawn, use and destroy sandboxes."
    },
    {
      "name": "workers",
      "description": "The fleet as the control plane sees it."
    },
    {
      "name": "worker protocol",
      "description": "What workers call. Authenticated by worker credentials, never by API keys."
    },
    {
      "name": "system",
      "description": "Health of the control plane."
    }
  ],
  "paths": {
    "/sandboxes": {
      "post": {
        "operationId": "spawnSandbox",
        "x-scope": "api:*",
        "tags": [
          "sandboxes"
        ],
        "summary": "Spawn a sandbox",
        "description": "Waits until the sandbox runs. What the body leaves out is taken from the control plane's defaults.",
        "parameters": [
          {
            "$ref": "#/components/parameters/UserId"
          }
        ],
        "requestBody": {
          "required": true,
          "content": {
            "application/json": {
              "schema": {
                "$ref": "#/components/schemas/SpawnRequest"
              },
              "examples": {
                "minimal": {
                  "value": {}
                },
                "explicit": {
                  "value": {
                    "image": "host",
                    "provider": "bubblewrap",
                    "memory_mb": 256,
                    "vcpus": 1,
                    "ttl": "10m"
                  }
                }
              }
            }
          }
        },
        "responses": {
          "201": {
            "description": "The sandbox runs.",
            "headers": {
              "Location": {
                "schema": {
                  "type": "string"
                },
                "description": "The path of the sandbox."
              }
            },
            "content": {
              "application/json": {
                "schema": {
                  "$ref": "#/components/schemas/Sandbox"
                },
                "examples": {
                  "running": {
                    "$ref": "#/components/examples/RunningSandbox"
                  }
                }
              }
            }
          },
          "400": {
            "$ref": "#/components/responses/BadRequest"
          },
          "401": {
            "$ref": "#/components/responses/Unauthorized"
          },
          "403": {
            "$ref": "#/components/responses/Forbidden"
          },
          "404": {
            "$ref": "#/components/responses/NotFound"
          },
          "409": {
            "$ref": "#/components/responses/Conflict"
          },
          "413": {
            "$ref": "#/components/responses/TooLarge"
          },
          "429": {
            "$ref": "#/components/responses/ResourceLimit"
          },
          "500": {
            "$ref": "#/components/responses/Internal"
          },
          "503": {
            "$ref": "#/components/responses/Unavailable"
          }
        }
      },
      "get": {
        "operationId": "listSandboxes",
        "x-scope": "read:*",
        "tags": [
          "sandboxes"
        ],
        "summary": "List sandboxes, newest first",
        "description": "Destroyed sandboxes are not listed.",
        "parameters": [
          {
            "$ref": "#/components/parameters/Limit"
          },
          {
            "$ref": "#/components/parameters/Cursor"
          }
        ],
        "responses": {
          "200": {
            "description": "One page of sandboxes.",
            "headers": {
              "X-Next-Cursor": {
                "$ref": "#/components/headers/NextCursor"
              }
            },
            "content": {
              "application/json": {
                "schema": {
                  "type": "array",
                  "items": {
                    "$ref": "#/components/schemas/Sandbox"
                  }
                },
                "examples": {
                  "none": {
                    "value": []
                  }
                }
              }
            }
          },
          "400": {
            "$ref": "#/components/responses/BadRequest"
          },
          "401": {
            "$ref": "#/components/responses/Unauthorized"
          },
          "403": {
            "$ref": "#/components/responses/Forbidden"
          },
          "500": {
            "$ref": "#/components/responses/Internal"
          },
          "503": {
            "$ref": "#/components/responses/Unavailable"
          }
        }
      }
    },
    "/sandboxes/{id}": {
      "parameters": [
        {
          "$ref": "#/components/parameters/SandboxId"
        }
      ],
      "get": {
        "operationId": "getSandbox",
        "x-scope": "read:*",
        "tags": [
          "sandboxes"
        ],
        "summary": "Get a sandbox",
        "responses": {
          "200": {
            "description": "The sandbox.",
            "content": {
              "application/json": {
                "schema": {
                  "$ref": "#/components/schemas/Sandbox"
                },
                "examples": {
                  "running": {
                    "$ref": "#/components/examples/RunningSandbox"
                  }
                }
              }
            }
          },
          "400": {
            "$ref": "#/components/responses/BadRequest"
          },
          "401": {
            "$ref": "#/components/responses/Unauthorized"
          },
          "403": {
            "$ref": "#/components/responses/Forbidden"
          },
          "404": {
            "$ref": "#/components/responses/NotFound"
          },
          "500": {
            "$ref": "#/components/responses/Internal"
          },
          "503": {
            "$ref": "#/components/responses/Unavailable"
          }
        }
      },
      "delete": {
        "operationId": "destroySandbox",
        "x-scope": "api:*",
        "tags": [
          "sandboxes"
        ],
        "summary": "Destroy a sandbox",
        "description": "Answers when nothing of the sandbox is left on its worker. Safe to repeat.",
        "responses": {
          "200": {
            "description": "The sandbox is gone.",
            "content": {
              "application/json": {
                "schema": {
                  "$ref": "#/components/schemas/Status"
                },
                "examples": {
                  "destroyed": {
                    "value": {
                      "status": "destroyed"
                    }
                  }
                }
              }
            }
          },
          "400": {
            "$ref": "#/components/responses/BadRequest"
          },
          "401": {
            "$ref": "#/components/responses/Unauthorized"
          },
          "403": {
            "$ref": "#/components/responses/Forbidden"
          },
          "404": {
            "$ref": "#/components/responses/NotFound"
          },
          "409": {
            "$ref": "#/components/responses/Conflict"
          },
          "500": {
            "$ref": "#/components/responses/Internal"
          },
          "503": {
            "$ref": "#/components/responses/Unavailable"
          }
        }
      }
    },
    "/sandboxes/{id}/exec": {
      "parameters": [
        {
          "$ref": "#/components/parameters/SandboxId"
        }
      ],
      "post": {
        "operationId": "execInSandbox",
        "x-scope": "api:*",
        "tags": [
          "sandboxes"
        ],
        "summary": "Run a program in a sandbox",
        "description": "With `stream: true` the answer is NDJSON, one object a line, flushed as it comes: `{\"stream\":\"stdout\",\"data\":\"…\"}`.\nA stream ends with the body. With `exit_record: true` its last line is `{\"exit\":{…}}`, or `{\"error\":{…}}` if the\nprogram could not be run to its end, so a cut stream can be told from a finished one. Without it, as in the reference\nprotocol, such an error appears as a chunk of `stderr`.\n",
        "requestBody": {
          "required": true,
          "content": {
            "application/json": {
              "schema": {
                "$ref": "#/components/schemas/ExecRequest"
              },
              "examples": {
                "shell": {
                  "value": {
                    "command": "echo \"hello from $(hostname)\""
                  }
                },
                "argv": {
                  "value": {
                    "mode": "argv",
                    "command": "python3",
                    "args": [
                      "-c",
                      "print(6 * 7)"
                    ],
                    "timeout": "30s"
                  }
                },
                "stream": {
                  "value": {
                    "command": "make test",
                    "stream": true,
                    "exit_record": true
                  }
                }
              }
            }
          }
        },
        "responses": {
          "200": {
            "description": "The program ended by itself, whatever its exit code; or, when streaming, it has started.",
            "content": {
              "application/json": {
                "schema": {
                  "$ref": "#/components/schemas/ExecResult"
                },
                "examples": {
                  "done": {
                    "value": {
                      "exit_code": 0,
                      "stdout": "42\n",
                      "stderr": "",
                      "duration": "12ms"
                    }
                  }
                }
              },
              "application/x-ndjson": {
                "schema": {
                  "$ref": "#/components/schemas/ExecStreamLine"
                },
                "examples": {
                  "line": {
                    "value": {
                      "stream": "stdout",
                      "data": "42\n"
                    }
                  }
                }
              }
            }
          },
          "400": {
            "$ref": "#/components/responses/BadRequest"
          },
          "401": {
            "$ref": "#/components/responses/Unauthorized"
          },
          "403": {
            "$ref": "#/components/responses/Forbidden"
          },
          "404": {
            "$ref": "#/components/responses/NotFound"
          },
          "408": {
            "$ref": "#/components/responses/Timeout"
          },
          "409": {
            "$ref": "#/components/responses/Conflict"
          },
          "413": {
            "$ref": "#/components/responses/TooLarge"
          },
          "429": {
            "$ref": "#/components/responses/ResourceLimit"
          },
          "500": {
            "$ref": "#/components/responses/Internal"
          },
          "503": {
            "$ref": "#/components/responses/Unavailable"
          }
        }
      }
    },
    "/sandboxes/{id}/logs": {
      "parameters": [
        {
          "$ref": "#/components/parameters/SandboxId"
        }
      ],
      "get": {
        "operationId": "getSandboxLogs",
        "x-scope": "read:*",
        "tags": [
          "sandboxes"
        ],
        "summary": "The last lines that programs in the sandbox wrote",
        "parameters": [
          {
            "name": "lines",
            "in": "query",
            "schema": {
              "type": "integer",
              "minimum": 1,
              "maximum": 2000,
              "default": 100
            },
            "description": "How many lines at most."
          }
        ],
        "responses": {
          "200": {
            "description": "Lines, oldest first.",
            "content": {
              "application/json": {
                "schema": {
                  "type": "array",
                  "items": {
                    "type": "string"
                  }
                },
                "examples": {
                  "lines": {
                    "value": [
                      "compiling",
                      "done"
                    ]
                  }
                }
              }
            }
          },
          "400": {
            "$ref": "#/components/responses/BadRequest"
          },
          "401": {
            "$ref": "#/components/responses/Unauthorized"
          },
          "403": {
            "$ref": "#/components/responses/Forbidden"
          },
          "404": {
            "$ref": "#/components/responses/NotFound"
          },
          "409": {
            "$ref": "#/components/responses/Conflict"
          },
          "500": {
            "$ref": "#/components/responses/Internal"
          },
          "503": {
            "$ref": "#/components/responses/Unavailable"
          }
        }
      }
    },
    "/workers": {
      "get": {
        "operationId": "listWorkers",
        "x-scope": "read:*",
        "tags": [
          "workers"
        ],
        "summary": "List workers by id",
        "parameters": [
          {
            "$ref": "#/components/parameters/Limit"
          },
          {
            "$ref": "#/components/parameters/Cursor"
          }
        ],
        "responses": {
          "200": {
            "description": "One page of workers.",
            "headers": {
              "X-Next-Cursor": {
                "$ref": "#/components/headers/NextCursor"
              }
            },
            "content": {
              "application/json": {
                "schema": {
                  "type": "array",
                  "items": {
                    "$ref": "#/components/schemas/Worker"
                  }
                },
                "examples": {
                  "one": {
                    "value": []
                  }
                }
              }
            }
          },
          "400": {
            "$ref": "#/components/responses/BadRequest"
          },
          "401": {
            "$ref": "#/components/responses/Unauthorized"
          },
          "403": {
            "$ref": "#/components/responses/Forbidden"
          },
          "500": {
            "$ref": "#/components/responses/Internal"
          },
          "503": {
            "$ref": "#/components/responses/Unavailable"
          }
        }
      }
    },
    "/workers/{id}": {
      "parameters": [
        {
          "$ref": "#/components/parameters/WorkerId"
        }
      ],
      "get": {
        "operationId": "getWorker",
        "x-scope": "read:*",
        "tags": [
          "workers"
        ],
        "summary": "Get a worker",
        "responses": {
          "200": {
            "description": "The worker.",
            "content": {
              "application/json": {
                "schema": {
                  "$ref": "#/components/schemas/Worker"
                },
                "examples": {
                  "online": {
                    "$ref": "#/components/examples/OnlineWorker"
                  }
                }
              }
            }
          },
          "400": {
            "$ref": "#/components/responses/BadRequest"
          },
          "401": {
            "$ref": "#/components/responses/Unauthorized"
          },
          "403": {
            "$ref": "#/components/responses/Forbidden"
          },
          "404": {
            "$ref": "#/components/responses/NotFound"
          },
          "500": {
            "$ref": "#/components/responses/Internal"
          },
          "503": {
            "$ref": "#/components/responses/Unavailable"
          }
        }
      }
    },
    "/worker/{id}/heartbeat": {
      "parameters": [
        {
          "$ref": "#/components/parameters/WorkerId"
        }
      ],
      "post": {
        "operationId": "workerHeartbeat",
        "x-scope": "worker:heartbeat",
        "x-served-by": "worker-rpc",
        "tags": [
          "worker protocol"
        ],
        "summary": "A worker says that it is there",
        "security": [
          {
            "workerToken": []
          }
        ],
        "parameters": [
          {
            "$ref": "#/components/parameters/WorkerIdHeader"
          }
        ],
        "requestBody": {
          "required": true,
          "content": {
            "application/json": {
              "schema": {
                "$ref": "#/components/schemas/Heartbeat"
              },
              "examples": {
                "online": {
                  "value": {
                    "hostname": "node-1",
                    "status": "online",
                    "providers": [
                      "bubblewrap"
                    ],
                    "capacity": {
                      "max_sandboxes": 20,
                      "rpc_url": "http://10.0.0.7:7430"
                    }
                  }
                }
              }
            }
          }
        },
        "responses": {
          "200": {
            "description": "Recorded.",
            "content": {
              "application/json": {
                "schema": {
                  "$ref": "#/components/schemas/HeartbeatReply"
                },
                "examples": {
                  "recorded": {
                    "$ref": "#/components/examples/HeartbeatReply"
                  }
                }
              }
            }
          },
          "400": {
            "$ref": "#/components/responses/BadRequest"
          },
          "401": {
            "$ref": "#/components/responses/Unauthorized"
          },
          "403": {
            "$ref": "#/components/responses/Forbidden"
          },
          "413": {
            "$ref": "#/components/responses/TooLarge"
          },
          "500": {
            "$ref": "#/components/responses/Internal"
          },
          "503": {
            "$ref": "#/components/responses/Unavailable"
          }
        }
      }
    },
    "/worker/{id}/leases/{resource_id}/renew": {
      "parameters": [
        {
          "$ref": "#/components/parameters/WorkerId"
        },
        {
          "name": "resource_id",
          "in": "path",
          "required": true,
          "schema": {
            "type": "string",
            "minLength": 1,
            "maxLength": 128
          },
          "description": "The leased resource, such as a sandbox id."
        }
      ],
      "post": {
        "operationId": "renewWorkerLease",
        "x-scope": "worker:lease",
        "x-served-by": "worker-rpc",
        "tags": [
          "worker protocol"
        ],
        "summary": "A worker renews a lease that it holds",
        "security": [
          {
            "workerToken": []
          }
        ],
        "parameters": [
          {
            "$ref": "#/components/parameters/WorkerIdHeader"
          }
        ],
        "requestBody": {
          "required": true,
          "content": {
            "application/json": {
              "schema": {
                "$ref": "#/components/schemas/RenewLease"
              },
              "examples": {
                "renew": {
                  "value": {
                    "ttl": "30m"
                  }
                }
              }
            }
          }
        },
        "responses": {
          "200": {
            "description": "Renewed; the generation is one higher.",
            "content": {
              "application/json": {
                "schema": {
                  "$ref": "#/components/schemas/RenewLeaseReply"
                },
                "examples": {
                  "renewed": {
                    "value": {
                      "lease": {
                        "resource_id": "sb-000102030405060708090a0b",
                        "holder_id": "worker-a",
                        "generation": 2,
                        "expires_at": "2026-05-09T10:30:00Z"
                      }
                    }
                  }
                }
              }
            }
          },
          "400": {
            "$ref": "#/components/responses/BadRequest"
          },
          "401": {
            "$ref": "#/components/responses/Unauthorized"
          },
          "403": {
            "$ref": "#/components/responses/Forbidden"
          },
          "409": {
            "$ref": "#/components/responses/Conflict"
          },
          "413": {
            "$ref": "#/components/responses/TooLarge"
          },
          "500": {
            "$ref": "#/components/responses/Internal"
          },
          "503": {
            "$ref": "#/components/responses/Unavailable"
          }
        }
      }
    },
    "/health": {
      "get": {
        "operationId": "getHealth",
        "x-scope": "public",
        "tags": [
          "system"
        ],
        "summary": "The process answers",
        "security": [],
        "responses": {
          "200": {
            "description": "It does.",
            "content": {
              "application/json": {
                "schema": {
                  "$ref": "#/components/schemas/Health"
                },
                "examples": {
                  "ok": {
                    "value": {
                      "status": "ok",
                      "version": "0.1.0",
                      "uptime": "1h2m3s"
                    }
                  }
                }
              }
            }
          }
        }
      }
    },
    "/live": {
      "get": {
        "operationId": "getLive",
        "x-scope": "public",
        "tags": [
          "system"
        ],
        "summary": "The process is alive",
        "security": [],
        "responses": {
          "200": {
            "description": "It is.",
            "content": {
              "application/json": {
                "schema": {
                  "$ref": "#/components/schemas/Health"
                },
                "examples": {
                  "alive": {
                    "value": {
                      "status": "alive",
                      "version": "0.1.0",
                      "uptime": "1h2m3s"
                    }
                  }
                }
              }
            }
          }
        }
      }
    },
    "/ready": {
      "get": {
        "operationId": "getReady",
        "x-scope": "public",
        "tags": [
          "system"
        ],
        "summary": "Requests can be served",
        "description": "Ready means that the database answers and the process is not draining.",
        "security": [],
        "responses": {
          "200": {
            "description": "Ready.",
            "content": {
              "application/json": {
                "schema": {
                  "$ref": "#/components/schemas/Readiness"
                },
                "examples": {
                  "ready": {
                    "value": {
                      "status": "ready",
                      "version": "0.1.0",
                      "uptime": "3s",
                      "checks": {
                        "database": "ok",
                        "workers": "ok",
                        "draining": "ok"
                      }
                    }
                  }
                }
              }
            }
          },
          "503": {
            "description": "Not ready; `checks` says why.",
            "content": {
              "application/json": {
                "schema": {
                  "$ref": "#/components/schemas/Readiness"
                },
                "examples": {
                  "not_ready": {
                    "value": {
                      "status": "not_ready",
                      "version": "0.1.0",
                      "uptime": "3s",
                      "checks": {
                        "database": "unavailable",
                        "workers": "none_online",
                        "draining": "ok"
                      }
                    }
                  }
                }
              }
            }
          }
        }
      }
    }
  },
  "components": {
    "securitySchemes": {
      "apiKey": {
        "type": "apiKey",
        "in": "header",
        "name": "X-API-Key",
        "description": "The API key or the admin key. `X-Admin-API-Key` may carry either, too."
      },
      "workerToken": {
        "type": "apiKey",
        "in": "header",
        "name": "X-Worker-Token",
        "description": "A signed worker token or a static token; `X-Worker-ID` names the worker. Checked by the worker protocol itself."
      }
    },
    "headers": {
      "NextCursor": {
        "schema": {
          "type": "string"
        },
        "description": "Pass it as `cursor` for the next page. Absent on the last page."
      }
    },
    "parameters": {
      "SandboxId": {
        "name": "id",
        "in": "path",
        "required": true,
        "schema": {
          "type": "string",
          "pattern": "^[a-z0-9][a-z0-9-]{0,63}$"
        },
        "description": "The id of a sandbox."
      },
      "WorkerId": {
        "name": "id",
        "in": "path",
        "required": true,
        "schema": {
          "type": "string",
          "pattern": "^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$"
        },
        "description": "The id of a worker. Its case counts."
      },
      "WorkerIdHeader": {
        "name": "X-Worker-ID",
        "in": "header",
        "required": true,
        "schema": {
          "type": "string"
        },
        "description": "The worker that the credential belongs to; must be the one in the path."
      },
      "UserId": {
        "name": "X-User-ID",
        "in": "header",
        "schema": {
          "type": "string",
          "minLength": 1,
          "maxLength": 128,
          "pattern": "^[^/\\\\\\s\\x00-\\x1f\\x7f]+$"
        },
        "description": "Whom the sandbox is for. Overrides `owner_id`."
      },
      "Limit": {
        "name": "limit",
        "in": "query",
        "schema": {
          "type": "integer",
          "minimum": 1,
          "maximum": 1000,
          "default": 100
        },
        "description": "How many items at most."
      },
      "Cursor": {
        "name": "cursor",
        "in": "query",
        "schema": {
          "type": "string",
          "minLength": 1,
          "maxLength": 512
        },
        "description": "The `X-Next-Cursor` of the page before."
      }
    },
    "responses": {
      "BadRequest": {
        "description": "The request is not what the contract asks for.",
        "content": {
          "application/json": {
            "schema": {
              "$ref": "#/components/schemas/Error"
            },
            "examples": {
              "invalid": {
                "value": {
                  "code": "BAD_REQUEST",
                  "message": "ttl: invalid duration \"soon\"; use a form such as 30s or 1h30m",
                  "reason": "invalid_duration",
                  "request_id": "3f1c"
                }
              }
            }
          }
        }
      },
      "Unauthorized": {
        "description": "No credential, or one that does not hold.",
        "content": {
          "application/json": {
            "schema": {
              "$ref": "#/components/schemas/Error"
            },
            "examples": {
              "missing": {
                "value": {
                  "code": "UNAUTHORIZED",
                  "message": "invalid or missing API key",
                  "reason": "api_key_missing",
                  "request_id": "3f1c"
                }
              }
            }
          }
        }
      },
      "Forbidden": {
        "description": "The credential does not carry the scope of the route.",
        "content": {
          "application/json": {
            "schema": {
              "$ref": "#/components/schemas/Error"
            },
            "examples": {
              "scope": {
                "value": {
                  "code": "FORBIDDEN",
                  "message": "required authorization scope missing",
                  "reason": "missing_scope",
                  "request_id": "3f1c"
                }
              }
            }
          }
        }
      },
      "NotFound": {
        "description": "There is no such thing.",
        "content": {
          "application/json": {
            "schema": {
              "$ref": "#/components/schemas/Error"
            },
            "examples": {
              "sandbox": {
                "value": {
                  "code": "NOT_FOUND",
                  "message": "sandbox not found: sb-000102030405060708090a0b",
                  "reason": "sandbox_not_found",
                  "request_id": "3f1c"
                }
              }
            }
          }
        }
      },
      "Timeout": {
        "description": "The program ran longer than its timeout and was killed.",
        "content": {
          "application/json": {
            "schema": {
              "$ref": "#/components/schemas/Error"
            },
            "examples": {
              "timeout": {
                "value": {
                  "code": "TIMEOUT",
                  "message": "exec timeout: the program was killed after 30s",
                  "reason": "exec_timeout",
                  "request_id": "3f1c"
                }
              }
            }
          }
        }
      },
      "Conflict": {
        "description": "The thing is not in a state in which this is possible.",
        "content": {
          "application/json": {
            "schema": {
              "$ref": "#/components/schemas/Error"
            },
            "examples": {
              "state": {
                "value": {
                  "code": "CONFLICT",
                  "message": "sandbox sb-000102030405060708090a0b is unhealthy, not running",
                  "reason": "sandbox_not_running",
                  "request_id": "3f1c"
                }
              }
            }
          }
        }
      },
      "TooLarge": {
        "description": "The body is larger than the limit.",
        "content": {
          "application/json": {
            "schema": {
              "$ref": "#/components/schemas/Error"
            },
            "examples": {
              "body": {
                "value": {
                  "code": "BAD_REQUEST",
                  "message": "the request body is larger than 4 MiB",
                  "reason": "body_too_large",
                  "request_id": "3f1c"
                }
              }
            }
          }
        }
      },
      "ResourceLimit": {
        "description": "A limit or the fleet's capacity is reached.",
        "content": {
          "application/json": {
            "schema": {
              "$ref": "#/components/schemas/Error"
            },
            "examples": {
              "workers": {
                "value": {
                  "code": "RESOURCE_LIMIT",
                  "message": "resource limit exceeded: no eligible worker available",
                  "reason": "no_eligible_worker",
                  "request_id": "3f1c"
                }
              }
            }
          }
        }
      },
      "Internal": {
        "description": "A fault of ours. The log has the details under the request id.",
        "content": {
          "application/json": {
            "schema": {
              "$ref": "#/components/schemas/Error"
            },
            "examples": {
              "internal": {
                "value": {
                  "code": "INTERNAL_ERROR",
                  "message": "internal error; see the log of the control plane",
                  "reason": "internal",
                  "request_id": "3f1c"
                }
              }
            }
          }
        }
      },
      "Unavailable": {
        "description": "Something that the request needs is away; try again.",
        "content": {
          "application/json": {
            "schema": {
              "$ref": "#/components/schemas/Error"
            },
            "examples": {
              "database": {
                "value": {
                  "code": "UNAVAILABLE",
                  "message": "the database is not reachable; try again",
                  "reason": "database_unavailable",
                  "request_id": "3f1c"
                }
              }
            }
          }
        }
      }
    },
    "examples": {
      "RunningSandbox": {
        "value": {
          "id": "sb-000102030405060708090a0b",
          "state": "running",
          "provider": "bubblewrap",
          "image": "host",
          "memory_mb": 512,
          "vcpus": 1,
          "worker_id": "worker-a",
          "vm_id": "sb-000102030405060708090a0b",
          "created_at": "2026-05-09T10:00:00Z",
          "expires_at": "2026-05-09T10:30:00Z",
          "metadata": {}
        }
      },
      "OnlineWorker": {
        "value": {
          "id": "worker-a",
          "hostname": "node-1",
          "status": "online",
          "providers": [
            "bubblewrap"
          ],
          "capabilities": [
            "remote_worker",
            "heartbeat"
          ],
          "capacity": {
            "max_sandboxes": 20,
            "rpc_url": "http://10.0.0.7:7430"
          },
          "last_heartbeat": "2026-05-09T10:00:00Z",
          "created_at": "2026-05-09T09:00:00Z",
          "updated_at": "2026-05-09T10:00:00Z",
          "stale": false
        }
      },
      "HeartbeatReply": {
        "value": {
          "id": "worker-a",
          "hostname": "node-1",
          "status": "online",
          "providers": [
            "bubblewrap"
          ],
          "capabilities": [
            "remote_worker",
            "heartbeat"
          ],
          "capacity": {
            "max_sandboxes": 20,
            "rpc_url": "http://10.0.0.7:7430"
          },
          "last_heartbeat": "2026-05-09T10:00:00Z",
          "created_at": "2026-05-09T09:00:00Z",
          "updated_at": "2026-05-09T10:00:00Z",
          "stale": false,
          "server_time": "2026-05-09T10:00:00Z",
          "next_heartbeat_ms": 30000,
          "drain": false,
          "release": []
        }
      }
    },
    "schemas": {
      "Error": {
        "type": "object",
        "additionalProperties": false,
        "required": [
          "code",
          "message",
          "reason",
          "request_id"
        ],
        "properties": {
          "code": {
            "type": "string",
            "enum": [
              "BAD_REQUEST",
              "UNAUTHORIZED",
              "FORBIDDEN",
              "NOT_FOUND",
              "TIMEOUT",
              "CONFLICT",
              "RESOURCE_LIMIT",
              "INTERNAL_ERROR",
              "UNAVAILABLE"
            ]
          },
          "message": {
            "type": "string"
          },
          "reason": {
            "type": "string",
            "pattern": "^[a-z0-9_]+$",
            "description": "Stable; for programs."
          },
          "request_id": {
            "type": "string"
          },
          "server_time": {
            "type": "string",
            "format": "date-time",
            "description": "On a 401 of a worker endpoint, so that a skewed clock shows."
          }
        }
      },
      "Status": {
        "type": "object",
        "additionalProperties": false,
        "required": [
          "status"
        ],
        "properties": {
          "status": {
            "type": "string"
          }
        }
      },
      "SandboxState": {
        "type": "string",
        "enum": [
          "creating",
          "running",
          "idle",
          "unhealthy",
          "expired",
          "destroyed",
          "error"
        ]
      },
      "SpawnRequest": {
        "type": "object",
        "additionalProperties": false,
        "properties": {
          "image": {
            "type": "string",
            "minLength": 1,
            "maxLength": 255,
            "description": "An image that the provider knows; for bubblewrap a registered root file system, such as `host`."
          },
          "provider": {
            "type": "string",
            "minLength": 1,
            "maxLength": 64
          },
          "memory_mb": {
            "type": "integer",
            "minimum": 0,
            "maximum": 1048576,
            "description": "0 is the default."
          },
          "vcpus": {
            "type": "integer",
            "minimum": 0,
            "maximum": 256,
            "description": "0 is the default."
          },
          "ttl": {
            "type": "string",
            "minLength": 1,
            "maxLength": 64,
            "description": "How long it may live."
          },
          "template": {
            "type": "string",
            "maxLength": 128,
            "description": "Not available on this control plane; must be empty."
          },
          "owner_id": {
            "type": "string",
            "minLength": 1,
            "maxLength": 128,
            "pattern": "^[^/\\\\\\s\\x00-\\x1f\\x7f]+$"
          },
          "tenant_id": {
            "type": "string",
            "maxLength": 128,
            "description": "Ignored; the tenant comes from the credential."
          },
          "metadata": {
            "type": "object",
            "maxProperties": 64,
            "propertyNames": {
              "maxLength": 128
            },
            "additionalProperties": {
              "type": "string",
              "maxLength": 4096
            }
          }
        }
      },
      "Sandbox": {
        "type": "object",
        "additionalProperties": false,
        "required": [
          "id",
          "state",
          "provider",
          "image",
          "memory_mb",
          "vcpus",
          "created_at",
          "expires_at",
          "metadata"
        ],
        "properties": {
          "id": {
            "type": "string"
          },
          "state": {
            "$ref": "#/components/schemas/SandboxState"
          },
          "state_reason": {
            "type": "string",
            "description": "Why the state is what it is; for programs."
          },
          "provider": {
            "type": "string"
          },
          "image": {
            "type": "string"
          },
          "memory_mb": {
            "type": "integer"
          },
          "vcpus": {
            "type": "integer"
          },
          "owner_id": {
            "type": "string"
          },
          "tenant_id": {
            "type": "string"
          },
          "vm_id": {
            "type": "string",
            "description": "What the provider calls the runtime."
          },
          "worker_id": {
            "type": "string"
          },
          "created_at": {
            "type": "string",
            "format": "date-time"
          },
          "expires_at": {
            "type": "string",
            "format": "date-time"
          },
          "metadata": {
            "type": "object",
            "additionalProperties": {
              "type": "string"
            }
          },
          "preview_domain": {
            "type": "string"
          }
        }
      },
      "ExecRequest": {
        "type": "object",
        "additionalProperties": false,
        "properties": {
          "command": {
            "type": "string",
            "maxLength": 1048576
          },
          "args": {
            "type": "array",
            "maxItems": 10000,
            "items": {
              "type": "string",
              "maxLength": 1048576
            }
          },
          "mode": {
            "type": "string",
            "enum": [
              "",
              "shell",
              "argv"
            ],
            "default": "shell",
            "description": "`shell` runs `sh -c`, with `args` quoted and appended; `argv` runs `command` itself."
          },
          "env": {
            "type": "object",
            "maxProperties": 1000,
            "propertyNames": {
              "pattern": "^[A-Za-z_][A-Za-z0-9_]*$",
              "maxLength": 256
            },
            "additionalProperties": {
              "type": "string",
              "maxLength": 131072
            }
          },
          "workdir": {
            "type": "string",
            "maxLength": 4096,
            "description": "Default `/workspace`."
          },
          "timeout": {
            "type": "string",
            "maxLength": 64
          },
          "stream": {
            "type": "boolean",
            "default": false
          },
          "exit_record": {
            "type": "boolean",
            "default": false,
            "description": "With `stream`: end with an exit or error record."
          },
          "stdin": {
            "type": "string",
            "description": "What the program reads from its standard input."
          },
          "stdin_encoding": {
            "type": "string",
            "enum": [
              "utf-8",
              "base64"
            ],
            "default": "utf-8"
          }
        }
      },
      "ExecResult": {
        "type": "object",
        "additionalProperties": false,
        "required": [
          "exit_code",
          "stdout",
          "stderr",
          "duration"
        ],
        "properties": {
          "exit_code": {
            "type": "integer",
            "description": "128 + n when signal n ended the program."
          },
          "stdout": {
            "type": "string"
          },
          "stderr": {
            "type": "string"
          },
          "duration": {
            "type": "string"
          },
          "truncated": {
            "type": "boolean",
            "description": "Present and true when output beyond the limit was dropped."
          }
        }
      },
      "ExecChunk": {
        "type": "object",
        "additionalProperties": false,
        "required": [
          "stream",
          "data"
        ],
        "properties": {
          "stream": {
            "type": "string",
            "enum": [
              "stdout",
              "stderr"
            ]
          },
          "data": {
            "type": "string"
          }
        }
      },
      "ExecExitRecord": {
        "type": "object",
        "additionalProperties": false,
        "required": [
          "exit"
        ],
        "properties": {
          "exit": {
            "type": "object",
            "additionalProperties": false,
            "required": [
              "exit_code",
              "duration"
            ],
            "properties": {
              "exit_code": {
                "type": "integer"
              },
              "duration": {
                "type": "string"
              }
            }
          }
        }
      },
      "ExecErrorRecord": {
        "type": "object",
        "additionalProperties": false,
        "required": [
          "error"
        ],
        "properties": {
          "error": {
            "$ref": "#/components/schemas/Error"
          }
        }
      },
      "ExecStreamLine": {
        "anyOf": [
          {
            "$ref": "#/components/schemas/ExecChunk"
          },
          {
            "$ref": "#/components/schemas/ExecExitRecord"
          },
          {
            "$ref": "#/components/schemas/ExecErrorRecord"
          }
        ]
      },
      "Worker": {
        "type": "object",
        "additionalProperties": false,
        "required": [
          "id",
          "hostname",
          "status",
          "providers",
          "capabilities",
          "capacity",
          "last_heartbeat",
          "created_at",
          "updated_at",
          "stale"
        ],
        "properties": {
          "id": {
            "type": "string"
          },
          "hostname": {
            "type": "string"
          },
          "status": {
            "type": "string"
          },
          "providers": {
            "type": "array",
            "items": {
              "type": "string"
            }
          },
          "capabilities": {
            "type": "array",
            "items": {
              "type": "string"
            }
          },
          "capacity": {
            "type": "object",
            "additionalProperties": true
          },
          "last_heartbeat": {
            "type": "string",
            "format": "date-time"
          },
          "created_at": {
            "type": "string",
            "format": "date-time"
          },
          "updated_at": {
            "type": "string",
            "format": "date-time"
          },
          "stale": {
            "type": "boolean",
            "description": "No heartbeat for more than two minutes."
          }
        }
      },
      "Heartbeat": {
        "type": "object",
        "additionalProperties": true,
        "properties": {
          "hostname": {
            "type": "string"
          },
          "status": {
            "type": "string"
          },
          "providers": {
            "type": [
              "array",
              "null"
            ],
            "items": {
              "type": "string"
            }
          },
          "capabilities": {
            "type": [
              "array",
              "null"
            ],
            "items": {
              "type": "string"
            }
          },
          "capacity": {
            "type": [
              "object",
              "null"
            ],
            "additionalProperties": true
          },
          "instance_id": {
            "type": "string",
            "description": "Names one run of the worker process."
          },
          "sandboxes": {
            "type": "array",
            "description": "What the worker holds.",
            "items": {
              "type": "object",
              "required": [
                "id",
                "generation"
              ],
              "properties": {
                "id": {
                  "type": "string"
                },
                "generation": {
                  "type": "integer"
                }
              }
            }
          }
        }
      },
      "HeartbeatReply": {
        "type": "object",
        "required": [
          "server_time",
          "next_heartbeat_ms",
          "drain",
          "release"
        ],
        "properties": {
          "id": {
            "type": "string"
          },
          "hostname": {
            "type": "string"
          },
          "status": {
            "type": "string"
          },
          "providers": {
            "type": "array",
            "items": {
              "type": "string"
            }
          },
          "capabilities": {
            "type": "array",
            "items": {
              "type": "string"
            }
          },
          "capacity": {
            "type": "object",
            "additionalProperties": true
          },
          "last_heartbeat": {
            "type": "string",
            "format": "date-time"
          },
          "created_at": {
            "type": "string",
            "format": "date-time"
          },
          "updated_at": {
            "type": "string",
            "format": "date-time"
          },
          "stale": {
            "type": "boolean"
          },
          "server_time": {
            "type": "string",
            "format": "date-time"
          },
          "next_heartbeat_ms": {
            "type": "integer",
            "description": "When the next heartbeat is expected."
          },
          "drain": {
            "type": "boolean",
            "description": "Take no new sandboxes."
          },
          "release": {
            "type": "array",
            "items": {
              "type": "string"
            },
            "description": "Sandboxes that are not the worker's any more; it destroys them."
          }
        }
      },
      "Lease": {
        "type": "object",
        "additionalProperties": false,
        "required": [
          "resource_id",
          "holder_id",
          "generation",
          "expires_at"
        ],
        "properties": {
          "resource_id": {
            "type": "string"
          },
          "holder_id": {
            "type": "string"
          },
          "generation": {
            "type": "integer"
          },
          "expires_at": {
            "type": "string",
            "format": "date-time"
          }
        }
      },
      "RenewLease": {
        "type": "object",
        "additionalProperties": true,
        "required": [
          "ttl"
        ],
        "properties": {
          "ttl": {
            "type": "string"
          },
          "generation": {
            "type": "integer",
            "description": "When given",
            "must be the current one.": null
          }
        }
      },
      "RenewLeaseReply": {
        "type": "object",
        "additionalProperties": false,
        "required": [
          "lease"
        ],
        "properties": {
          "lease": {
            "$ref": "#/components/schemas/Lease"
          }
        }
      },
      "Health": {
        "type": "object",
        "additionalProperties": false,
        "required": [
          "status",
          "version",
          "uptime"
        ],
        "properties": {
          "status": {
            "type": "string",
            "enum": [
              "ok",
              "alive"
            ]
          },
          "version": {
            "type": "string"
          },
          "uptime": {
            "type": "string"
          }
        }
      },
      "Readiness": {
        "type": "object",
        "additionalProperties": false,
        "required": [
          "status",
          "version",
          "uptime",
          "checks"
        ],
        "properties": {
          "status": {
            "type": "string",
            "enum": [
              "ready",
              "not_ready"
            ]
          },
          "version": {
            "type": "string"
          },
          "uptime": {
            "type": "string"
          },
          "checks": {
            "type": "object",
            "additionalProperties": false,
            "required": [
              "database",
              "workers",
              "draining"
            ],
            "properties": {
              "database": {
                "type": "string",
                "enum": [
                  "ok",
                  "unavailable"
                ]
              },
              "workers": {
                "type": "string",
                "enum": [
                  "ok",
                  "none_online",
                  "unknown"
                ]
              },
              "draining": {
                "type": "string",
                "enum": [
                  "ok",
                  "draining"
                ]
              }
            }
          }
        }
      }
    }
  }
};
