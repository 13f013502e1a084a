// Generated from openapi.yaml by `npm run generate`. Do not edit.

export const openApiDocument: unknown = {
  "openapi": "3.1.0",
  "info": {
    "title": "StacyVM control plane",
    "version": "1.0.0",
    "summary": "Sandboxes for untrusted code on a fleet of workers whose identity can be proven.",
    "description": "Every response carries `X-Request-ID`. Every error is `{\"code\",\"message\",\"reason\",\"request_id\"}`: `code` is the class of the\nerror, `reason` is stable and meant for programs, `message` is meant for people.\n\nA call that lasts is ended within two seconds when its caller would not be let in to it any more: the credential is revoked, the\nkey has expired, the membership, its role or the tenant is gone. What has not been answered yet is answered with 401 or 403\n`credential_revoked`; what has is ended with that reason or broken off. That a bearer token expires meanwhile ends nothing.\n\nDurations are texts such as `30s`, `5m` or `1h30m`; times are RFC 3339 in UTC.\n\nWith `rate_limit.enabled` every answer to a counted request carries `X-RateLimit-Limit`, the most that a caller may ask at\nonce, and `X-RateLimit-Remaining`; a caller who asks more gets 429 `rate_limited` with `Retry-After`. Health, liveness and\nreadiness, preflights and the worker protocol are not counted.\n\nPages of the origins in `server.cors_allowed_origins` may call from a browser: `OPTIONS` with\n`Access-Control-Request-Method` is answered with 204 on every path, without a credential. What the page of another origin\nasks for is refused: 403 `origin_not_allowed`.\n\nA request acts for one tenant or for none. The tenant comes from the credential; `X-Tenant-ID` chooses among the memberships\nof a user, and any tenant for keys of the platform and administrators. A tenant that the caller has nothing to do with is not\nfound: 404 `tenant_not_found`. What belongs to other tenants is as if it were not there.\n",
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
      "name": "files",
      "description": "Files of sandboxes, with the eyes and rights of a program inside."
    },
    {
      "name": "workers",
      "description": "The fleet as the control plane sees it."
    },
    {
      "name": "fleet",
      "description": "What operators ask of workers, for administrators. Every request is audited."
    },
    {
      "name": "worker identity",
      "description": "Tokens, keys and revocations of workers, for administrators. Every request is audited."
    },
    {
      "name": "policies",
      "description": "Which images, providers and networks may be used, for administrators. Every request is audited."
    },
    {
      "name": "tenants",
      "description": "Those who share the fleet, and who belongs to them. Every request is audited."
    },
    {
      "name": "quotas",
      "description": "How much owners and tenants may have."
    },
    {
      "name": "people",
      "description": "Who may call; API keys, and bearer tokens that count no more. Every request is audited."
    },
    {
      "name": "audit",
      "description": "What was done and refused, by whom, in chains that can be verified. Every request is audited."
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
                },
                "placed": {
                  "value": {
                    "image": "host",
                    "requirements": {
                      "zone": "eu"
                    }
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
              },
              "X-Policy-Warning": {
                "$ref": "#/components/headers/PolicyWarning"
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
          "404": {
            "$ref": "#/components/responses/NotFound"
          },
          "429": {
            "$ref": "#/components/responses/RateLimited"
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
          "429": {
            "$ref": "#/components/responses/RateLimited"
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
          "429": {
            "$ref": "#/components/responses/RateLimited"
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
    "/sandboxes/{id}/extend": {
      "parameters": [
        {
          "$ref": "#/components/parameters/SandboxId"
        }
      ],
      "post": {
        "operationId": "extendSandbox",
        "x-scope": "api:*",
        "tags": [
          "sandboxes"
        ],
        "summary": "Set anew how long a sandbox lives",
        "description": "The sandbox expires `ttl` from now, which may be earlier than before, at most as late as a new one. Its worker is\ntold before the answer; when that is not possible the answer is an error whose message says that nothing has\nchanged, or that it is not known whether it has.\n",
        "requestBody": {
          "required": true,
          "content": {
            "application/json": {
              "schema": {
                "$ref": "#/components/schemas/ExtendRequest"
              },
              "examples": {
                "anotherHour": {
                  "value": {
                    "ttl": "1h"
                  }
                }
              }
            }
          }
        },
        "responses": {
          "200": {
            "description": "The sandbox with its new expiry.",
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
        "description": "With `stream: true` the answer is NDJSON, one object a line, flushed as it comes: `{\"stream\":\"stdout\",\"data\":\"…\"}`.\nA stream ends with the body. With `exit_record: true` its last line is `{\"exit\":{…}}`, or `{\"error\":{…}}` if the\nprogram could not be run to its end, so a cut stream can be told from a finished one. Without it, as in the reference\nprotocol, such an error appears as a chunk of `stderr`. A caller who loses the right to it gets the error\n`credential_revoked`, and the program is ended.\n\nWithout `stream` each stream of output is told up to 16 MiB, and less of it when the worker holds many long answers:\n`truncated` says that something was dropped. While the control plane holds too many long answers for callers who have\nnot read them, an output of more than 1 MiB waits up to 30 seconds and is refused then (503 `answers_busy`): the program\nhas run, and its output is lost. A stream knows neither.\n",
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
          "429": {
            "$ref": "#/components/responses/RateLimited"
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
    "/sandboxes/{id}/files": {
      "parameters": [
        {
          "$ref": "#/components/parameters/SandboxId"
        }
      ],
      "get": {
        "operationId": "readFile",
        "x-scope": "read:*",
        "tags": [
          "files"
        ],
        "summary": "Read a file",
        "description": "The bytes as they are, sent while they are read. The answer is complete when its last chunk is there: a transfer that fails on\nthe way ends with the connection.\n",
        "parameters": [
          {
            "$ref": "#/components/parameters/FilePath"
          }
        ],
        "responses": {
          "200": {
            "description": "The content.",
            "headers": {
              "X-File-Mode": {
                "schema": {
                  "type": "string",
                  "pattern": "^[0-7]{1,4}$"
                },
                "description": "Permission bits in octal, where the provider tells them."
              }
            },
            "content": {
              "application/octet-stream": {
                "schema": {
                  "type": "string",
                  "format": "binary"
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
            "$ref": "#/components/responses/FileForbidden"
          },
          "404": {
            "$ref": "#/components/responses/FileNotFound"
          },
          "409": {
            "$ref": "#/components/responses/Conflict"
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
      "put": {
        "operationId": "uploadFile",
        "x-scope": "api:*",
        "tags": [
          "files"
        ],
        "summary": "Write a file of any size",
        "description": "The body is the content, bytes as they are, of any size. It is written while it comes, beside the path, and put in place when all\nof it is there: a request that breaks off changes nothing. Parent directories are made. `Expect: 100-continue` is understood.\n",
        "parameters": [
          {
            "$ref": "#/components/parameters/FilePath"
          },
          {
            "name": "mode",
            "in": "query",
            "schema": {
              "$ref": "#/components/schemas/FileMode"
            },
            "description": "Permission bits in octal, `0644` when absent."
          }
        ],
        "requestBody": {
          "required": true,
          "content": {
            "application/octet-stream": {
              "schema": {
                "type": "string",
                "format": "binary"
              }
            }
          }
        },
        "responses": {
          "200": {
            "description": "The file is there.",
            "content": {
              "application/json": {
                "schema": {
                  "$ref": "#/components/schemas/FileAction"
                },
                "examples": {
                  "written": {
                    "value": {
                      "status": "written",
                      "size": 1048576
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
            "$ref": "#/components/responses/FileForbidden"
          },
          "404": {
            "$ref": "#/components/responses/FileNotFound"
          },
          "409": {
            "$ref": "#/components/responses/Conflict"
          },
          "429": {
            "$ref": "#/components/responses/ResourceLimit"
          },
          "500": {
            "$ref": "#/components/responses/Internal"
          },
          "503": {
            "$ref": "#/components/responses/Unavailable"
          },
          "507": {
            "$ref": "#/components/responses/NoSpace"
          }
        }
      },
      "post": {
        "operationId": "writeFile",
        "x-scope": "api:*",
        "tags": [
          "files"
        ],
        "summary": "Write a text file",
        "description": "The content is text; for bytes and for more than 4 MiB, `PUT` takes the content as it is. Parent directories are made.",
        "requestBody": {
          "required": true,
          "content": {
            "application/json": {
              "schema": {
                "$ref": "#/components/schemas/FileWrite"
              },
              "examples": {
                "script": {
                  "value": {
                    "path": "/workspace/run.sh",
                    "content": "#!/bin/sh\necho hello\n",
                    "mode": "0755"
                  }
                }
              }
            }
          }
        },
        "responses": {
          "200": {
            "description": "The file is there.",
            "content": {
              "application/json": {
                "schema": {
                  "$ref": "#/components/schemas/FileAction"
                },
                "examples": {
                  "written": {
                    "value": {
                      "status": "written",
                      "size": 21
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
            "$ref": "#/components/responses/FileForbidden"
          },
          "404": {
            "$ref": "#/components/responses/FileNotFound"
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
          },
          "507": {
            "$ref": "#/components/responses/NoSpace"
          }
        }
      },
      "delete": {
        "operationId": "deleteFile",
        "x-scope": "api:*",
        "tags": [
          "files"
        ],
        "summary": "Delete a file or a directory",
        "parameters": [
          {
            "$ref": "#/components/parameters/FilePath"
          },
          {
            "name": "recursive",
            "in": "query",
            "schema": {
              "type": "boolean",
              "default": false
            },
            "description": "Delete a directory with everything in it. Without it, a directory must be empty."
          }
        ],
        "responses": {
          "200": {
            "description": "It is gone.",
            "content": {
              "application/json": {
                "schema": {
                  "$ref": "#/components/schemas/FileAction"
                },
                "examples": {
                  "deleted": {
                    "value": {
                      "status": "deleted"
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
            "$ref": "#/components/responses/FileForbidden"
          },
          "404": {
            "$ref": "#/components/responses/FileNotFound"
          },
          "409": {
            "$ref": "#/components/responses/Conflict"
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
    "/sandboxes/{id}/files/list": {
      "parameters": [
        {
          "$ref": "#/components/parameters/SandboxId"
        }
      ],
      "get": {
        "operationId": "listFiles",
        "x-scope": "read:*",
        "tags": [
          "files"
        ],
        "summary": "List a directory",
        "parameters": [
          {
            "name": "path",
            "in": "query",
            "allowReserved": true,
            "schema": {
              "type": "string",
              "minLength": 1,
              "maxLength": 4096,
              "default": "/"
            },
            "description": "The directory. A relative path begins at `/workspace`."
          }
        ],
        "responses": {
          "200": {
            "description": "One level of entries by name; a symbolic link is an entry of its own.",
            "content": {
              "application/json": {
                "schema": {
                  "type": "array",
                  "items": {
                    "$ref": "#/components/schemas/FileInfo"
                  }
                },
                "examples": {
                  "workspace": {
                    "value": [
                      {
                        "path": "/workspace/run.sh",
                        "size": 21,
                        "mode": "755",
                        "is_dir": false,
                        "mod_time": "2030-01-01T10:00:00Z"
                      }
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
            "$ref": "#/components/responses/FileForbidden"
          },
          "404": {
            "$ref": "#/components/responses/FileNotFound"
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
    "/sandboxes/{id}/files/stat": {
      "parameters": [
        {
          "$ref": "#/components/parameters/SandboxId"
        }
      ],
      "get": {
        "operationId": "statFile",
        "x-scope": "read:*",
        "tags": [
          "files"
        ],
        "summary": "Describe a file or a directory",
        "parameters": [
          {
            "$ref": "#/components/parameters/FilePath"
          }
        ],
        "responses": {
          "200": {
            "description": "What the path leads to.",
            "content": {
              "application/json": {
                "schema": {
                  "$ref": "#/components/schemas/FileInfo"
                },
                "examples": {
                  "script": {
                    "value": {
                      "path": "/workspace/run.sh",
                      "size": 21,
                      "mode": "755",
                      "is_dir": false,
                      "mod_time": "2030-01-01T10:00:00Z"
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
            "$ref": "#/components/responses/FileForbidden"
          },
          "404": {
            "$ref": "#/components/responses/FileNotFound"
          },
          "409": {
            "$ref": "#/components/responses/Conflict"
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
    "/sandboxes/{id}/files/glob": {
      "parameters": [
        {
          "$ref": "#/components/parameters/SandboxId"
        }
      ],
      "get": {
        "operationId": "globFiles",
        "x-scope": "read:*",
        "tags": [
          "files"
        ],
        "summary": "Find paths by a pattern",
        "parameters": [
          {
            "name": "pattern",
            "in": "query",
            "required": true,
            "allowReserved": true,
            "schema": {
              "type": "string",
              "minLength": 1,
              "maxLength": 4096,
              "pattern": "^[^\\x00]*\\S[^\\x00]*$"
            },
            "description": "A pattern of the shell. `*`, `?` and `[…]` cross no slash and meet no leading dot; there is no `**`.",
            "examples": {
              "logs": {
                "value": "/workspace/*.log"
              }
            }
          }
        ],
        "responses": {
          "200": {
            "description": "Absolute paths, sorted.",
            "content": {
              "application/json": {
                "schema": {
                  "type": "array",
                  "items": {
                    "type": "string"
                  }
                },
                "examples": {
                  "logs": {
                    "value": [
                      "/workspace/a.log",
                      "/workspace/b.log"
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
            "$ref": "#/components/responses/FileForbidden"
          },
          "404": {
            "$ref": "#/components/responses/FileNotFound"
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
    "/sandboxes/{id}/files/move": {
      "parameters": [
        {
          "$ref": "#/components/parameters/SandboxId"
        }
      ],
      "post": {
        "operationId": "moveFile",
        "x-scope": "api:*",
        "tags": [
          "files"
        ],
        "summary": "Rename a file or a directory",
        "description": "Parent directories are made. A file at the new path is replaced, a directory is not.",
        "requestBody": {
          "required": true,
          "content": {
            "application/json": {
              "schema": {
                "$ref": "#/components/schemas/FileMove"
              },
              "examples": {
                "rename": {
                  "value": {
                    "old_path": "/workspace/draft.md",
                    "new_path": "/workspace/docs/final.md"
                  }
                }
              }
            }
          }
        },
        "responses": {
          "200": {
            "description": "It is at the new path.",
            "content": {
              "application/json": {
                "schema": {
                  "$ref": "#/components/schemas/FileAction"
                },
                "examples": {
                  "moved": {
                    "value": {
                      "status": "moved"
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
            "$ref": "#/components/responses/FileForbidden"
          },
          "404": {
            "$ref": "#/components/responses/FileNotFound"
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
          },
          "507": {
            "$ref": "#/components/responses/NoSpace"
          }
        }
      }
    },
    "/sandboxes/{id}/files/chmod": {
      "parameters": [
        {
          "$ref": "#/components/parameters/SandboxId"
        }
      ],
      "post": {
        "operationId": "chmodFile",
        "x-scope": "api:*",
        "tags": [
          "files"
        ],
        "summary": "Change the permission bits of a file or a directory",
        "requestBody": {
          "required": true,
          "content": {
            "application/json": {
              "schema": {
                "$ref": "#/components/schemas/FileChmod"
              },
              "examples": {
                "executable": {
                  "value": {
                    "path": "/workspace/run.sh",
                    "mode": "0755"
                  }
                }
              }
            }
          }
        },
        "responses": {
          "200": {
            "description": "It has these bits.",
            "content": {
              "application/json": {
                "schema": {
                  "$ref": "#/components/schemas/FileAction"
                },
                "examples": {
                  "applied": {
                    "value": {
                      "status": "chmod applied"
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
            "$ref": "#/components/responses/FileForbidden"
          },
          "404": {
            "$ref": "#/components/responses/FileNotFound"
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
    "/workers": {
      "get": {
        "operationId": "listWorkers",
        "x-scope": "read:*",
        "x-platform-only": true,
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
          "404": {
            "$ref": "#/components/responses/NotFound"
          },
          "429": {
            "$ref": "#/components/responses/RateLimited"
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
        "x-platform-only": true,
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
          "429": {
            "$ref": "#/components/responses/RateLimited"
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
    "/admin/workers": {
      "get": {
        "operationId": "listAdminWorkers",
        "x-scope": "admin:*",
        "tags": [
          "fleet"
        ],
        "summary": "List workers by id, audited",
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
            "description": "One page of workers, as `/workers` lists them.",
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
          "404": {
            "$ref": "#/components/responses/NotFound"
          },
          "429": {
            "$ref": "#/components/responses/RateLimited"
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
    "/admin/workers/{id}": {
      "parameters": [
        {
          "$ref": "#/components/parameters/WorkerId"
        }
      ],
      "get": {
        "operationId": "getAdminWorker",
        "x-scope": "admin:*",
        "tags": [
          "fleet"
        ],
        "summary": "Get a worker, audited",
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
          "429": {
            "$ref": "#/components/responses/RateLimited"
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
        "operationId": "removeWorker",
        "x-scope": "admin:*",
        "tags": [
          "fleet"
        ],
        "summary": "Forget a worker",
        "description": "Refused with 409 while the worker is online (`worker_online`) or has sandboxes (`worker_has_sandboxes`). With `force` it is\ndone all the same: a worker that is still there registers anew with its next heartbeat, unless it is revoked, and the\nrecords of its sandboxes end with their leases.\n",
        "parameters": [
          {
            "name": "force",
            "in": "query",
            "schema": {
              "type": "string",
              "enum": [
                "true",
                "false"
              ]
            },
            "description": "Whether to remove it whatever it does."
          }
        ],
        "responses": {
          "200": {
            "description": "It is forgotten.",
            "content": {
              "application/json": {
                "schema": {
                  "$ref": "#/components/schemas/Status"
                },
                "examples": {
                  "deleted": {
                    "value": {
                      "status": "deleted"
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
          "429": {
            "$ref": "#/components/responses/RateLimited"
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
    "/admin/workers/{id}/cordon": {
      "parameters": [
        {
          "$ref": "#/components/parameters/WorkerId"
        }
      ],
      "post": {
        "operationId": "cordonWorker",
        "x-scope": "admin:*",
        "tags": [
          "fleet"
        ],
        "summary": "Place no new sandboxes on a worker",
        "description": "What runs there goes on, and the worker is not told. It lasts until `uncordon`.",
        "responses": {
          "200": {
            "description": "The worker as it is now.",
            "content": {
              "application/json": {
                "schema": {
                  "$ref": "#/components/schemas/Worker"
                },
                "examples": {
                  "worker": {
                    "$ref": "#/components/examples/CordonedWorker"
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
          "429": {
            "$ref": "#/components/responses/RateLimited"
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
    "/admin/workers/{id}/uncordon": {
      "parameters": [
        {
          "$ref": "#/components/parameters/WorkerId"
        }
      ],
      "post": {
        "operationId": "uncordonWorker",
        "x-scope": "admin:*",
        "tags": [
          "fleet"
        ],
        "summary": "Place sandboxes on a worker again",
        "description": "The opposite of `cordon`; a drain is not ended by it.",
        "responses": {
          "200": {
            "description": "The worker as it is now.",
            "content": {
              "application/json": {
                "schema": {
                  "$ref": "#/components/schemas/Worker"
                },
                "examples": {
                  "worker": {
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
          "429": {
            "$ref": "#/components/responses/RateLimited"
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
    "/admin/workers/{id}/drain": {
      "parameters": [
        {
          "$ref": "#/components/parameters/WorkerId"
        }
      ],
      "post": {
        "operationId": "drainWorker",
        "x-scope": "admin:*",
        "tags": [
          "fleet"
        ],
        "summary": "Let a worker run empty",
        "description": "No new sandboxes are placed there, and with its next heartbeat the worker is told so. What runs goes on: for ever as far as the\ndrain is concerned, until the deadline, or not at all with `evict`. Then it is destroyed. It is kept in the database and lasts\nuntil `undrain`; a second drain sets another deadline, or none.\n",
        "requestBody": {
          "required": true,
          "content": {
            "application/json": {
              "schema": {
                "$ref": "#/components/schemas/DrainWorker"
              },
              "examples": {
                "gently": {
                  "value": {}
                },
                "within": {
                  "value": {
                    "deadline": "10m"
                  }
                },
                "now": {
                  "value": {
                    "evict": true
                  }
                }
              }
            }
          }
        },
        "responses": {
          "200": {
            "description": "The worker as it is now.",
            "content": {
              "application/json": {
                "schema": {
                  "$ref": "#/components/schemas/Worker"
                },
                "examples": {
                  "worker": {
                    "$ref": "#/components/examples/DrainingWorker"
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
          "413": {
            "$ref": "#/components/responses/TooLarge"
          },
          "429": {
            "$ref": "#/components/responses/RateLimited"
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
    "/admin/workers/{id}/undrain": {
      "parameters": [
        {
          "$ref": "#/components/parameters/WorkerId"
        }
      ],
      "post": {
        "operationId": "undrainWorker",
        "x-scope": "admin:*",
        "tags": [
          "fleet"
        ],
        "summary": "End the drain of a worker",
        "description": "What was destroyed stays so; a cordon is not ended by it.",
        "responses": {
          "200": {
            "description": "The worker as it is now.",
            "content": {
              "application/json": {
                "schema": {
                  "$ref": "#/components/schemas/Worker"
                },
                "examples": {
                  "worker": {
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
          "429": {
            "$ref": "#/components/responses/RateLimited"
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
    "/admin/worker-tokens": {
      "post": {
        "operationId": "issueWorkerToken",
        "x-scope": "admin:*",
        "tags": [
          "worker identity"
        ],
        "summary": "Issue a worker token",
        "description": "The token is signed by the key of that one worker and recorded before it is answered; nobody can ask for it again. It\nlives 15 minutes at most. Limited per credential: `auth.worker_token_issue_limit` a minute.\n",
        "requestBody": {
          "required": true,
          "content": {
            "application/json": {
              "schema": {
                "$ref": "#/components/schemas/IssueWorkerToken"
              },
              "examples": {
                "heartbeats": {
                  "value": {
                    "worker_id": "worker-a"
                  }
                },
                "narrow": {
                  "value": {
                    "worker_id": "worker-a",
                    "audience": "worker:rpc",
                    "ttl": "1m",
                    "scopes": [
                      "worker:status"
                    ]
                  }
                }
              }
            }
          }
        },
        "responses": {
          "200": {
            "description": "The token.",
            "headers": {
              "Cache-Control": {
                "schema": {
                  "type": "string"
                },
                "description": "Always `no-store`."
              }
            },
            "content": {
              "application/json": {
                "schema": {
                  "$ref": "#/components/schemas/IssuedWorkerToken"
                },
                "examples": {
                  "issued": {
                    "$ref": "#/components/examples/IssuedWorkerToken"
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
            "$ref": "#/components/responses/WorkerRevoked"
          },
          "413": {
            "$ref": "#/components/responses/TooLarge"
          },
          "429": {
            "$ref": "#/components/responses/IssueLimit"
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
    "/admin/worker-token-issuances": {
      "get": {
        "operationId": "listWorkerTokenIssuances",
        "x-scope": "admin:*",
        "tags": [
          "worker identity"
        ],
        "summary": "List issued worker tokens, newest first",
        "description": "Who asked for which token, never the token itself. Records of expired tokens are kept for 30 days.",
        "parameters": [
          {
            "$ref": "#/components/parameters/WorkerIdFilter"
          },
          {
            "$ref": "#/components/parameters/Limit"
          },
          {
            "$ref": "#/components/parameters/Cursor"
          }
        ],
        "responses": {
          "200": {
            "description": "One page of records.",
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
                    "$ref": "#/components/schemas/WorkerTokenIssuance"
                  }
                },
                "examples": {
                  "one": {
                    "value": [
                      {
                        "token_id": "7f3a1c9e5b2d48606a1f0e9d8c7b6a54",
                        "worker_id": "worker-a",
                        "audience": "worker:control-plane",
                        "scopes": [
                          "worker:heartbeat",
                          "worker:lease"
                        ],
                        "key_fingerprint": "9f86d081884c7d65",
                        "method": "api",
                        "requester": "admin:2c26b46b68ffc68f",
                        "credential_id": "2c26b46b68ffc68f",
                        "source_address": "10.0.0.9",
                        "request_id": "3f1c",
                        "issued_at": "2026-05-09T10:00:00Z",
                        "expires_at": "2026-05-09T10:05:00Z"
                      }
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
          "429": {
            "$ref": "#/components/responses/RateLimited"
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
    "/admin/worker-revocations": {
      "post": {
        "operationId": "revokeWorkerCredentials",
        "x-scope": "admin:*",
        "tags": [
          "worker identity"
        ],
        "summary": "Revoke a token, a worker or a key",
        "description": "Exactly one of `token_id`, `worker_id` and `key_fingerprint` says what. A worker without `issued_before` is revoked\naltogether: every token of it, also future ones, and its static token, until the revocation is removed. Every control\nplane knows within two seconds, every worker with its next heartbeat. A second revocation of the same thing widens the\nfirst and keeps its id.\n",
        "requestBody": {
          "required": true,
          "content": {
            "application/json": {
              "schema": {
                "$ref": "#/components/schemas/RevokeWorkerCredentials"
              },
              "examples": {
                "token": {
                  "value": {
                    "token_id": "7f3a1c9e5b2d48606a1f0e9d8c7b6a54",
                    "reason": "written into a public log"
                  }
                },
                "worker": {
                  "value": {
                    "worker_id": "worker-a",
                    "reason": "its host was broken into"
                  }
                },
                "earlier": {
                  "value": {
                    "worker_id": "worker-a",
                    "issued_before": "now",
                    "reason": "token file was readable"
                  }
                },
                "key": {
                  "value": {
                    "key_fingerprint": "9f86d081884c7d65",
                    "reason": "the backup with this key was lost"
                  }
                }
              }
            }
          }
        },
        "responses": {
          "201": {
            "description": "In force on this control plane.",
            "content": {
              "application/json": {
                "schema": {
                  "$ref": "#/components/schemas/WorkerRevocation"
                },
                "examples": {
                  "worker": {
                    "$ref": "#/components/examples/WorkerRevocation"
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
          "413": {
            "$ref": "#/components/responses/TooLarge"
          },
          "429": {
            "$ref": "#/components/responses/RateLimited"
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
        "operationId": "listWorkerRevocations",
        "x-scope": "admin:*",
        "tags": [
          "worker identity"
        ],
        "summary": "List revocations, newest first",
        "description": "Without those of `auth.worker_revoked_token_ids`, which stand in the configuration.",
        "parameters": [
          {
            "name": "kind",
            "in": "query",
            "schema": {
              "$ref": "#/components/schemas/RevocationKind"
            },
            "description": "Only revocations of this kind."
          },
          {
            "$ref": "#/components/parameters/Limit"
          },
          {
            "$ref": "#/components/parameters/Cursor"
          }
        ],
        "responses": {
          "200": {
            "description": "One page of revocations.",
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
                    "$ref": "#/components/schemas/WorkerRevocation"
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
          "404": {
            "$ref": "#/components/responses/NotFound"
          },
          "429": {
            "$ref": "#/components/responses/RateLimited"
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
    "/admin/worker-revocations/{id}": {
      "parameters": [
        {
          "$ref": "#/components/parameters/RecordId"
        }
      ],
      "delete": {
        "operationId": "removeWorkerRevocation",
        "x-scope": "admin:*",
        "tags": [
          "worker identity"
        ],
        "summary": "Take a revocation back",
        "responses": {
          "200": {
            "description": "It is not in force any more on this control plane.",
            "content": {
              "application/json": {
                "schema": {
                  "$ref": "#/components/schemas/Status"
                },
                "examples": {
                  "removed": {
                    "value": {
                      "status": "removed"
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
          "429": {
            "$ref": "#/components/responses/RateLimited"
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
    "/admin/join-tokens": {
      "post": {
        "operationId": "createJoinToken",
        "x-scope": "admin:*",
        "tags": [
          "worker identity"
        ],
        "summary": "Create a token with which one worker joins, once",
        "description": "Whoever presents it first, for this worker id, gets the worker's own key. The token is shown here and never again; only\nits hash is stored. Counts against `auth.worker_token_issue_limit`.\n",
        "requestBody": {
          "required": true,
          "content": {
            "application/json": {
              "schema": {
                "$ref": "#/components/schemas/CreateJoinToken"
              },
              "examples": {
                "minimal": {
                  "value": {
                    "worker_id": "worker-a"
                  }
                },
                "pool": {
                  "value": {
                    "worker_id": "worker-a",
                    "ttl": "1h",
                    "pool": "eu-west"
                  }
                }
              }
            }
          }
        },
        "responses": {
          "201": {
            "description": "The token.",
            "headers": {
              "Cache-Control": {
                "schema": {
                  "type": "string"
                },
                "description": "Always `no-store`."
              }
            },
            "content": {
              "application/json": {
                "schema": {
                  "$ref": "#/components/schemas/CreatedJoinToken"
                },
                "examples": {
                  "created": {
                    "value": {
                      "id": "jt-000102030405060708090a0b",
                      "token": "stacyvm-join-v1.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
                      "worker_id": "worker-a",
                      "pool": "",
                      "created_at": "2026-05-09T10:00:00Z",
                      "expires_at": "2026-05-09T10:10:00Z"
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
            "$ref": "#/components/responses/WorkerRevoked"
          },
          "413": {
            "$ref": "#/components/responses/TooLarge"
          },
          "429": {
            "$ref": "#/components/responses/IssueLimit"
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
        "operationId": "listJoinTokens",
        "x-scope": "admin:*",
        "tags": [
          "worker identity"
        ],
        "summary": "List join tokens, newest first",
        "description": "Used and expired ones as well, until 30 days after their end. `refused_redemptions` above 0 on a used token means that somebody else tried to use it.",
        "parameters": [
          {
            "$ref": "#/components/parameters/WorkerIdFilter"
          },
          {
            "$ref": "#/components/parameters/Limit"
          },
          {
            "$ref": "#/components/parameters/Cursor"
          }
        ],
        "responses": {
          "200": {
            "description": "One page of join tokens, without the tokens themselves.",
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
                    "$ref": "#/components/schemas/JoinToken"
                  }
                },
                "examples": {
                  "used": {
                    "value": [
                      {
                        "id": "jt-000102030405060708090a0b",
                        "worker_id": "worker-a",
                        "pool": "",
                        "state": "redeemed",
                        "created_by": "admin:2c26b46b68ffc68f",
                        "created_at": "2026-05-09T10:00:00Z",
                        "expires_at": "2026-05-09T10:10:00Z",
                        "redeemed_at": "2026-05-09T10:01:00Z",
                        "redeemed_from": "10.0.0.7",
                        "refused_redemptions": 1,
                        "last_refused_at": "2026-05-09T10:02:00Z",
                        "last_refused_from": "10.0.0.66"
                      }
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
          "429": {
            "$ref": "#/components/responses/RateLimited"
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
    "/admin/join-tokens/{id}": {
      "parameters": [
        {
          "$ref": "#/components/parameters/RecordId"
        }
      ],
      "delete": {
        "operationId": "deleteJoinToken",
        "x-scope": "admin:*",
        "tags": [
          "worker identity"
        ],
        "summary": "Delete a join token, so that nobody can use it",
        "responses": {
          "200": {
            "description": "It is gone.",
            "content": {
              "application/json": {
                "schema": {
                  "$ref": "#/components/schemas/Status"
                },
                "examples": {
                  "deleted": {
                    "value": {
                      "status": "deleted"
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
          "429": {
            "$ref": "#/components/responses/RateLimited"
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
    "/quotas": {
      "get": {
        "operationId": "listQuotas",
        "x-scope": "read:*",
        "tags": [
          "quotas"
        ],
        "summary": "List the quotas of owners",
        "description": "By owner id, those in the tenant of the request.\nA person with a token reads only what is its own, unless it is an operator. Keys act for many owners.\n",
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
            "description": "One page of quotas.",
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
                    "$ref": "#/components/schemas/Quota"
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
          "404": {
            "$ref": "#/components/responses/NotFound"
          },
          "429": {
            "$ref": "#/components/responses/RateLimited"
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
    "/quotas/summary": {
      "get": {
        "operationId": "summarizeQuotas",
        "x-scope": "read:*",
        "tags": [
          "quotas"
        ],
        "summary": "Count the quotas of owners",
        "description": "How many there are in the tenant of the request, and how many limit what.\nA person with a token reads only what is its own, unless it is an operator. Keys act for many owners.\n",
        "responses": {
          "200": {
            "description": "The counts.",
            "content": {
              "application/json": {
                "schema": {
                  "$ref": "#/components/schemas/QuotaSummary"
                },
                "examples": {
                  "some": {
                    "value": {
                      "total": 2,
                      "with_max_sandboxes": 1,
                      "with_max_ttl": 2,
                      "with_max_exec_timeout": 0
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
          "429": {
            "$ref": "#/components/responses/RateLimited"
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
    "/quotas/{id}": {
      "parameters": [
        {
          "$ref": "#/components/parameters/OwnerId"
        }
      ],
      "get": {
        "operationId": "getQuota",
        "x-scope": "read:*",
        "tags": [
          "quotas"
        ],
        "summary": "Read the quota of an owner",
        "description": "What was set; `usage` tells what holds in the end.\nA person with a token reads only what is its own, unless it is an operator. Keys act for many owners.\n",
        "responses": {
          "200": {
            "description": "The quota.",
            "content": {
              "application/json": {
                "schema": {
                  "$ref": "#/components/schemas/Quota"
                },
                "examples": {
                  "owner": {
                    "$ref": "#/components/examples/Quota"
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
          "429": {
            "$ref": "#/components/responses/RateLimited"
          },
          "500": {
            "$ref": "#/components/responses/Internal"
          },
          "503": {
            "$ref": "#/components/responses/Unavailable"
          }
        }
      },
      "put": {
        "operationId": "setQuota",
        "x-scope": "admin:*",
        "tags": [
          "quotas"
        ],
        "summary": "Set the quota of an owner",
        "description": "Replaces all of it: what is left out, 0 or `0s` is not limited by it. In force for every spawn, exec and issue that begins\nafter the answer, on every control plane. It ends nothing that runs. Audited.\n",
        "requestBody": {
          "required": true,
          "content": {
            "application/json": {
              "schema": {
                "$ref": "#/components/schemas/SetQuota"
              },
              "examples": {
                "sandboxes": {
                  "value": {
                    "max_sandboxes": 20,
                    "max_ttl": "8h"
                  }
                },
                "none": {
                  "value": {}
                }
              }
            }
          }
        },
        "responses": {
          "200": {
            "description": "The quota.",
            "content": {
              "application/json": {
                "schema": {
                  "$ref": "#/components/schemas/Quota"
                },
                "examples": {
                  "owner": {
                    "$ref": "#/components/examples/Quota"
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
          "413": {
            "$ref": "#/components/responses/TooLarge"
          },
          "429": {
            "$ref": "#/components/responses/RateLimited"
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
        "operationId": "deleteQuota",
        "x-scope": "admin:*",
        "tags": [
          "quotas"
        ],
        "summary": "Remove the quota of an owner",
        "description": "The settings hold for the owner again. Audited.\n",
        "responses": {
          "200": {
            "description": "It is gone.",
            "content": {
              "application/json": {
                "schema": {
                  "$ref": "#/components/schemas/Deleted"
                },
                "examples": {
                  "deleted": {
                    "value": {
                      "status": "deleted"
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
          "429": {
            "$ref": "#/components/responses/RateLimited"
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
    "/quotas/{id}/usage": {
      "parameters": [
        {
          "$ref": "#/components/parameters/OwnerId"
        }
      ],
      "get": {
        "operationId": "getQuotaUsage",
        "x-scope": "read:*",
        "tags": [
          "quotas"
        ],
        "summary": "What an owner uses and may use",
        "description": "For any owner, with a quota or without.\nA person with a token reads only what is its own, unless it is an operator. Keys act for many owners.\n",
        "responses": {
          "200": {
            "description": "Use and limits.",
            "content": {
              "application/json": {
                "schema": {
                  "$ref": "#/components/schemas/QuotaUsage"
                },
                "examples": {
                  "owner": {
                    "$ref": "#/components/examples/QuotaUsage"
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
          "429": {
            "$ref": "#/components/responses/RateLimited"
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
    "/admin/quotas": {
      "get": {
        "operationId": "listAdminQuotas",
        "x-scope": "admin:*",
        "tags": [
          "quotas"
        ],
        "summary": "List the quotas of owners",
        "description": "By owner id, those in the tenant of the request. Audited.\n",
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
            "description": "One page of quotas.",
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
                    "$ref": "#/components/schemas/Quota"
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
          "404": {
            "$ref": "#/components/responses/NotFound"
          },
          "429": {
            "$ref": "#/components/responses/RateLimited"
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
    "/admin/quotas/summary": {
      "get": {
        "operationId": "summarizeAdminQuotas",
        "x-scope": "admin:*",
        "tags": [
          "quotas"
        ],
        "summary": "Count the quotas of owners",
        "description": "How many there are in the tenant of the request, and how many limit what. Audited.\n",
        "responses": {
          "200": {
            "description": "The counts.",
            "content": {
              "application/json": {
                "schema": {
                  "$ref": "#/components/schemas/QuotaSummary"
                },
                "examples": {
                  "some": {
                    "value": {
                      "total": 2,
                      "with_max_sandboxes": 1,
                      "with_max_ttl": 2,
                      "with_max_exec_timeout": 0
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
          "429": {
            "$ref": "#/components/responses/RateLimited"
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
    "/admin/quotas/{id}": {
      "parameters": [
        {
          "$ref": "#/components/parameters/OwnerId"
        }
      ],
      "get": {
        "operationId": "getAdminQuota",
        "x-scope": "admin:*",
        "tags": [
          "quotas"
        ],
        "summary": "Read the quota of an owner",
        "description": "What was set; `usage` tells what holds in the end. Audited.\n",
        "responses": {
          "200": {
            "description": "The quota.",
            "content": {
              "application/json": {
                "schema": {
                  "$ref": "#/components/schemas/Quota"
                },
                "examples": {
                  "owner": {
                    "$ref": "#/components/examples/Quota"
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
          "429": {
            "$ref": "#/components/responses/RateLimited"
          },
          "500": {
            "$ref": "#/components/responses/Internal"
          },
          "503": {
            "$ref": "#/components/responses/Unavailable"
          }
        }
      },
      "put": {
        "operationId": "setAdminQuota",
        "x-scope": "admin:*",
        "tags": [
          "quotas"
        ],
        "summary": "Set the quota of an owner",
        "description": "Replaces all of it: what is left out, 0 or `0s` is not limited by it. In force for every spawn, exec and issue that begins\nafter the answer, on every control plane. It ends nothing that runs. Audited.\n",
        "requestBody": {
          "required": true,
          "content": {
            "application/json": {
              "schema": {
                "$ref": "#/components/schemas/SetQuota"
              },
              "examples": {
                "sandboxes": {
                  "value": {
                    "max_sandboxes": 20,
                    "max_ttl": "8h"
                  }
                },
                "none": {
                  "value": {}
                }
              }
            }
          }
        },
        "responses": {
          "200": {
            "description": "The quota.",
            "content": {
              "application/json": {
                "schema": {
                  "$ref": "#/components/schemas/Quota"
                },
                "examples": {
                  "owner": {
                    "$ref": "#/components/examples/Quota"
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
          "413": {
            "$ref": "#/components/responses/TooLarge"
          },
          "429": {
            "$ref": "#/components/responses/RateLimited"
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
        "operationId": "deleteAdminQuota",
        "x-scope": "admin:*",
        "tags": [
          "quotas"
        ],
        "summary": "Remove the quota of an owner",
        "description": "The settings hold for the owner again. Audited.\n",
        "responses": {
          "200": {
            "description": "It is gone.",
            "content": {
              "application/json": {
                "schema": {
                  "$ref": "#/components/schemas/Deleted"
                },
                "examples": {
                  "deleted": {
                    "value": {
                      "status": "deleted"
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
          "429": {
            "$ref": "#/components/responses/RateLimited"
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
    "/admin/quotas/{id}/usage": {
      "parameters": [
        {
          "$ref": "#/components/parameters/OwnerId"
        }
      ],
      "get": {
        "operationId": "getAdminQuotaUsage",
        "x-scope": "admin:*",
        "tags": [
          "quotas"
        ],
        "summary": "What an owner uses and may use",
        "description": "For any owner, with a quota or without. Audited.\n",
        "responses": {
          "200": {
            "description": "Use and limits.",
            "content": {
              "application/json": {
                "schema": {
                  "$ref": "#/components/schemas/QuotaUsage"
                },
                "examples": {
                  "owner": {
                    "$ref": "#/components/examples/QuotaUsage"
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
          "429": {
            "$ref": "#/components/responses/RateLimited"
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
    "/admin/tenants/{tenant_id}/quota": {
      "parameters": [
        {
          "$ref": "#/components/parameters/TenantId"
        }
      ],
      "get": {
        "operationId": "getTenantQuota",
        "x-scope": "tenant:admin",
        "tags": [
          "quotas"
        ],
        "summary": "Read the quota of a tenant",
        "description": "What everybody in it may have together. Audited.\n",
        "responses": {
          "200": {
            "description": "The quota.",
            "content": {
              "application/json": {
                "schema": {
                  "$ref": "#/components/schemas/Quota"
                },
                "examples": {
                  "tenant": {
                    "$ref": "#/components/examples/TenantQuota"
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
          "429": {
            "$ref": "#/components/responses/RateLimited"
          },
          "500": {
            "$ref": "#/components/responses/Internal"
          },
          "503": {
            "$ref": "#/components/responses/Unavailable"
          }
        }
      },
      "put": {
        "operationId": "setTenantQuota",
        "x-scope": "admin:*",
        "tags": [
          "quotas"
        ],
        "summary": "Set the quota of a tenant",
        "description": "Replaces all of it, as with owners. What it limits in time bounds the quotas of its owners as well. Audited.\n",
        "requestBody": {
          "required": true,
          "content": {
            "application/json": {
              "schema": {
                "$ref": "#/components/schemas/SetQuota"
              },
              "examples": {
                "sandboxes": {
                  "value": {
                    "max_sandboxes": 20,
                    "max_ttl": "8h"
                  }
                },
                "none": {
                  "value": {}
                }
              }
            }
          }
        },
        "responses": {
          "200": {
            "description": "The quota.",
            "content": {
              "application/json": {
                "schema": {
                  "$ref": "#/components/schemas/Quota"
                },
                "examples": {
                  "tenant": {
                    "$ref": "#/components/examples/TenantQuota"
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
          "413": {
            "$ref": "#/components/responses/TooLarge"
          },
          "429": {
            "$ref": "#/components/responses/RateLimited"
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
        "operationId": "deleteTenantQuota",
        "x-scope": "admin:*",
        "tags": [
          "quotas"
        ],
        "summary": "Remove the quota of a tenant",
        "description": "Audited.\n",
        "responses": {
          "200": {
            "description": "It is gone.",
            "content": {
              "application/json": {
                "schema": {
                  "$ref": "#/components/schemas/Deleted"
                },
                "examples": {
                  "deleted": {
                    "value": {
                      "status": "deleted"
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
          "429": {
            "$ref": "#/components/responses/RateLimited"
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
    "/admin/tenants/{tenant_id}/quota/usage": {
      "parameters": [
        {
          "$ref": "#/components/parameters/TenantId"
        }
      ],
      "get": {
        "operationId": "getTenantQuotaUsage",
        "x-scope": "tenant:admin",
        "tags": [
          "quotas"
        ],
        "summary": "What a tenant uses and may use",
        "description": "Audited.\n",
        "responses": {
          "200": {
            "description": "Use and limits.",
            "content": {
              "application/json": {
                "schema": {
                  "$ref": "#/components/schemas/QuotaUsage"
                },
                "examples": {
                  "tenant": {
                    "$ref": "#/components/examples/TenantQuotaUsage"
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
          "429": {
            "$ref": "#/components/responses/RateLimited"
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
    "/admin/policies": {
      "post": {
        "operationId": "createPolicy",
        "x-scope": "admin:*",
        "tags": [
          "policies"
        ],
        "summary": "Create a global policy",
        "description": "In force on this control plane when it answers, and on every other within two seconds. Priorities below -1000000 are\nleft to files.\n",
        "requestBody": {
          "required": true,
          "content": {
            "application/json": {
              "schema": {
                "$ref": "#/components/schemas/CreatePolicy"
              },
              "examples": {
                "deny": {
                  "value": {
                    "resource_type": "image",
                    "effect": "deny",
                    "pattern": "alpine:3.1**"
                  }
                },
                "trial": {
                  "value": {
                    "resource_type": "image",
                    "effect": "allow",
                    "pattern": "docker.io/library/**",
                    "priority": 100,
                    "mode": "warn",
                    "description": "soon only official images"
                  }
                }
              }
            }
          }
        },
        "responses": {
          "201": {
            "description": "In force.",
            "headers": {
              "Location": {
                "schema": {
                  "type": "string"
                },
                "description": "The path of the policy."
              }
            },
            "content": {
              "application/json": {
                "schema": {
                  "$ref": "#/components/schemas/Policy"
                },
                "examples": {
                  "stored": {
                    "$ref": "#/components/examples/Policy"
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
        "operationId": "listPolicies",
        "x-scope": "admin:*",
        "tags": [
          "policies"
        ],
        "summary": "List the global policies in the order of decision",
        "description": "Lower priority first, then deny before allow, then the oldest. With those of the files of `policy.files`.",
        "parameters": [
          {
            "name": "resource_type",
            "in": "query",
            "schema": {
              "$ref": "#/components/schemas/PolicyResourceType"
            },
            "description": "Only policies about this."
          },
          {
            "$ref": "#/components/parameters/Limit"
          },
          {
            "$ref": "#/components/parameters/Cursor"
          }
        ],
        "responses": {
          "200": {
            "description": "One page of policies.",
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
                    "$ref": "#/components/schemas/Policy"
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
          "404": {
            "$ref": "#/components/responses/NotFound"
          },
          "429": {
            "$ref": "#/components/responses/RateLimited"
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
    "/admin/policies/evaluate": {
      "post": {
        "operationId": "evaluatePolicies",
        "x-scope": "admin:*",
        "tags": [
          "policies"
        ],
        "summary": "Say what would be decided about a spawn, and why",
        "description": "Spawns nothing. What is left out is that of the defaults, as with a spawn. With `tenant_id` the policies of that tenant\nare asked as well.\n",
        "requestBody": {
          "required": true,
          "content": {
            "application/json": {
              "schema": {
                "$ref": "#/components/schemas/EvaluatePolicies"
              },
              "examples": {
                "defaults": {
                  "value": {}
                },
                "image": {
                  "value": {
                    "image": "alpine:3.1"
                  }
                }
              }
            }
          }
        },
        "responses": {
          "200": {
            "description": "The decision about each value, and what every policy has to do with it.",
            "content": {
              "application/json": {
                "schema": {
                  "$ref": "#/components/schemas/PolicyEvaluation"
                },
                "examples": {
                  "denied": {
                    "value": {
                      "allowed": false,
                      "policy_version": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
                      "answers": [
                        {
                          "resource_type": "image",
                          "value": "alpine:3.1",
                          "allowed": false,
                          "authority": "platform",
                          "reason": "rule_denies",
                          "default": "allow",
                          "mode": "enforce",
                          "policy_id": "pl-000102030405060708090a0b",
                          "spelling": "alpine:3.1",
                          "spellings": [
                            "docker.io/library/alpine:3.1",
                            "alpine:3.1"
                          ],
                          "deniable_spellings": [],
                          "policies": [
                            {
                              "policy_id": "pl-000102030405060708090a0b",
                              "authority": "platform",
                              "outcome": "decides",
                              "spelling": "alpine:3.1"
                            }
                          ]
                        }
                      ]
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
          "413": {
            "$ref": "#/components/responses/TooLarge"
          },
          "429": {
            "$ref": "#/components/responses/RateLimited"
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
    "/admin/policies/{id}": {
      "parameters": [
        {
          "$ref": "#/components/parameters/PolicyId"
        }
      ],
      "get": {
        "operationId": "getPolicy",
        "x-scope": "admin:*",
        "tags": [
          "policies"
        ],
        "summary": "Get a global policy",
        "responses": {
          "200": {
            "description": "The policy.",
            "content": {
              "application/json": {
                "schema": {
                  "$ref": "#/components/schemas/Policy"
                },
                "examples": {
                  "stored": {
                    "$ref": "#/components/examples/Policy"
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
          "429": {
            "$ref": "#/components/responses/RateLimited"
          },
          "500": {
            "$ref": "#/components/responses/Internal"
          },
          "503": {
            "$ref": "#/components/responses/Unavailable"
          }
        }
      },
      "patch": {
        "operationId": "updatePolicy",
        "x-scope": "admin:*",
        "tags": [
          "policies"
        ],
        "summary": "Change a global policy",
        "description": "What is left out stays. A policy of a file cannot be changed here (`policy_from_file`).",
        "requestBody": {
          "required": true,
          "content": {
            "application/json": {
              "schema": {
                "$ref": "#/components/schemas/UpdatePolicy"
              },
              "examples": {
                "bind": {
                  "value": {
                    "mode": "enforce"
                  }
                }
              }
            }
          }
        },
        "responses": {
          "200": {
            "description": "The policy as it is now, in force.",
            "content": {
              "application/json": {
                "schema": {
                  "$ref": "#/components/schemas/Policy"
                },
                "examples": {
                  "stored": {
                    "$ref": "#/components/examples/Policy"
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
            "$ref": "#/components/responses/RateLimited"
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
        "operationId": "deletePolicy",
        "x-scope": "admin:*",
        "tags": [
          "policies"
        ],
        "summary": "Delete a global policy",
        "description": "A policy of a file cannot be deleted here (`policy_from_file`).",
        "responses": {
          "200": {
            "description": "It decides nothing any more.",
            "content": {
              "application/json": {
                "schema": {
                  "$ref": "#/components/schemas/Status"
                },
                "examples": {
                  "deleted": {
                    "value": {
                      "status": "deleted"
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
          "429": {
            "$ref": "#/components/responses/RateLimited"
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
    "/admin/tenants": {
      "post": {
        "operationId": "createTenant",
        "x-scope": "admin:*",
        "tags": [
          "tenants"
        ],
        "summary": "Create a tenant",
        "requestBody": {
          "required": true,
          "content": {
            "application/json": {
              "schema": {
                "$ref": "#/components/schemas/CreateTenant"
              },
              "examples": {
                "minimal": {
                  "value": {
                    "name": "Research"
                  }
                },
                "own": {
                  "value": {
                    "id": "research",
                    "name": "Research",
                    "owner_id": "ada",
                    "settings": {
                      "cost_centre": 4711
                    }
                  }
                }
              }
            }
          }
        },
        "responses": {
          "201": {
            "description": "The tenant. `id` is made up unless it was given.",
            "headers": {
              "Location": {
                "schema": {
                  "type": "string"
                },
                "description": "The path of the tenant."
              }
            },
            "content": {
              "application/json": {
                "schema": {
                  "$ref": "#/components/schemas/TenantEnvelope"
                },
                "examples": {
                  "created": {
                    "value": {
                      "tenant": {
                        "id": "tn-000102030405060708090a0b",
                        "name": "Research",
                        "owner_id": "ada",
                        "settings": "{}",
                        "state": "active",
                        "created_at": "2026-05-09T10:00:00Z",
                        "updated_at": "2026-05-09T10:00:00Z"
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
            "$ref": "#/components/responses/RateLimited"
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
        "operationId": "listTenants",
        "x-scope": "admin:*",
        "tags": [
          "tenants"
        ],
        "summary": "List tenants, newest first",
        "parameters": [
          {
            "name": "owner_id",
            "in": "query",
            "schema": {
              "type": "string",
              "minLength": 1,
              "maxLength": 128
            },
            "description": "Only tenants of this owner."
          },
          {
            "name": "name_prefix",
            "in": "query",
            "schema": {
              "type": "string",
              "minLength": 1,
              "maxLength": 200
            },
            "description": "Only tenants whose name begins like this; its case counts."
          },
          {
            "$ref": "#/components/parameters/Limit"
          },
          {
            "$ref": "#/components/parameters/Cursor"
          }
        ],
        "responses": {
          "200": {
            "description": "One page of tenants.",
            "headers": {
              "X-Next-Cursor": {
                "$ref": "#/components/headers/NextCursor"
              }
            },
            "content": {
              "application/json": {
                "schema": {
                  "type": "object",
                  "additionalProperties": false,
                  "required": [
                    "tenants"
                  ],
                  "properties": {
                    "tenants": {
                      "type": "array",
                      "items": {
                        "$ref": "#/components/schemas/Tenant"
                      }
                    }
                  }
                },
                "examples": {
                  "none": {
                    "value": {
                      "tenants": []
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
          "429": {
            "$ref": "#/components/responses/RateLimited"
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
    "/admin/tenants/{tenant_id}": {
      "parameters": [
        {
          "$ref": "#/components/parameters/TenantId"
        }
      ],
      "get": {
        "operationId": "getTenant",
        "x-scope": "admin:*",
        "tags": [
          "tenants"
        ],
        "summary": "Get a tenant",
        "responses": {
          "200": {
            "description": "The tenant.",
            "content": {
              "application/json": {
                "schema": {
                  "$ref": "#/components/schemas/TenantEnvelope"
                },
                "examples": {
                  "tenant": {
                    "value": {
                      "tenant": {
                        "id": "tn-000102030405060708090a0b",
                        "name": "Research",
                        "owner_id": "ada",
                        "settings": "{}",
                        "state": "active",
                        "created_at": "2026-05-09T10:00:00Z",
                        "updated_at": "2026-05-09T10:00:00Z"
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
          "404": {
            "$ref": "#/components/responses/NotFound"
          },
          "429": {
            "$ref": "#/components/responses/RateLimited"
          },
          "500": {
            "$ref": "#/components/responses/Internal"
          },
          "503": {
            "$ref": "#/components/responses/Unavailable"
          }
        }
      },
      "put": {
        "operationId": "replaceTenant",
        "x-scope": "admin:*",
        "tags": [
          "tenants"
        ],
        "summary": "Change a tenant, as the reference does",
        "description": "What is absent, empty or null stays, so that nothing can be cleared. Use PATCH for that.",
        "requestBody": {
          "required": true,
          "content": {
            "application/json": {
              "schema": {
                "$ref": "#/components/schemas/ReplaceTenant"
              },
              "examples": {
                "name": {
                  "value": {
                    "name": "Research and Development"
                  }
                }
              }
            }
          }
        },
        "responses": {
          "200": {
            "description": "The tenant as it is now.",
            "content": {
              "application/json": {
                "schema": {
                  "$ref": "#/components/schemas/TenantEnvelope"
                },
                "examples": {
                  "tenant": {
                    "value": {
                      "tenant": {
                        "id": "tn-000102030405060708090a0b",
                        "name": "Research",
                        "owner_id": "ada",
                        "settings": "{}",
                        "state": "active",
                        "created_at": "2026-05-09T10:00:00Z",
                        "updated_at": "2026-05-09T10:00:00Z"
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
          "404": {
            "$ref": "#/components/responses/NotFound"
          },
          "413": {
            "$ref": "#/components/responses/TooLarge"
          },
          "429": {
            "$ref": "#/components/responses/RateLimited"
          },
          "500": {
            "$ref": "#/components/responses/Internal"
          },
          "503": {
            "$ref": "#/components/responses/Unavailable"
          }
        }
      },
      "patch": {
        "operationId": "updateTenant",
        "x-scope": "admin:*",
        "tags": [
          "tenants"
        ],
        "summary": "Change a tenant",
        "description": "What is absent stays.",
        "requestBody": {
          "required": true,
          "content": {
            "application/json": {
              "schema": {
                "$ref": "#/components/schemas/UpdateTenant"
              },
              "examples": {
                "owner": {
                  "value": {
                    "owner_id": ""
                  }
                }
              }
            }
          }
        },
        "responses": {
          "200": {
            "description": "The tenant as it is now.",
            "content": {
              "application/json": {
                "schema": {
                  "$ref": "#/components/schemas/TenantEnvelope"
                },
                "examples": {
                  "tenant": {
                    "value": {
                      "tenant": {
                        "id": "tn-000102030405060708090a0b",
                        "name": "Research",
                        "owner_id": "ada",
                        "settings": "{}",
                        "state": "active",
                        "created_at": "2026-05-09T10:00:00Z",
                        "updated_at": "2026-05-09T10:00:00Z"
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
          "404": {
            "$ref": "#/components/responses/NotFound"
          },
          "413": {
            "$ref": "#/components/responses/TooLarge"
          },
          "429": {
            "$ref": "#/components/responses/RateLimited"
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
        "operationId": "deleteTenant",
        "x-scope": "admin:*",
        "tags": [
          "tenants"
        ],
        "summary": "Delete a tenant",
        "description": "Refused with 409 `tenant_in_use` while it has members, keys, policies or sandboxes; the message counts them. With\n`cascade=true` no new sandbox is let in, those that there are are destroyed, and then all of it goes at once. When a\nsandbox cannot be destroyed, because its worker does not answer, nothing else has been removed: repeat the request.\n",
        "parameters": [
          {
            "name": "cascade",
            "in": "query",
            "schema": {
              "enum": [
                "true",
                "false"
              ]
            },
            "description": "Whether what belongs to it goes with it; `false` unless told."
          }
        ],
        "responses": {
          "204": {
            "description": "It is gone, with the records of its sandboxes."
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
          "429": {
            "$ref": "#/components/responses/RateLimited"
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
    "/admin/tenants/{tenant_id}/members": {
      "parameters": [
        {
          "$ref": "#/components/parameters/TenantId"
        }
      ],
      "get": {
        "operationId": "listTenantMembers",
        "x-scope": "tenant:admin",
        "tags": [
          "tenants"
        ],
        "summary": "List the members of a tenant, oldest first",
        "parameters": [
          {
            "name": "role",
            "in": "query",
            "schema": {
              "$ref": "#/components/schemas/TenantMemberRole"
            },
            "description": "Only members with this role."
          },
          {
            "$ref": "#/components/parameters/Limit"
          },
          {
            "$ref": "#/components/parameters/Cursor"
          }
        ],
        "responses": {
          "200": {
            "description": "One page of members.",
            "headers": {
              "X-Next-Cursor": {
                "$ref": "#/components/headers/NextCursor"
              }
            },
            "content": {
              "application/json": {
                "schema": {
                  "type": "object",
                  "additionalProperties": false,
                  "required": [
                    "members"
                  ],
                  "properties": {
                    "members": {
                      "type": "array",
                      "items": {
                        "$ref": "#/components/schemas/TenantMember"
                      }
                    }
                  }
                },
                "examples": {
                  "none": {
                    "value": {
                      "members": []
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
          "429": {
            "$ref": "#/components/responses/RateLimited"
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
    "/admin/tenants/{tenant_id}/policies": {
      "parameters": [
        {
          "$ref": "#/components/parameters/TenantId"
        }
      ],
      "get": {
        "operationId": "listTenantPolicies",
        "x-scope": "tenant:admin",
        "tags": [
          "policies"
        ],
        "summary": "List the policies of a tenant and the global ones, in the order of decision",
        "description": "The platform's first: the global ones, those of files included, and those of the tenant with a priority below 0. Then the\ntenant's own, which can only forbid more. All at once: there are at most 1000 of each.\n",
        "parameters": [
          {
            "name": "resource_type",
            "in": "query",
            "schema": {
              "$ref": "#/components/schemas/PolicyResourceType"
            },
            "description": "Only policies about this."
          }
        ],
        "responses": {
          "200": {
            "description": "The policies.",
            "content": {
              "application/json": {
                "schema": {
                  "type": "object",
                  "additionalProperties": false,
                  "required": [
                    "policies"
                  ],
                  "properties": {
                    "policies": {
                      "type": "array",
                      "items": {
                        "$ref": "#/components/schemas/Policy"
                      }
                    }
                  }
                },
                "examples": {
                  "none": {
                    "value": {
                      "policies": []
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
          "429": {
            "$ref": "#/components/responses/RateLimited"
          },
          "500": {
            "$ref": "#/components/responses/Internal"
          },
          "503": {
            "$ref": "#/components/responses/Unavailable"
          }
        }
      },
      "post": {
        "operationId": "createTenantPolicy",
        "x-scope": "tenant:admin",
        "tags": [
          "policies"
        ],
        "summary": "Create a policy of a tenant",
        "description": "In force on this control plane when it answers, and on every other within two seconds. It can forbid what the platform\nallows and never allow what it denies, unless an administrator gives it a priority below 0; others are refused with 403\n`policy_reserved` then.\n",
        "requestBody": {
          "required": true,
          "content": {
            "application/json": {
              "schema": {
                "$ref": "#/components/schemas/CreatePolicy"
              },
              "examples": {
                "deny": {
                  "value": {
                    "resource_type": "image",
                    "effect": "deny",
                    "pattern": "alpine:3.1**"
                  }
                }
              }
            }
          }
        },
        "responses": {
          "201": {
            "description": "In force.",
            "headers": {
              "Location": {
                "schema": {
                  "type": "string"
                },
                "description": "The path of the policy."
              }
            },
            "content": {
              "application/json": {
                "schema": {
                  "$ref": "#/components/schemas/PolicyEnvelope"
                },
                "examples": {
                  "stored": {
                    "$ref": "#/components/examples/TenantPolicy"
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
      }
    },
    "/admin/tenants/{tenant_id}/policies/{id}": {
      "parameters": [
        {
          "$ref": "#/components/parameters/TenantId"
        },
        {
          "$ref": "#/components/parameters/PolicyId"
        }
      ],
      "get": {
        "operationId": "getTenantPolicy",
        "x-scope": "tenant:admin",
        "tags": [
          "policies"
        ],
        "summary": "Get a policy that applies to a tenant",
        "responses": {
          "200": {
            "description": "The policy.",
            "content": {
              "application/json": {
                "schema": {
                  "$ref": "#/components/schemas/PolicyEnvelope"
                },
                "examples": {
                  "stored": {
                    "$ref": "#/components/examples/TenantPolicy"
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
          "429": {
            "$ref": "#/components/responses/RateLimited"
          },
          "500": {
            "$ref": "#/components/responses/Internal"
          },
          "503": {
            "$ref": "#/components/responses/Unavailable"
          }
        }
      },
      "patch": {
        "operationId": "updateTenantPolicy",
        "x-scope": "tenant:admin",
        "tags": [
          "policies"
        ],
        "summary": "Change a policy of a tenant",
        "description": "What is left out stays. A global policy is not found here. The priority of a policy cannot cross 0.\n",
        "requestBody": {
          "required": true,
          "content": {
            "application/json": {
              "schema": {
                "$ref": "#/components/schemas/UpdatePolicy"
              },
              "examples": {
                "trial": {
                  "value": {
                    "mode": "warn"
                  }
                }
              }
            }
          }
        },
        "responses": {
          "200": {
            "description": "The policy as it is now, in force.",
            "content": {
              "application/json": {
                "schema": {
                  "$ref": "#/components/schemas/PolicyEnvelope"
                },
                "examples": {
                  "stored": {
                    "$ref": "#/components/examples/TenantPolicy"
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
            "$ref": "#/components/responses/RateLimited"
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
        "operationId": "deleteTenantPolicy",
        "x-scope": "tenant:admin",
        "tags": [
          "policies"
        ],
        "summary": "Delete a policy of a tenant",
        "description": "A global policy is not found here.",
        "responses": {
          "204": {
            "description": "It is gone."
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
          "429": {
            "$ref": "#/components/responses/RateLimited"
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
    "/admin/tenants/{tenant_id}/members/{user_id}": {
      "parameters": [
        {
          "$ref": "#/components/parameters/TenantId"
        },
        {
          "$ref": "#/components/parameters/MemberId"
        }
      ],
      "get": {
        "operationId": "getTenantMember",
        "x-scope": "tenant:admin",
        "tags": [
          "tenants"
        ],
        "summary": "Get a member of a tenant",
        "responses": {
          "200": {
            "description": "The member.",
            "content": {
              "application/json": {
                "schema": {
                  "$ref": "#/components/schemas/TenantMemberEnvelope"
                },
                "examples": {
                  "member": {
                    "$ref": "#/components/examples/TenantMember"
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
          "429": {
            "$ref": "#/components/responses/RateLimited"
          },
          "500": {
            "$ref": "#/components/responses/Internal"
          },
          "503": {
            "$ref": "#/components/responses/Unavailable"
          }
        }
      },
      "put": {
        "operationId": "setTenantMember",
        "x-scope": "tenant:admin",
        "tags": [
          "tenants"
        ],
        "summary": "Add a member to a tenant, or give it another role",
        "description": "In force on every control plane within two seconds. A tenant's own administrators cannot take the role from the last\nof them: 409 `last_tenant_admin`.\n",
        "requestBody": {
          "required": true,
          "content": {
            "application/json": {
              "schema": {
                "$ref": "#/components/schemas/SetTenantMember"
              },
              "examples": {
                "operator": {
                  "value": {
                    "role": "operator"
                  }
                }
              }
            }
          }
        },
        "responses": {
          "200": {
            "description": "The member as it is now.",
            "content": {
              "application/json": {
                "schema": {
                  "$ref": "#/components/schemas/TenantMemberEnvelope"
                },
                "examples": {
                  "member": {
                    "$ref": "#/components/examples/TenantMember"
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
            "$ref": "#/components/responses/RateLimited"
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
        "operationId": "removeTenantMember",
        "x-scope": "tenant:admin",
        "tags": [
          "tenants"
        ],
        "summary": "Remove a member from a tenant",
        "description": "In force on every control plane within two seconds. The last administrator stays, as above.",
        "responses": {
          "204": {
            "description": "It is no member any more."
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
          "429": {
            "$ref": "#/components/responses/RateLimited"
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
    "/admin/tenants/{tenant_id}/api-keys": {
      "parameters": [
        {
          "$ref": "#/components/parameters/TenantId"
        }
      ],
      "post": {
        "operationId": "createTenantApiKey",
        "x-scope": "tenant:admin",
        "tags": [
          "people"
        ],
        "summary": "Make an API key of a tenant",
        "description": "The key is in the answer and nowhere else: only its SHA-256 is kept. It acts for this tenant\nalone, with one of the roles viewer, api, operator and tenant_admin.\n",
        "requestBody": {
          "required": true,
          "content": {
            "application/json": {
              "schema": {
                "$ref": "#/components/schemas/CreateTenantApiKey"
              },
              "examples": {
                "minimal": {
                  "value": {
                    "name": "ci",
                    "role": "api"
                  }
                },
                "quarter": {
                  "value": {
                    "name": "reports",
                    "role": "viewer",
                    "ttl": "2160h"
                  }
                }
              }
            }
          }
        },
        "responses": {
          "201": {
            "description": "The key.",
            "headers": {
              "Cache-Control": {
                "schema": {
                  "type": "string"
                },
                "description": "Always `no-store`."
              }
            },
            "content": {
              "application/json": {
                "schema": {
                  "$ref": "#/components/schemas/CreatedApiKey"
                },
                "examples": {
                  "created": {
                    "$ref": "#/components/examples/CreatedTenantApiKey"
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
            "$ref": "#/components/responses/RateLimited"
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
        "operationId": "listTenantApiKeys",
        "x-scope": "tenant:admin",
        "tags": [
          "people"
        ],
        "summary": "List the API keys of a tenant, newest first",
        "description": "Revoked and expired ones as well; never the keys themselves. Uses show within ten seconds.",
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
            "description": "One page of keys.",
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
                    "$ref": "#/components/schemas/ApiKey"
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
          "404": {
            "$ref": "#/components/responses/NotFound"
          },
          "429": {
            "$ref": "#/components/responses/RateLimited"
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
    "/admin/tenants/{tenant_id}/api-keys/{id}": {
      "parameters": [
        {
          "$ref": "#/components/parameters/TenantId"
        },
        {
          "$ref": "#/components/parameters/RecordId"
        }
      ],
      "delete": {
        "operationId": "revokeTenantApiKey",
        "x-scope": "tenant:admin",
        "tags": [
          "people"
        ],
        "summary": "Revoke an API key of a tenant",
        "description": "Every control plane refuses it within two seconds. The record stays; a second time changes nothing.",
        "responses": {
          "200": {
            "description": "The key as it is now.",
            "content": {
              "application/json": {
                "schema": {
                  "$ref": "#/components/schemas/ApiKey"
                },
                "examples": {
                  "revoked": {
                    "$ref": "#/components/examples/RevokedApiKey"
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
          "429": {
            "$ref": "#/components/responses/RateLimited"
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
    "/admin/api-keys": {
      "post": {
        "operationId": "createPlatformApiKey",
        "x-scope": "admin:*",
        "tags": [
          "people"
        ],
        "summary": "Make an API key of the platform",
        "description": "The key is in the answer and nowhere else: only its SHA-256 is kept. It belongs to no tenant, and\nhas one of the roles viewer, api, operator and admin.\n",
        "requestBody": {
          "required": true,
          "content": {
            "application/json": {
              "schema": {
                "$ref": "#/components/schemas/CreatePlatformApiKey"
              },
              "examples": {
                "minimal": {
                  "value": {
                    "name": "ci",
                    "role": "api"
                  }
                },
                "quarter": {
                  "value": {
                    "name": "reports",
                    "role": "viewer",
                    "ttl": "2160h"
                  }
                }
              }
            }
          }
        },
        "responses": {
          "201": {
            "description": "The key.",
            "headers": {
              "Cache-Control": {
                "schema": {
                  "type": "string"
                },
                "description": "Always `no-store`."
              }
            },
            "content": {
              "application/json": {
                "schema": {
                  "$ref": "#/components/schemas/CreatedApiKey"
                },
                "examples": {
                  "created": {
                    "$ref": "#/components/examples/CreatedPlatformApiKey"
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
            "$ref": "#/components/responses/RateLimited"
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
        "operationId": "listPlatformApiKeys",
        "x-scope": "admin:*",
        "tags": [
          "people"
        ],
        "summary": "List the API keys of the platform, newest first",
        "description": "Revoked and expired ones as well; never the keys themselves. Uses show within ten seconds.",
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
            "description": "One page of keys.",
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
                    "$ref": "#/components/schemas/ApiKey"
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
          "404": {
            "$ref": "#/components/responses/NotFound"
          },
          "429": {
            "$ref": "#/components/responses/RateLimited"
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
    "/admin/api-keys/{id}": {
      "parameters": [
        {
          "$ref": "#/components/parameters/RecordId"
        }
      ],
      "delete": {
        "operationId": "revokePlatformApiKey",
        "x-scope": "admin:*",
        "tags": [
          "people"
        ],
        "summary": "Revoke an API key of the platform",
        "description": "Every control plane refuses it within two seconds. The record stays; a second time changes nothing.",
        "responses": {
          "200": {
            "description": "The key as it is now.",
            "content": {
              "application/json": {
                "schema": {
                  "$ref": "#/components/schemas/ApiKey"
                },
                "examples": {
                  "revoked": {
                    "$ref": "#/components/examples/RevokedApiKey"
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
          "429": {
            "$ref": "#/components/responses/RateLimited"
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
    "/auth/backchannel-logout": {
      "post": {
        "operationId": "backChannelLogout",
        "x-scope": "public",
        "tags": [
          "people"
        ],
        "summary": "Take the bearer tokens of somebody who has signed out at the issuer out of force",
        "description": "For OpenID Connect providers (OpenID Connect Back-Channel Logout 1.0). There is no credential but the logout token, which is verified\nas bearer tokens are: keys, `iss`, `aud`, `exp`, `iat`; `typ` is `logout+jwt` or absent, `events` has the logout, there is no `nonce`, and a\n`jti` is accepted once. With `sid` the tokens of that session are revoked, else those of `sub` that were issued up to `iat`. Every\ncontrol plane knows within two seconds.\n",
        "security": [],
        "requestBody": {
          "required": true,
          "content": {
            "application/x-www-form-urlencoded": {
              "schema": {
                "$ref": "#/components/schemas/BackChannelLogout"
              },
              "examples": {
                "token": {
                  "value": {
                    "logout_token": "a.b.c"
                  }
                }
              }
            }
          }
        },
        "responses": {
          "200": {
            "description": "The tokens are revoked.",
            "headers": {
              "Cache-Control": {
                "schema": {
                  "type": "string"
                },
                "description": "Always `no-store`."
              }
            }
          },
          "400": {
            "$ref": "#/components/responses/BadRequest"
          },
          "403": {
            "$ref": "#/components/responses/Forbidden"
          },
          "429": {
            "$ref": "#/components/responses/RateLimited"
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
    "/admin/auth/revocations": {
      "post": {
        "operationId": "revokeBearerTokens",
        "x-scope": "admin:*",
        "tags": [
          "people"
        ],
        "summary": "Revoke bearer tokens before their time",
        "description": "Exactly one of `subject`, `session_id` and `token_id` says which: the claims `sub`, `sid` or `jti` of tokens of the issuer. Of a\nsubject, the tokens that were issued before `issued_before` are revoked, and those that do not say when they were issued; who\nsigns in again afterwards is let in. Every control plane knows within two seconds. A second revocation of the same thing widens\nthe first and keeps its id.\n",
        "requestBody": {
          "required": true,
          "content": {
            "application/json": {
              "schema": {
                "$ref": "#/components/schemas/RevokeBearerTokens"
              },
              "examples": {
                "subject": {
                  "value": {
                    "subject": "ada",
                    "reason": "left the company"
                  }
                },
                "session": {
                  "value": {
                    "issuer": "https://idp.example",
                    "session_id": "s-1",
                    "reason": "laptop stolen",
                    "ttl": "24h"
                  }
                }
              }
            }
          }
        },
        "responses": {
          "201": {
            "description": "In force on this control plane.",
            "content": {
              "application/json": {
                "schema": {
                  "$ref": "#/components/schemas/BearerRevocation"
                },
                "examples": {
                  "subject": {
                    "$ref": "#/components/examples/BearerRevocation"
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
          "413": {
            "$ref": "#/components/responses/TooLarge"
          },
          "429": {
            "$ref": "#/components/responses/RateLimited"
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
        "operationId": "listBearerRevocations",
        "x-scope": "admin:*",
        "tags": [
          "people"
        ],
        "summary": "List revocations of bearer tokens, newest first",
        "parameters": [
          {
            "name": "kind",
            "in": "query",
            "schema": {
              "$ref": "#/components/schemas/BearerRevocationKind"
            },
            "description": "Only revocations of this kind."
          },
          {
            "$ref": "#/components/parameters/Limit"
          },
          {
            "$ref": "#/components/parameters/Cursor"
          }
        ],
        "responses": {
          "200": {
            "description": "One page of revocations.",
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
                    "$ref": "#/components/schemas/BearerRevocation"
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
          "404": {
            "$ref": "#/components/responses/NotFound"
          },
          "429": {
            "$ref": "#/components/responses/RateLimited"
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
    "/admin/auth/revocations/{id}": {
      "parameters": [
        {
          "$ref": "#/components/parameters/RecordId"
        }
      ],
      "delete": {
        "operationId": "removeBearerRevocation",
        "x-scope": "admin:*",
        "tags": [
          "people"
        ],
        "summary": "Take a revocation of bearer tokens back",
        "responses": {
          "200": {
            "description": "It is not in force any more on this control plane.",
            "content": {
              "application/json": {
                "schema": {
                  "$ref": "#/components/schemas/Status"
                },
                "examples": {
                  "removed": {
                    "value": {
                      "status": "removed"
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
          "429": {
            "$ref": "#/components/responses/RateLimited"
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
    "/admin/auth/explain": {
      "post": {
        "operationId": "explainCredential",
        "x-scope": "admin:*",
        "tags": [
          "people"
        ],
        "summary": "Tell what a credential would be, check by check",
        "description": "Exactly one of `token` and `api_key`. It is the verification itself, up to the first check that fails; it counts as no login,\nand the credential is neither logged nor audited.\n",
        "requestBody": {
          "required": true,
          "content": {
            "application/json": {
              "schema": {
                "$ref": "#/components/schemas/ExplainCredential"
              },
              "examples": {
                "token": {
                  "value": {
                    "token": "a.b.c"
                  }
                }
              }
            }
          }
        },
        "responses": {
          "200": {
            "description": "What was checked, and what comes of it.",
            "headers": {
              "Cache-Control": {
                "schema": {
                  "type": "string"
                },
                "description": "Always `no-store`."
              }
            },
            "content": {
              "application/json": {
                "schema": {
                  "$ref": "#/components/schemas/CredentialExplanation"
                },
                "examples": {
                  "refused": {
                    "value": {
                      "accepted": false,
                      "checks": [
                        {
                          "name": "form",
                          "ok": false,
                          "detail": "its header is not canonical base64url"
                        }
                      ],
                      "reason": "bearer_malformed",
                      "message": "the bearer token is malformed; get a new one"
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
          "413": {
            "$ref": "#/components/responses/TooLarge"
          },
          "429": {
            "$ref": "#/components/responses/RateLimited"
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
    "/admin/worker-credentials": {
      "get": {
        "operationId": "listWorkerCredentials",
        "x-scope": "admin:*",
        "tags": [
          "worker identity"
        ],
        "summary": "List which worker authenticated with what",
        "description": "One item for each worker and credential, by worker id, then in the order of first use. Uses show within ten seconds.\nWith a filter other than `worker_id` a page may have fewer items than asked for, and others may follow it.\n",
        "parameters": [
          {
            "$ref": "#/components/parameters/WorkerIdFilter"
          },
          {
            "name": "form",
            "in": "query",
            "schema": {
              "type": "string",
              "enum": [
                "signed",
                "static"
              ]
            },
            "description": "Only credentials of this form."
          },
          {
            "name": "key_fingerprint",
            "in": "query",
            "schema": {
              "$ref": "#/components/schemas/KeyFingerprint"
            },
            "description": "Only credentials of this key of the control plane."
          },
          {
            "$ref": "#/components/parameters/Limit"
          },
          {
            "$ref": "#/components/parameters/Cursor"
          }
        ],
        "responses": {
          "200": {
            "description": "One page of credentials.",
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
                    "$ref": "#/components/schemas/WorkerCredentialUse"
                  }
                },
                "examples": {
                  "signed": {
                    "value": [
                      {
                        "worker_id": "worker-a",
                        "form": "signed",
                        "key_role": "derived(active)",
                        "key_fingerprint": "9f86d081884c7d65",
                        "signing_key_fingerprint": "60303ae22b998861",
                        "profile": "strict",
                        "first_seen": "2026-05-09T09:00:00Z",
                        "last_seen": "2026-05-09T10:00:00Z",
                        "count": 360,
                        "current": true,
                        "stale": false
                      }
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
          "429": {
            "$ref": "#/components/responses/RateLimited"
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
    "/admin/worker-keys": {
      "get": {
        "operationId": "getWorkerKeys",
        "x-scope": "admin:*",
        "tags": [
          "worker identity"
        ],
        "summary": "Show the signing keys of this control plane, and which of them may go",
        "description": "A key that only verifies may be removed when nobody used it for `safe_after`, every worker that is not stale uses\nanother key now, and it has only verified on this control plane for that long.\n",
        "responses": {
          "200": {
            "description": "The keys, by fingerprint.",
            "content": {
              "application/json": {
                "schema": {
                  "$ref": "#/components/schemas/WorkerKeys"
                },
                "examples": {
                  "rotation": {
                    "value": {
                      "checked_at": "2026-05-09T10:00:00Z",
                      "safe_after": "15m30s",
                      "keys": [
                        {
                          "role": "active",
                          "fingerprint": "9f86d081884c7d65",
                          "role_since": "2026-05-09T09:30:00Z",
                          "revoked": false,
                          "last_used": "2026-05-09T09:59:58Z",
                          "workers": [
                            "worker-a",
                            "worker-b"
                          ],
                          "worker_count": 2,
                          "safe_to_remove": false,
                          "why": "it is the active key"
                        }
                      ]
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
          "429": {
            "$ref": "#/components/responses/RateLimited"
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
    "/admin/audit": {
      "get": {
        "operationId": "listAudit",
        "x-scope": "admin:*",
        "tags": [
          "audit"
        ],
        "summary": "What was done and refused, newest first",
        "description": "Of every tenant and of the platform, unless `tenant_id` names one; an empty `tenant_id` is the platform. With\n`format=ndjson` or `format=csv` everything that matches is sent while it is read, and `limit` and `cursor` do not count.\nA line of NDJSON is a record as it is hashed. Texts in CSV that a spreadsheet would take for a formula begin with `'`.\n",
        "parameters": [
          {
            "name": "tenant_id",
            "in": "query",
            "allowEmptyValue": true,
            "schema": {
              "type": "string",
              "maxLength": 512
            },
            "description": "The tenant acted on."
          },
          {
            "$ref": "#/components/parameters/AuditActor"
          },
          {
            "$ref": "#/components/parameters/AuditAction"
          },
          {
            "$ref": "#/components/parameters/AuditResource"
          },
          {
            "$ref": "#/components/parameters/AuditCategory"
          },
          {
            "$ref": "#/components/parameters/AuditOutcome"
          },
          {
            "$ref": "#/components/parameters/AuditStatus"
          },
          {
            "$ref": "#/components/parameters/AuditMethod"
          },
          {
            "$ref": "#/components/parameters/AuditPath"
          },
          {
            "$ref": "#/components/parameters/AuditSince"
          },
          {
            "$ref": "#/components/parameters/AuditUntil"
          },
          {
            "$ref": "#/components/parameters/AuditFormat"
          },
          {
            "$ref": "#/components/parameters/Limit"
          },
          {
            "$ref": "#/components/parameters/Cursor"
          }
        ],
        "responses": {
          "200": {
            "description": "One page, or everything.",
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
                    "$ref": "#/components/schemas/AuditEvent"
                  }
                },
                "examples": {
                  "none": {
                    "value": []
                  }
                }
              },
              "application/x-ndjson": {
                "schema": {
                  "type": "string"
                },
                "examples": {
                  "none": {
                    "value": ""
                  }
                }
              },
              "text/csv": {
                "schema": {
                  "type": "string"
                },
                "examples": {
                  "none": {
                    "value": ""
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
          "429": {
            "$ref": "#/components/responses/RateLimited"
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
    "/admin/audit/chains": {
      "get": {
        "operationId": "listAuditChains",
        "x-scope": "admin:*",
        "tags": [
          "audit"
        ],
        "summary": "Where the chains of the audit end, by tenant",
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
            "description": "One page of chains. The platform is the tenant without a name.",
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
                    "$ref": "#/components/schemas/AuditChain"
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
          "404": {
            "$ref": "#/components/responses/NotFound"
          },
          "429": {
            "$ref": "#/components/responses/RateLimited"
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
    "/admin/audit/chain": {
      "get": {
        "operationId": "exportAuditChain",
        "x-scope": "admin:*",
        "tags": [
          "audit"
        ],
        "summary": "A whole chain, in the form that `stacyvm audit verify` takes",
        "description": "NDJSON: the anchor if the chain was pruned, its records from the oldest on, its checkpoints among them, and a head at the\nend, which is signed as far as there is a key.\n",
        "parameters": [
          {
            "name": "tenant_id",
            "in": "query",
            "allowEmptyValue": true,
            "schema": {
              "type": "string",
              "maxLength": 512
            },
            "description": "Whose chain; the platform's when absent or empty."
          }
        ],
        "responses": {
          "200": {
            "description": "The chain, while it is read.",
            "content": {
              "application/x-ndjson": {
                "schema": {
                  "type": "string"
                },
                "examples": {
                  "none": {
                    "value": ""
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
          "429": {
            "$ref": "#/components/responses/RateLimited"
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
    "/admin/audit/key": {
      "get": {
        "operationId": "getAuditKey",
        "x-scope": "admin:*",
        "tags": [
          "audit"
        ],
        "summary": "The public key that verifies statements about chains",
        "description": "Keep it apart from this control plane. Without a signing key it is not found (`audit_unsigned`).",
        "responses": {
          "200": {
            "description": "The key.",
            "content": {
              "application/json": {
                "schema": {
                  "$ref": "#/components/schemas/AuditKey"
                },
                "examples": {
                  "key": {
                    "value": {
                      "key_id": "9f86d081884c7d65",
                      "algorithm": "Ed25519",
                      "public_key": "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=\n-----END PUBLIC KEY-----\n"
                    }
                  }
                }
              }
            }
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
          "429": {
            "$ref": "#/components/responses/RateLimited"
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
    "/admin/tenants/{tenant_id}/audit": {
      "parameters": [
        {
          "$ref": "#/components/parameters/TenantId"
        }
      ],
      "get": {
        "operationId": "exportTenantAudit",
        "x-scope": "tenant:admin",
        "tags": [
          "audit"
        ],
        "summary": "What was done to a tenant, newest first",
        "description": "As `/admin/audit` for one tenant. JSON has administration and everything else apart, as in the reference; a page may have\nfew of one and many of the other.\n",
        "parameters": [
          {
            "$ref": "#/components/parameters/AuditActor"
          },
          {
            "$ref": "#/components/parameters/AuditAction"
          },
          {
            "$ref": "#/components/parameters/AuditResource"
          },
          {
            "$ref": "#/components/parameters/AuditCategory"
          },
          {
            "$ref": "#/components/parameters/AuditOutcome"
          },
          {
            "$ref": "#/components/parameters/AuditStatus"
          },
          {
            "$ref": "#/components/parameters/AuditMethod"
          },
          {
            "$ref": "#/components/parameters/AuditPath"
          },
          {
            "$ref": "#/components/parameters/AuditSince"
          },
          {
            "$ref": "#/components/parameters/AuditUntil"
          },
          {
            "$ref": "#/components/parameters/AuditFormat"
          },
          {
            "$ref": "#/components/parameters/Limit"
          },
          {
            "$ref": "#/components/parameters/Cursor"
          }
        ],
        "responses": {
          "200": {
            "description": "One page, or everything.",
            "headers": {
              "X-Next-Cursor": {
                "$ref": "#/components/headers/NextCursor"
              }
            },
            "content": {
              "application/json": {
                "schema": {
                  "$ref": "#/components/schemas/TenantAudit"
                },
                "examples": {
                  "none": {
                    "value": {
                      "tenant_id": "tn-000102030405060708090a0b",
                      "admin_audit": [],
                      "op_audit": [],
                      "exported_at": "2026-05-09T10:00:00Z"
                    }
                  }
                }
              },
              "application/x-ndjson": {
                "schema": {
                  "type": "string"
                },
                "examples": {
                  "none": {
                    "value": ""
                  }
                }
              },
              "text/csv": {
                "schema": {
                  "type": "string"
                },
                "examples": {
                  "none": {
                    "value": ""
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
          "429": {
            "$ref": "#/components/responses/RateLimited"
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
    "/admin/tenants/{tenant_id}/audit/chain": {
      "parameters": [
        {
          "$ref": "#/components/parameters/TenantId"
        }
      ],
      "get": {
        "operationId": "exportTenantAuditChain",
        "x-scope": "tenant:admin",
        "tags": [
          "audit"
        ],
        "summary": "The whole chain of a tenant, in the form that `stacyvm audit verify` takes",
        "description": "As `/admin/audit/chain` for one tenant.",
        "responses": {
          "200": {
            "description": "The chain, while it is read.",
            "content": {
              "application/x-ndjson": {
                "schema": {
                  "type": "string"
                },
                "examples": {
                  "none": {
                    "value": ""
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
          "429": {
            "$ref": "#/components/responses/RateLimited"
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
          "404": {
            "$ref": "#/components/responses/NotFound"
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
          "404": {
            "$ref": "#/components/responses/NotFound"
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
    "/worker/{id}/token": {
      "parameters": [
        {
          "$ref": "#/components/parameters/WorkerId"
        }
      ],
      "post": {
        "operationId": "issueOwnWorkerToken",
        "x-scope": "worker:heartbeat",
        "x-served-by": "worker-rpc",
        "tags": [
          "worker protocol"
        ],
        "summary": "A worker gets its next token issued",
        "description": "For workers with `worker.token_source` `issuer`. Every token is recorded, and audited. It is bound to the client\ncertificate of the connection if there is one, unless `auth.worker_token_binding` is `off`.\n",
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
        "responses": {
          "200": {
            "description": "A token of the audience `worker:control-plane`.",
            "headers": {
              "Cache-Control": {
                "schema": {
                  "type": "string"
                },
                "description": "Always `no-store`."
              }
            },
            "content": {
              "application/json": {
                "schema": {
                  "$ref": "#/components/schemas/OwnWorkerToken"
                },
                "examples": {
                  "issued": {
                    "value": {
                      "token": "stacyvm-worker-v1.…",
                      "token_id": "00112233445566778899aabbccddeeff",
                      "issued_at": "2026-05-09T10:00:00Z",
                      "expires_at": "2026-05-09T10:05:00Z"
                    }
                  }
                }
              }
            }
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
          "429": {
            "$ref": "#/components/responses/IssueLimit"
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
    "/worker/{id}/enrol": {
      "parameters": [
        {
          "$ref": "#/components/parameters/WorkerId"
        }
      ],
      "post": {
        "operationId": "enrolWorker",
        "x-scope": "worker:enrol",
        "x-served-by": "worker-rpc",
        "tags": [
          "worker protocol"
        ],
        "summary": "A new worker redeems its join token for its own key",
        "security": [
          {
            "joinToken": []
          }
        ],
        "requestBody": {
          "required": true,
          "content": {
            "application/json": {
              "schema": {
                "$ref": "#/components/schemas/Enrolment"
              },
              "examples": {
                "first": {
                  "value": {
                    "hostname": "node-1"
                  }
                }
              }
            }
          }
        },
        "responses": {
          "200": {
            "description": "The worker's own signing key. The join token is used up.",
            "headers": {
              "Cache-Control": {
                "schema": {
                  "type": "string"
                },
                "description": "Always `no-store`."
              }
            },
            "content": {
              "application/json": {
                "schema": {
                  "$ref": "#/components/schemas/EnrolmentReply"
                },
                "examples": {
                  "enrolled": {
                    "value": {
                      "worker_id": "worker-a",
                      "key": "0000000000000000000000000000000000000000000",
                      "key_fingerprint": "60303ae22b998861",
                      "pool": "",
                      "server_time": "2026-05-09T10:00:00Z"
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
          "413": {
            "$ref": "#/components/responses/TooLarge"
          },
          "429": {
            "$ref": "#/components/responses/IssueLimit"
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
    "/events": {
      "get": {
        "operationId": "streamEvents",
        "x-scope": "read:*",
        "tags": [
          "sandboxes"
        ],
        "summary": "What happens to sandboxes",
        "description": "Server-sent events: one `data:` line of JSON an event, see `SandboxEvent`, and its `id:`. Whichever control plane brought\nan event about, all of them tell it, in the same order. A reader who comes back with `Last-Event-ID`, to any control\nplane, goes on where it was, for a day; when events in between are gone, the first one is of the type `overflow`.\nWithout that header a stream begins now. When nothing happens there is a comment every 15 seconds. A stream ends\nwithin two seconds when its reader may not read on, with an event of the type `ended`, after 15 minutes in any case,\nand when the control plane stops.\n",
        "parameters": [
          {
            "name": "sandbox_id",
            "in": "query",
            "schema": {
              "type": "string",
              "minLength": 1,
              "maxLength": 128
            },
            "description": "Those of one sandbox alone."
          },
          {
            "name": "follow",
            "in": "query",
            "schema": {
              "type": "boolean",
              "default": true
            },
            "description": "`false`: the stream ends with the last event that is there, and begins with the first that is kept unless there is a\n`Last-Event-ID`.\n"
          },
          {
            "name": "Last-Event-ID",
            "in": "header",
            "schema": {
              "type": "string",
              "maxLength": 64
            },
            "description": "The id of the last event that the reader has seen."
          }
        ],
        "responses": {
          "200": {
            "description": "The stream.",
            "content": {
              "text/event-stream": {
                "schema": {
                  "type": "string"
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
          "429": {
            "$ref": "#/components/responses/RateLimited"
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
          },
          "400": {
            "$ref": "#/components/responses/BadRequest"
          },
          "403": {
            "$ref": "#/components/responses/Forbidden"
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
          },
          "400": {
            "$ref": "#/components/responses/BadRequest"
          },
          "403": {
            "$ref": "#/components/responses/Forbidden"
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
          "400": {
            "$ref": "#/components/responses/BadRequest"
          },
          "403": {
            "$ref": "#/components/responses/Forbidden"
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
    },
    "/diagnostics": {
      "get": {
        "operationId": "getDiagnostics",
        "x-scope": "operator:*",
        "x-platform-only": true,
        "tags": [
          "system"
        ],
        "summary": "How this control plane is",
        "description": "Answered while the database is away as well: then `store.healthy` is false, and what it would tell is empty and has an\n`error`. Counts are of this control plane where they say `_total`, and of all of them elsewhere.\n",
        "responses": {
          "200": {
            "description": "How it is.",
            "content": {
              "application/json": {
                "schema": {
                  "$ref": "#/components/schemas/Diagnostics"
                },
                "examples": {
                  "healthy": {
                    "$ref": "#/components/examples/Diagnostics"
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
          "429": {
            "$ref": "#/components/responses/RateLimited"
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
    "/admin/diagnostics": {
      "get": {
        "operationId": "getAdminDiagnostics",
        "x-scope": "admin:*",
        "tags": [
          "system"
        ],
        "summary": "How this control plane is, audited",
        "description": "The same as `/diagnostics`. That it was asked for is audited, so it is not answered while the database is away.\n",
        "responses": {
          "200": {
            "description": "How it is.",
            "content": {
              "application/json": {
                "schema": {
                  "$ref": "#/components/schemas/Diagnostics"
                },
                "examples": {
                  "healthy": {
                    "$ref": "#/components/examples/Diagnostics"
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
          "429": {
            "$ref": "#/components/responses/RateLimited"
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
    "/metrics/prometheus": {
      "get": {
        "operationId": "getPrometheusMetrics",
        "x-scope": "admin:*",
        "tags": [
          "system"
        ],
        "summary": "Metrics in the text format of Prometheus",
        "responses": {
          "200": {
            "description": "Every metric of this control plane.",
            "content": {
              "text/plain": {
                "schema": {
                  "type": "string"
                },
                "examples": {
                  "counter": {
                    "value": "stacyvm_worker_heartbeats_total 42\n"
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
          "429": {
            "$ref": "#/components/responses/RateLimited"
          },
          "500": {
            "$ref": "#/components/responses/Internal"
          },
          "503": {
            "$ref": "#/components/responses/Unavailable"
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
      },
      "joinToken": {
        "type": "apiKey",
        "in": "header",
        "name": "X-Join-Token",
        "description": "A join token, used up by the request."
      }
    },
    "headers": {
      "RateLimit": {
        "schema": {
          "type": "integer"
        },
        "description": "The most that this caller may ask at once. Absent while there is no limit."
      },
      "RateLimitRemaining": {
        "schema": {
          "type": "integer"
        },
        "description": "What is left of it now."
      },
      "RetryAfter": {
        "schema": {
          "type": "integer"
        },
        "description": "Seconds to wait."
      },
      "NextCursor": {
        "schema": {
          "type": "string"
        },
        "description": "Pass it as `cursor` for the next page. Absent on the last page."
      },
      "PolicyWarning": {
        "schema": {
          "type": "string"
        },
        "description": "What policies on trial (mode `warn`) would have refused. Absent when there is nothing."
      }
    },
    "parameters": {
      "TenantId": {
        "name": "tenant_id",
        "in": "path",
        "required": true,
        "schema": {
          "$ref": "#/components/schemas/TenantId"
        },
        "description": "The id of a tenant. Administrators name any; everybody else names the tenant that the request acts for, and any other\nis not found.\n"
      },
      "MemberId": {
        "name": "user_id",
        "in": "path",
        "required": true,
        "schema": {
          "type": "string",
          "pattern": "^[!-~]{1,255}$"
        },
        "description": "The `sub` of an OIDC token; of a provider that has a name, `<name>:<sub>`. A leading `oidc:` is dropped. Percent-encode\nwhat cannot stand in a path.\n"
      },
      "PolicyId": {
        "name": "id",
        "in": "path",
        "required": true,
        "schema": {
          "type": "string",
          "pattern": "^(pl-[0-9a-f]{24}|file:[A-Za-z0-9._-]{1,100}#[0-9]{1,4})$"
        },
        "description": "The id of a policy. Those from files have a `#` in it, which is `%23` in a path."
      },
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
      "FilePath": {
        "name": "path",
        "in": "query",
        "required": true,
        "allowReserved": true,
        "schema": {
          "$ref": "#/components/schemas/FilePath"
        },
        "description": "Where the file is, as the sandbox sees it. A relative path begins at `/workspace`."
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
      "AuditActor": {
        "name": "actor",
        "in": "query",
        "schema": {
          "type": "string",
          "maxLength": 512
        },
        "description": "Only what this actor did, by its whole id."
      },
      "AuditAction": {
        "name": "action",
        "in": "query",
        "schema": {
          "type": "string",
          "maxLength": 512
        },
        "description": "Only this action, such as `sandbox.spawn`."
      },
      "AuditResource": {
        "name": "resource",
        "in": "query",
        "schema": {
          "type": "string",
          "maxLength": 512
        },
        "description": "Only what was done to this, such as `sandbox:sb-1`."
      },
      "AuditCategory": {
        "name": "category",
        "in": "query",
        "schema": {
          "type": "string",
          "enum": [
            "admin",
            "operation",
            "authentication",
            "policy",
            "system"
          ]
        },
        "description": "Only this kind."
      },
      "AuditOutcome": {
        "name": "outcome",
        "in": "query",
        "schema": {
          "type": "string",
          "enum": [
            "success",
            "denied",
            "failure"
          ]
        },
        "description": "Only what ended so."
      },
      "AuditStatus": {
        "name": "status",
        "in": "query",
        "schema": {
          "type": "integer",
          "minimum": 1
        },
        "description": "Only what was answered with this HTTP status."
      },
      "AuditMethod": {
        "name": "method",
        "in": "query",
        "schema": {
          "type": "string",
          "maxLength": 16
        },
        "description": "Only this HTTP method, in whatever case."
      },
      "AuditPath": {
        "name": "path",
        "in": "query",
        "schema": {
          "type": "string",
          "maxLength": 512
        },
        "description": "Only where the path has this in it."
      },
      "AuditSince": {
        "name": "since",
        "in": "query",
        "schema": {
          "type": "string",
          "format": "date-time"
        },
        "description": "From this time on."
      },
      "AuditUntil": {
        "name": "until",
        "in": "query",
        "schema": {
          "type": "string",
          "format": "date-time"
        },
        "description": "Before this time."
      },
      "AuditFormat": {
        "name": "format",
        "in": "query",
        "schema": {
          "type": "string",
          "enum": [
            "json",
            "ndjson",
            "csv"
          ],
          "default": "json"
        },
        "description": "A page of JSON, or everything that matches as NDJSON or CSV."
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
      "WorkerIdFilter": {
        "name": "worker_id",
        "in": "query",
        "schema": {
          "type": "string",
          "pattern": "^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$"
        },
        "description": "Only what concerns this worker."
      },
      "RecordId": {
        "name": "id",
        "in": "path",
        "required": true,
        "schema": {
          "type": "string",
          "pattern": "^[a-z]{2}-[0-9a-f]{24}$"
        },
        "description": "The id of the record."
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
        "description": "Whom the sandbox is for. Overrides `owner_id`. With a token of an OIDC provider only administrators may name somebody else."
      },
      "OwnerId": {
        "name": "id",
        "in": "path",
        "required": true,
        "schema": {
          "$ref": "#/components/schemas/OwnerId"
        },
        "description": "The owner, as `X-User-ID` or `owner_id` names it, or `oidc:` and the subject of a token."
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
        "description": "The credential does not carry the scope of the route, a page of an origin that is not allowed asked, or a policy denies it.",
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
              },
              "policy": {
                "value": {
                  "code": "FORBIDDEN",
                  "message": "image \"alpine:3.1\" is not permitted by policy pl-000102030405060708090a0b",
                  "reason": "policy_denied",
                  "request_id": "3f1c"
                }
              },
              "origin": {
                "value": {
                  "code": "FORBIDDEN",
                  "message": "pages of this origin may not call; add it to server.cors_allowed_origins",
                  "reason": "origin_not_allowed",
                  "request_id": "3f1c"
                }
              }
            }
          }
        }
      },
      "NotFound": {
        "description": "There is no such thing, or no tenant for the caller that `X-Tenant-ID` names.",
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
      "FileNotFound": {
        "description": "There is no such file or no such sandbox; the reason says which.",
        "content": {
          "application/json": {
            "schema": {
              "$ref": "#/components/schemas/Error"
            },
            "examples": {
              "file": {
                "value": {
                  "code": "NOT_FOUND",
                  "message": "\"/workspace/none\": no such file or directory",
                  "reason": "file_not_found",
                  "request_id": "3f1c"
                }
              },
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
      "FileForbidden": {
        "description": "The credential does not carry the scope of the route, or the sandbox itself may not do this.",
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
              },
              "file": {
                "value": {
                  "code": "FORBIDDEN",
                  "message": "\"/usr/bin/tool\": the sandbox may not do this",
                  "reason": "permission_denied",
                  "request_id": "3f1c"
                }
              }
            }
          }
        }
      },
      "NoSpace": {
        "description": "The sandbox has no space left for it.",
        "content": {
          "application/json": {
            "schema": {
              "$ref": "#/components/schemas/Error"
            },
            "examples": {
              "full": {
                "value": {
                  "code": "RESOURCE_LIMIT",
                  "message": "\"/tmp/file\": the sandbox has no space left for it",
                  "reason": "no_space",
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
      "RateLimited": {
        "description": "Too many requests of this caller; `Retry-After` tells the seconds to wait.",
        "headers": {
          "Retry-After": {
            "$ref": "#/components/headers/RetryAfter"
          },
          "X-RateLimit-Limit": {
            "$ref": "#/components/headers/RateLimit"
          },
          "X-RateLimit-Remaining": {
            "$ref": "#/components/headers/RateLimitRemaining"
          }
        },
        "content": {
          "application/json": {
            "schema": {
              "$ref": "#/components/schemas/Error"
            },
            "examples": {
              "rate": {
                "value": {
                  "code": "RESOURCE_LIMIT",
                  "message": "rate limit exceeded; retry after 3s",
                  "reason": "rate_limited",
                  "request_id": "3f1c"
                }
              }
            }
          }
        }
      },
      "ResourceLimit": {
        "description": "A limit or the fleet's capacity is reached, or too many requests of this caller (`rate_limited`, with `Retry-After`).",
        "headers": {
          "Retry-After": {
            "$ref": "#/components/headers/RetryAfter"
          },
          "X-RateLimit-Limit": {
            "$ref": "#/components/headers/RateLimit"
          },
          "X-RateLimit-Remaining": {
            "$ref": "#/components/headers/RateLimitRemaining"
          }
        },
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
              },
              "quota": {
                "value": {
                  "code": "RESOURCE_LIMIT",
                  "message": "resource limit exceeded: max sandboxes per owner reached (20)",
                  "reason": "quota_exceeded",
                  "request_id": "3f1c"
                }
              },
              "rate": {
                "value": {
                  "code": "RESOURCE_LIMIT",
                  "message": "rate limit exceeded; retry after 3s",
                  "reason": "rate_limited",
                  "request_id": "3f1c"
                }
              }
            }
          }
        }
      },
      "WorkerRevoked": {
        "description": "The worker is revoked, so it gets no credential.",
        "content": {
          "application/json": {
            "schema": {
              "$ref": "#/components/schemas/Error"
            },
            "examples": {
              "revoked": {
                "value": {
                  "code": "CONFLICT",
                  "message": "worker worker-a is revoked; remove the revocation first",
                  "reason": "worker_revoked",
                  "request_id": "3f1c"
                }
              }
            }
          }
        }
      },
      "IssueLimit": {
        "description": "Too many in a minute; `Retry-After` tells the seconds to wait.",
        "headers": {
          "Retry-After": {
            "$ref": "#/components/headers/RetryAfter"
          },
          "X-RateLimit-Limit": {
            "$ref": "#/components/headers/RateLimit"
          },
          "X-RateLimit-Remaining": {
            "$ref": "#/components/headers/RateLimitRemaining"
          }
        },
        "content": {
          "application/json": {
            "schema": {
              "$ref": "#/components/schemas/Error"
            },
            "examples": {
              "limit": {
                "value": {
                  "code": "RESOURCE_LIMIT",
                  "message": "this caller had 60 tokens issued within a minute; retry after 12s",
                  "reason": "issue_limit",
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
        "headers": {
          "Retry-After": {
            "schema": {
              "type": "integer"
            },
            "description": "After how many seconds, when it is only busy (`worker_busy`)."
          }
        },
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
              },
              "answers": {
                "summary": "The program has run, but its output, or a long list, found no room in time.",
                "value": {
                  "code": "UNAVAILABLE",
                  "message": "too many large answers are held, and that of the worker was dropped; read output as a stream",
                  "reason": "answers_busy",
                  "request_id": "3f1c"
                }
              }
            }
          }
        }
      }
    },
    "examples": {
      "TenantMember": {
        "value": {
          "member": {
            "tenant_id": "tn-000102030405060708090a0b",
            "user_id": "ada",
            "role": "operator",
            "created_at": "2026-05-09T10:00:00Z",
            "updated_at": "2026-05-09T10:00:00Z"
          }
        }
      },
      "Diagnostics": {
        "value": {
          "generated_at": "2026-05-09T10:00:00.000Z",
          "build": {
            "version": "0.1.0",
            "node": "v20.19.0",
            "platform": "linux",
            "arch": "x64"
          },
          "process": {
            "started_at": "2026-05-09T08:57:57.000Z",
            "uptime": "1h2m3s",
            "memory": {
              "rss_bytes": 104857600,
              "heap_total_bytes": 52428800,
              "heap_used_bytes": 41943040,
              "external_bytes": 3145728
            }
          },
          "store": {
            "healthy": true,
            "latency_ms": 1.25
          },
          "limits": {
            "max_sandboxes": 100,
            "max_sandboxes_per_owner": 10,
            "max_ttl": "24h0m0s",
            "default_exec_timeout": "30s",
            "max_exec_timeout": "10m0s",
            "spawn_overflow": "queue",
            "spawn_queue_timeout": "30s",
            "max_spawn_queue": 100
          },
          "scheduler": {
            "spawn_queue_depth": 0,
            "spawn_queue_capacity": 100,
            "spawn_queued_total": 12,
            "spawn_dequeued_total": 11,
            "spawn_queue_timeouts_total": 1,
            "spawn_queue_abandoned_total": 0,
            "spawn_queue_full_total": 0,
            "spawn_queue_wait_ms_total": 5400,
            "spawn_queue_wait_ms_max": 2100
          },
          "rate_limit": {
            "enabled": true,
            "requests_per_minute": 120,
            "burst": 60,
            "key_by": "api_key",
            "active_buckets": 3,
            "max_buckets": 150000,
            "shared": true,
            "allowed_total": 1200,
            "limited_total": 4,
            "evicted_total": 0
          },
          "workers": {
            "total": 1,
            "online": 1,
            "stale": 0,
            "unhealthy": 0,
            "items": [
              {
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
                "labels": {},
                "cordoned": false,
                "drain_requested": false,
                "active_sandboxes": 3,
                "active_memory_mb": 1536,
                "active_vcpus": 3,
                "flaps": 0,
                "last_heartbeat": "2026-05-09T10:00:00Z",
                "created_at": "2026-05-09T09:00:00Z",
                "updated_at": "2026-05-09T10:00:00Z",
                "stale": false
              }
            ]
          },
          "sandboxes": {
            "total": 3,
            "active": 3,
            "by_state": {
              "running": 3
            },
            "by_worker": {
              "worker-a": 3
            }
          },
          "settings": {
            "config_file": "/etc/stacyvm/stacyvm.yaml",
            "generation": 2,
            "loaded_at": "2026-05-09T09:30:00.000Z",
            "last_error": {
              "at": "2026-05-09T09:45:00.000Z",
              "problems": [
                {
                  "key": "rate_limit.burst",
                  "message": "must be an integer between 0 and 1000000",
                  "origin": "/etc/stacyvm/stacyvm.yaml:31"
                }
              ]
            },
            "restart_required": [
              "defaults.max_sandboxes"
            ],
            "warnings": [
              {
                "key": "auth.api_key_file",
                "message": "can be read by others (mode 0644); chmod 600 /etc/stacyvm/api-key",
                "origin": "/etc/stacyvm/stacyvm.yaml:12"
              }
            ]
          },
          "tls": {
            "server": true,
            "workers": true,
            "certificates": [
              {
                "kind": "server",
                "file": "control-plane.crt",
                "not_before": "2026-05-01T00:00:00.000Z",
                "not_after": "2026-07-30T00:00:00.000Z",
                "fingerprint_sha256": "5F:1E:0D:2C:3B:4A:59:68:77:86:95:A4:B3:C2:D1:E0:5F:1E:0D:2C:3B:4A:59:68:77:86:95:A4:B3:C2:D1:E0"
              }
            ],
            "problems": [
              {
                "kind": "rpc_client",
                "code": "key_mismatch"
              }
            ]
          },
          "audit": {
            "signed": true,
            "sinks": [
              {
                "kind": "syslog+tls",
                "state": "failing",
                "problem": "ECONNREFUSED",
                "waiting_records": 240,
                "lag_seconds": 61.5,
                "delivered_total": 91234,
                "failures_total": 8,
                "missed_total": 0
              }
            ]
          },
          "redactions": [
            "credentials",
            "database_address",
            "environment",
            "setting_values"
          ]
        }
      },
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
            "rpc_url": "http://10.0.0.7:7430",
            "labels": {
              "zone": "eu"
            }
          },
          "labels": {
            "zone": "eu"
          },
          "cordoned": false,
          "drain_requested": false,
          "active_sandboxes": 3,
          "active_memory_mb": 1536,
          "active_vcpus": 3,
          "flaps": 0,
          "last_heartbeat": "2026-05-09T10:00:00Z",
          "created_at": "2026-05-09T09:00:00Z",
          "updated_at": "2026-05-09T10:00:00Z",
          "stale": false
        }
      },
      "CordonedWorker": {
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
            "rpc_url": "http://10.0.0.7:7430",
            "labels": {
              "zone": "eu"
            }
          },
          "labels": {
            "zone": "eu"
          },
          "cordoned": true,
          "drain_requested": false,
          "active_sandboxes": 3,
          "active_memory_mb": 1536,
          "active_vcpus": 3,
          "flaps": 0,
          "last_heartbeat": "2026-05-09T10:00:00Z",
          "created_at": "2026-05-09T09:00:00Z",
          "updated_at": "2026-05-09T10:00:00Z",
          "stale": false
        }
      },
      "DrainingWorker": {
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
            "rpc_url": "http://10.0.0.7:7430",
            "labels": {
              "zone": "eu"
            }
          },
          "labels": {
            "zone": "eu"
          },
          "cordoned": false,
          "drain_requested": true,
          "drain_deadline": "2026-05-09T10:10:00Z",
          "active_sandboxes": 3,
          "active_memory_mb": 1536,
          "active_vcpus": 3,
          "flaps": 1,
          "last_flap_at": "2026-05-09T09:30:00Z",
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
      },
      "IssuedWorkerToken": {
        "value": {
          "token": "stacyvm-worker-v1.eyJ3b3JrZXJfaWQiOiJ3b3JrZXItYSJ9.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
          "token_id": "7f3a1c9e5b2d48606a1f0e9d8c7b6a54",
          "worker_id": "worker-a",
          "audience": "worker:control-plane",
          "scopes": [
            "worker:heartbeat",
            "worker:lease"
          ],
          "issued_at": "2026-05-09T10:00:00Z",
          "expires_at": "2026-05-09T10:05:00Z",
          "key_fingerprint": "9f86d081884c7d65"
        }
      },
      "TenantPolicy": {
        "value": {
          "policy": {
            "id": "pl-000102030405060708090a0b",
            "tenant_id": "tn-000102030405060708090a0b",
            "source": "store",
            "authority": "tenant",
            "resource_type": "image",
            "effect": "deny",
            "pattern": "alpine:3.1**",
            "priority": 10,
            "mode": "enforce",
            "description": "too old",
            "created_by": "oidc:ada",
            "created_at": "2026-05-09T10:00:00Z",
            "updated_at": "2026-05-09T10:00:00Z"
          }
        }
      },
      "Policy": {
        "value": {
          "id": "pl-000102030405060708090a0b",
          "tenant_id": "",
          "source": "store",
          "authority": "platform",
          "resource_type": "image",
          "effect": "deny",
          "pattern": "alpine:3.1**",
          "priority": 10,
          "mode": "enforce",
          "description": "too old",
          "created_by": "admin:2c26b46b68ffc68f",
          "created_at": "2026-05-09T10:00:00Z",
          "updated_at": "2026-05-09T10:00:00Z"
        }
      },
      "Quota": {
        "value": {
          "owner_id": "ada",
          "max_sandboxes": 20,
          "max_memory_mb": 0,
          "max_vcpus": 0,
          "max_ttl": "8h0m0s",
          "max_exec_timeout": "0s",
          "max_token_issues_per_minute": 0,
          "created_at": "2026-05-09T10:00:00Z",
          "updated_at": "2026-05-09T10:00:00Z"
        }
      },
      "TenantQuota": {
        "value": {
          "tenant_id": "tn-000102030405060708090a0b",
          "max_sandboxes": 20,
          "max_memory_mb": 0,
          "max_vcpus": 0,
          "max_ttl": "8h0m0s",
          "max_exec_timeout": "0s",
          "max_token_issues_per_minute": 0,
          "created_at": "2026-05-09T10:00:00Z",
          "updated_at": "2026-05-09T10:00:00Z"
        }
      },
      "QuotaUsage": {
        "value": {
          "owner_id": "ada",
          "active_sandboxes": 3,
          "max_sandboxes": 20,
          "active_memory_mb": 3072,
          "max_memory_mb": 0,
          "active_vcpus": 3,
          "max_vcpus": 0,
          "max_ttl": "8h0m0s",
          "max_exec_timeout": "10m0s",
          "max_token_issues_per_minute": 60,
          "quota_configured": true
        }
      },
      "TenantQuotaUsage": {
        "value": {
          "tenant_id": "tn-000102030405060708090a0b",
          "active_sandboxes": 3,
          "max_sandboxes": 20,
          "active_memory_mb": 3072,
          "max_memory_mb": 0,
          "active_vcpus": 3,
          "max_vcpus": 0,
          "max_ttl": "8h0m0s",
          "max_exec_timeout": "10m0s",
          "max_token_issues_per_minute": 60,
          "quota_configured": true
        }
      },
      "CreatedTenantApiKey": {
        "value": {
          "id": "ak-000102030405060708090a0b",
          "key": "svk_000102030405_000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f_9dfeae59",
          "prefix": "000102030405",
          "tenant_id": "tn-000102030405060708090a0b",
          "name": "ci",
          "role": "api",
          "created_by": "oidc:ada",
          "created_at": "2026-05-09T10:00:00Z"
        }
      },
      "CreatedPlatformApiKey": {
        "value": {
          "id": "ak-000102030405060708090a0b",
          "key": "svk_000102030405_000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f_9dfeae59",
          "prefix": "000102030405",
          "name": "ci",
          "role": "api",
          "created_by": "admin:2c26b46b68ffc68f",
          "created_at": "2026-05-09T10:00:00Z",
          "expires_at": "2026-08-07T10:00:00Z"
        }
      },
      "RevokedApiKey": {
        "value": {
          "id": "ak-000102030405060708090a0b",
          "prefix": "000102030405",
          "tenant_id": "tn-000102030405060708090a0b",
          "name": "ci",
          "role": "api",
          "state": "revoked",
          "created_by": "oidc:ada",
          "created_at": "2026-05-09T10:00:00Z",
          "last_used_at": "2026-05-10T10:00:00Z",
          "revoked_at": "2026-05-11T10:00:00Z"
        }
      },
      "BearerRevocation": {
        "value": {
          "id": "pv-000102030405060708090a0b",
          "kind": "subject",
          "issuer": "https://idp.example",
          "subject": "ada",
          "issued_before": "2026-05-09T10:00:00Z",
          "reason": "left the company",
          "revoked_by": "admin:2c26b46b68ffc68f",
          "created_at": "2026-05-09T10:00:00Z"
        }
      },
      "WorkerRevocation": {
        "value": {
          "id": "rv-000102030405060708090a0b",
          "kind": "worker",
          "subject": "worker-a",
          "reason": "its host was broken into",
          "revoked_by": "admin:2c26b46b68ffc68f",
          "created_at": "2026-05-09T10:00:00Z"
        }
      }
    },
    "schemas": {
      "AuditEvent": {
        "type": "object",
        "additionalProperties": false,
        "required": [
          "id",
          "actor",
          "method",
          "path",
          "status",
          "duration_ms",
          "request_id",
          "remote_addr",
          "user_agent",
          "tenant_id",
          "created_at",
          "event_id",
          "sequence",
          "category",
          "phase",
          "intent_id",
          "actor_kind",
          "actor_tenant_id",
          "credential_id",
          "action",
          "resource",
          "outcome",
          "reason",
          "detail",
          "prev_hash",
          "hash"
        ],
        "properties": {
          "id": {
            "type": "integer",
            "description": "Grows with every event."
          },
          "actor": {
            "type": "string",
            "description": "Who, by the credential; empty when nobody knows."
          },
          "method": {
            "type": "string"
          },
          "path": {
            "type": "string",
            "description": "Without its query."
          },
          "status": {
            "type": "integer",
            "description": "HTTP status of the answer; 0 for none."
          },
          "duration_ms": {
            "type": "integer"
          },
          "request_id": {
            "type": "string"
          },
          "remote_addr": {
            "type": "string"
          },
          "user_agent": {
            "type": "string"
          },
          "tenant_id": {
            "type": "string",
            "description": "The tenant acted on, whose chain it is in; empty for the platform."
          },
          "created_at": {
            "type": "string"
          },
          "event_id": {
            "type": "string"
          },
          "sequence": {
            "type": "integer",
            "description": "Place in the chain."
          },
          "category": {
            "type": "string",
            "enum": [
              "admin",
              "operation",
              "authentication",
              "policy",
              "system"
            ]
          },
          "phase": {
            "type": "string",
            "enum": [
              "intent",
              "outcome"
            ]
          },
          "intent_id": {
            "type": "string",
            "description": "On an outcome, the `event_id` of its intent."
          },
          "actor_kind": {
            "type": "string"
          },
          "actor_tenant_id": {
            "type": "string",
            "description": "The tenant of the credential."
          },
          "credential_id": {
            "type": "string"
          },
          "action": {
            "type": "string"
          },
          "resource": {
            "type": "string"
          },
          "outcome": {
            "type": "string",
            "enum": [
              "",
              "success",
              "denied",
              "failure"
            ],
            "description": "Empty on an intent."
          },
          "reason": {
            "type": "string"
          },
          "detail": {
            "type": "object",
            "additionalProperties": true
          },
          "prev_hash": {
            "type": "string"
          },
          "hash": {
            "type": "string"
          }
        }
      },
      "OperationAudit": {
        "type": "object",
        "additionalProperties": false,
        "required": [
          "id",
          "actor",
          "action",
          "sandbox_id",
          "resource",
          "provider",
          "status",
          "detail",
          "tenant_id",
          "created_at"
        ],
        "properties": {
          "id": {
            "type": "integer"
          },
          "actor": {
            "type": "string"
          },
          "action": {
            "type": "string"
          },
          "sandbox_id": {
            "type": "string"
          },
          "resource": {
            "type": "string"
          },
          "provider": {
            "type": "string"
          },
          "status": {
            "type": "string",
            "description": "`success`, `denied`, `failure`, or `intent` for what was announced."
          },
          "detail": {
            "type": "string",
            "description": "JSON as text."
          },
          "tenant_id": {
            "type": "string"
          },
          "created_at": {
            "type": "string"
          }
        }
      },
      "TenantAudit": {
        "type": "object",
        "additionalProperties": false,
        "required": [
          "tenant_id",
          "admin_audit",
          "op_audit",
          "exported_at"
        ],
        "properties": {
          "tenant_id": {
            "type": "string"
          },
          "admin_audit": {
            "type": "array",
            "items": {
              "$ref": "#/components/schemas/AuditEvent"
            }
          },
          "op_audit": {
            "type": "array",
            "items": {
              "$ref": "#/components/schemas/OperationAudit"
            }
          },
          "exported_at": {
            "type": "string"
          }
        }
      },
      "AuditChain": {
        "type": "object",
        "additionalProperties": false,
        "required": [
          "tenant_id",
          "sequence",
          "hash",
          "anchor_sequence",
          "checkpoint_sequence"
        ],
        "properties": {
          "tenant_id": {
            "type": "string"
          },
          "sequence": {
            "type": "integer",
            "description": "Of its last record."
          },
          "hash": {
            "type": "string"
          },
          "anchor_sequence": {
            "type": "integer",
            "description": "What came up to here is pruned."
          },
          "checkpoint_sequence": {
            "type": "integer",
            "description": "What came up to here is signed."
          },
          "updated_at": {
            "type": "string"
          }
        }
      },
      "AuditKey": {
        "type": "object",
        "additionalProperties": false,
        "required": [
          "key_id",
          "algorithm",
          "public_key"
        ],
        "properties": {
          "key_id": {
            "type": "string"
          },
          "algorithm": {
            "type": "string",
            "enum": [
              "Ed25519"
            ]
          },
          "public_key": {
            "type": "string",
            "description": "PEM."
          }
        }
      },
      "TenantId": {
        "type": "string",
        "pattern": "^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$"
      },
      "Tenant": {
        "type": "object",
        "additionalProperties": false,
        "required": [
          "id",
          "name",
          "owner_id",
          "settings",
          "state",
          "created_at",
          "updated_at"
        ],
        "properties": {
          "id": {
            "type": "string"
          },
          "name": {
            "type": "string"
          },
          "owner_id": {
            "type": "string",
            "description": "Who asked for it. It gives no rights."
          },
          "settings": {
            "type": "string",
            "description": "JSON as a text",
            "as the reference has it.": null
          },
          "state": {
            "enum": [
              "active",
              "deleting"
            ],
            "description": "While it is `deleting`, no sandbox is let in."
          },
          "created_at": {
            "type": "string",
            "format": "date-time"
          },
          "updated_at": {
            "type": "string",
            "format": "date-time"
          }
        }
      },
      "TenantEnvelope": {
        "type": "object",
        "additionalProperties": false,
        "required": [
          "tenant"
        ],
        "properties": {
          "tenant": {
            "$ref": "#/components/schemas/Tenant"
          }
        }
      },
      "CreateTenant": {
        "type": "object",
        "additionalProperties": false,
        "required": [
          "name"
        ],
        "properties": {
          "id": {
            "$ref": "#/components/schemas/TenantId"
          },
          "name": {
            "type": "string",
            "minLength": 1,
            "maxLength": 200
          },
          "owner_id": {
            "type": "string",
            "maxLength": 128
          },
          "settings": {
            "description": "Any JSON of at most 16 KiB; nothing here reads it."
          }
        }
      },
      "ReplaceTenant": {
        "type": "object",
        "additionalProperties": false,
        "properties": {
          "id": {
            "type": "string",
            "description": "Ignored."
          },
          "name": {
            "type": "string",
            "maxLength": 200
          },
          "owner_id": {
            "type": "string",
            "maxLength": 128
          },
          "settings": {
            "description": "Any JSON of at most 16 KiB."
          }
        }
      },
      "UpdateTenant": {
        "type": "object",
        "additionalProperties": false,
        "minProperties": 1,
        "properties": {
          "name": {
            "type": "string",
            "minLength": 1,
            "maxLength": 200
          },
          "owner_id": {
            "type": "string",
            "maxLength": 128
          },
          "settings": {
            "description": "Any JSON of at most 16 KiB."
          }
        }
      },
      "TenantMemberRole": {
        "enum": [
          "viewer",
          "operator",
          "admin"
        ],
        "description": "What the member may do in the tenant. `admin` also manages its members, keys and policies."
      },
      "TenantMember": {
        "type": "object",
        "additionalProperties": false,
        "required": [
          "tenant_id",
          "user_id",
          "role",
          "created_at",
          "updated_at"
        ],
        "properties": {
          "tenant_id": {
            "type": "string"
          },
          "user_id": {
            "type": "string"
          },
          "role": {
            "$ref": "#/components/schemas/TenantMemberRole"
          },
          "created_at": {
            "type": "string",
            "format": "date-time"
          },
          "updated_at": {
            "type": "string",
            "format": "date-time"
          }
        }
      },
      "TenantMemberEnvelope": {
        "type": "object",
        "additionalProperties": false,
        "required": [
          "member"
        ],
        "properties": {
          "member": {
            "$ref": "#/components/schemas/TenantMember"
          }
        }
      },
      "SetTenantMember": {
        "type": "object",
        "additionalProperties": false,
        "required": [
          "role"
        ],
        "properties": {
          "role": {
            "$ref": "#/components/schemas/TenantMemberRole"
          }
        }
      },
      "FilePath": {
        "type": "string",
        "minLength": 1,
        "maxLength": 4096,
        "pattern": "^[^\\x00]*\\S[^\\x00]*$"
      },
      "FileMode": {
        "type": "string",
        "pattern": "^0?[0-7]{3,4}$"
      },
      "FileWrite": {
        "type": "object",
        "required": [
          "path",
          "content"
        ],
        "properties": {
          "path": {
            "$ref": "#/components/schemas/FilePath"
          },
          "content": {
            "type": "string",
            "description": "Written as UTF-8."
          },
          "mode": {
            "type": "string",
            "pattern": "^(0?[0-7]{3,4})?$",
            "description": "Permission bits in octal; `0644` when absent or empty."
          }
        }
      },
      "FileMove": {
        "type": "object",
        "required": [
          "old_path",
          "new_path"
        ],
        "properties": {
          "old_path": {
            "$ref": "#/components/schemas/FilePath"
          },
          "new_path": {
            "$ref": "#/components/schemas/FilePath"
          }
        }
      },
      "FileChmod": {
        "type": "object",
        "required": [
          "path",
          "mode"
        ],
        "properties": {
          "path": {
            "$ref": "#/components/schemas/FilePath"
          },
          "mode": {
            "$ref": "#/components/schemas/FileMode"
          }
        }
      },
      "FileAction": {
        "type": "object",
        "required": [
          "status"
        ],
        "properties": {
          "status": {
            "type": "string",
            "enum": [
              "written",
              "deleted",
              "moved",
              "chmod applied"
            ]
          },
          "size": {
            "type": "integer",
            "description": "Bytes that were written."
          }
        }
      },
      "FileInfo": {
        "type": "object",
        "required": [
          "path",
          "size",
          "mode",
          "is_dir",
          "mod_time"
        ],
        "properties": {
          "path": {
            "type": "string",
            "description": "Absolute."
          },
          "size": {
            "type": "integer"
          },
          "mode": {
            "type": "string",
            "description": "Permission bits in octal",
            "such as `644`.": null
          },
          "is_dir": {
            "type": "boolean"
          },
          "mod_time": {
            "type": "string",
            "description": "RFC 3339 to the second."
          }
        }
      },
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
          },
          "revocations": {
            "type": "object",
            "additionalProperties": true,
            "description": "On a 401 with the reason `token_revoked` of a worker endpoint: the list as in a heartbeat's reply."
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
          "network_mode": {
            "type": "string",
            "maxLength": 64,
            "pattern": "^[a-z0-9][a-z0-9_.-]*$",
            "default": "none",
            "description": "`none` is the sandbox's own loopback alone. Other networks are those that the workers of the provider are set up with; 400 `network_unknown` lists them."
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
          },
          "requirements": {
            "type": "object",
            "maxProperties": 16,
            "propertyNames": {
              "minLength": 1,
              "maxLength": 128
            },
            "additionalProperties": {
              "type": "string",
              "maxLength": 128
            },
            "description": "Labels that the worker must carry, with these very values. 409 `requirements_unmet` when no worker does.\n"
          }
        }
      },
      "SandboxEvent": {
        "type": "object",
        "required": [
          "id",
          "type",
          "timestamp"
        ],
        "properties": {
          "id": {
            "type": "string",
            "description": "For `Last-Event-ID`."
          },
          "type": {
            "type": "string",
            "description": "`sandbox.created`, `sandbox.` and the state that it came to (`sandbox.running`, `sandbox.unhealthy`, `sandbox.destroyed`, …),\n`sandbox.extended`, `exec.` and the outcome of a program (`exec.completed`, `exec.failed`, `exec.timeout`, `exec.cancelled`),\n`overflow`: events are gone that the reader has not seen, or `ended`: the reader may not read on, and `data.reason`\nsays why (`credential_revoked`). Both have the id to resume by, and no sandbox.\n"
          },
          "sandbox_id": {
            "type": "string"
          },
          "timestamp": {
            "type": "string",
            "format": "date-time"
          },
          "data": {
            "type": "object",
            "description": "Such as `reason`, `exit_code`, `duration_ms`, `request_id`."
          }
        }
      },
      "ExtendRequest": {
        "type": "object",
        "additionalProperties": false,
        "required": [
          "ttl"
        ],
        "properties": {
          "ttl": {
            "type": "string",
            "minLength": 1,
            "maxLength": 64,
            "description": "How long it may live from now on."
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
            "description": "Present and true when output was dropped for want of room."
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
          "labels",
          "cordoned",
          "drain_requested",
          "active_sandboxes",
          "active_memory_mb",
          "active_vcpus",
          "flaps",
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
          "labels": {
            "type": "object",
            "additionalProperties": {
              "type": "string"
            },
            "description": "What a spawn may require; the worker says it as `capacity.labels`."
          },
          "cordoned": {
            "type": "boolean",
            "description": "No new sandboxes are placed there."
          },
          "drain_requested": {
            "type": "boolean",
            "description": "The worker is to run empty."
          },
          "drain_deadline": {
            "type": "string",
            "format": "date-time",
            "description": "When what is left there is destroyed. Absent is never."
          },
          "active_sandboxes": {
            "type": "integer",
            "description": "Sandboxes that count against its limits."
          },
          "active_memory_mb": {
            "type": "integer",
            "description": "The memory that was handed out to them."
          },
          "active_vcpus": {
            "type": "integer",
            "description": "The CPUs that were handed out to them."
          },
          "flaps": {
            "type": "integer",
            "description": "How often it came back, as another process or after it was stale."
          },
          "last_flap_at": {
            "type": "string",
            "format": "date-time",
            "description": "Absent when it never did."
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
            "description": "No heartbeat for more than two minutes, for all of which some control plane was there to hear it. A worker that is silent\nfor as long is not given sandboxes in any case.\n"
          }
        }
      },
      "DrainWorker": {
        "type": "object",
        "additionalProperties": false,
        "properties": {
          "evict": {
            "type": "boolean",
            "description": "Destroy what is left at once."
          },
          "deadline": {
            "type": "string",
            "minLength": 1,
            "maxLength": 64,
            "description": "How long what runs may go on, such as `10m`; not together with `evict`."
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
          },
          "revocation_version": {
            "type": "integer",
            "description": "The list of revocations that the worker has."
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
          },
          "revocations": {
            "$ref": "#/components/schemas/RevocationFeed"
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
      "RevocationFeed": {
        "type": "object",
        "description": "The whole list of what is revoked. Versions are compared for equality only.",
        "required": [
          "version",
          "entries"
        ],
        "properties": {
          "version": {
            "type": "integer"
          },
          "entries": {
            "type": "array",
            "items": {
              "type": "object",
              "required": [
                "kind",
                "subject"
              ],
              "properties": {
                "kind": {
                  "$ref": "#/components/schemas/RevocationKind"
                },
                "subject": {
                  "type": "string"
                },
                "issued_before": {
                  "type": "string",
                  "format": "date-time",
                  "description": "Of the kind `worker`."
                }
              }
            }
          }
        }
      },
      "Enrolment": {
        "type": "object",
        "additionalProperties": true,
        "properties": {
          "instance_id": {
            "type": "string",
            "description": "Names one run of the worker process."
          },
          "hostname": {
            "type": "string"
          }
        }
      },
      "EnrolmentReply": {
        "type": "object",
        "required": [
          "worker_id",
          "key",
          "key_fingerprint",
          "pool",
          "server_time"
        ],
        "properties": {
          "worker_id": {
            "type": "string"
          },
          "key": {
            "type": "string",
            "description": "The worker's own signing key."
          },
          "key_fingerprint": {
            "$ref": "#/components/schemas/KeyFingerprint"
          },
          "pool": {
            "type": "string"
          },
          "server_time": {
            "type": "string",
            "format": "date-time"
          }
        }
      },
      "KeyFingerprint": {
        "type": "string",
        "pattern": "^[0-9a-f]{16}$",
        "description": "The first 16 hexadecimal digits of the SHA-256 of a key."
      },
      "IssueWorkerToken": {
        "type": "object",
        "additionalProperties": false,
        "required": [
          "worker_id"
        ],
        "properties": {
          "worker_id": {
            "type": "string",
            "maxLength": 256,
            "description": "Whom the token is for. It need not exist yet."
          },
          "ttl": {
            "type": "string",
            "maxLength": 64,
            "description": "How long it lives: default `5m`, at most `15m`."
          },
          "audience": {
            "type": "string",
            "maxLength": 64,
            "description": "Where it is presented: `worker:control-plane` (default) or `worker:rpc`."
          },
          "scopes": {
            "type": [
              "array",
              "null"
            ],
            "maxItems": 64,
            "items": {
              "type": "string",
              "maxLength": 64
            },
            "description": "What it grants. Without any it is the default set of the audience."
          },
          "certificate_thumbprint": {
            "type": "string",
            "maxLength": 64,
            "description": "Binds the token to a client certificate (RFC 8705): the SHA-256 of its DER encoding in base64url. Needed where `auth.worker_token_binding` is `required`."
          }
        }
      },
      "IssuedWorkerToken": {
        "type": "object",
        "additionalProperties": false,
        "required": [
          "token",
          "token_id",
          "worker_id",
          "audience",
          "scopes",
          "issued_at",
          "expires_at",
          "key_fingerprint"
        ],
        "properties": {
          "token": {
            "type": "string"
          },
          "token_id": {
            "type": "string",
            "description": "Its `jti`."
          },
          "worker_id": {
            "type": "string"
          },
          "audience": {
            "type": "string"
          },
          "scopes": {
            "type": "array",
            "items": {
              "type": "string"
            },
            "description": "What the token grants."
          },
          "issued_at": {
            "type": "string",
            "format": "date-time"
          },
          "expires_at": {
            "type": "string",
            "format": "date-time"
          },
          "key_fingerprint": {
            "$ref": "#/components/schemas/KeyFingerprint"
          },
          "certificate_thumbprint": {
            "type": "string",
            "description": "Of the certificate that the token is bound to."
          }
        }
      },
      "WorkerTokenIssuance": {
        "type": "object",
        "additionalProperties": false,
        "required": [
          "token_id",
          "worker_id",
          "audience",
          "scopes",
          "key_fingerprint",
          "method",
          "requester",
          "credential_id",
          "source_address",
          "request_id",
          "issued_at",
          "expires_at"
        ],
        "properties": {
          "token_id": {
            "type": "string"
          },
          "worker_id": {
            "type": "string"
          },
          "audience": {
            "type": "string"
          },
          "scopes": {
            "type": "array",
            "items": {
              "type": "string"
            }
          },
          "key_fingerprint": {
            "type": "string",
            "description": "Of the key of the control plane that the worker's was derived from."
          },
          "method": {
            "type": "string",
            "description": "The way it was asked for."
          },
          "requester": {
            "type": "string"
          },
          "credential_id": {
            "type": "string",
            "description": "What the requester proved itself with; a fingerprint."
          },
          "source_address": {
            "type": "string"
          },
          "request_id": {
            "type": "string"
          },
          "issued_at": {
            "type": "string",
            "format": "date-time"
          },
          "expires_at": {
            "type": "string",
            "format": "date-time"
          }
        }
      },
      "RevocationKind": {
        "type": "string",
        "enum": [
          "token",
          "worker",
          "key"
        ]
      },
      "RevokeWorkerCredentials": {
        "type": "object",
        "additionalProperties": false,
        "required": [
          "reason"
        ],
        "properties": {
          "token_id": {
            "type": "string",
            "minLength": 1,
            "maxLength": 128,
            "description": "The `jti` of a token."
          },
          "worker_id": {
            "type": "string",
            "pattern": "^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$"
          },
          "issued_before": {
            "type": "string",
            "maxLength": 64,
            "description": "With `worker_id`: only tokens issued before this time in RFC 3339, or before `now`."
          },
          "key_fingerprint": {
            "$ref": "#/components/schemas/KeyFingerprint"
          },
          "reason": {
            "type": "string",
            "minLength": 1,
            "maxLength": 512,
            "description": "Why; for people."
          }
        }
      },
      "ApiKeyRole": {
        "type": "string",
        "enum": [
          "viewer",
          "api",
          "operator",
          "tenant_admin",
          "admin"
        ]
      },
      "ApiKeyName": {
        "type": "string",
        "minLength": 1,
        "maxLength": 200,
        "pattern": "^[^\\x00-\\x1f\\x7f]*\\S[^\\x00-\\x1f\\x7f]*$"
      },
      "ApiKeyTtl": {
        "type": "string",
        "maxLength": 64,
        "description": "How long it can be used, such as `2160h`, from `1m` to `87600h`; without it, until it is revoked."
      },
      "CreateTenantApiKey": {
        "type": "object",
        "additionalProperties": false,
        "required": [
          "name",
          "role"
        ],
        "properties": {
          "name": {
            "$ref": "#/components/schemas/ApiKeyName"
          },
          "role": {
            "type": "string",
            "enum": [
              "viewer",
              "api",
              "operator",
              "tenant_admin"
            ]
          },
          "ttl": {
            "$ref": "#/components/schemas/ApiKeyTtl"
          }
        }
      },
      "CreatePlatformApiKey": {
        "type": "object",
        "additionalProperties": false,
        "required": [
          "name",
          "role"
        ],
        "properties": {
          "name": {
            "$ref": "#/components/schemas/ApiKeyName"
          },
          "role": {
            "type": "string",
            "enum": [
              "viewer",
              "api",
              "operator",
              "admin"
            ]
          },
          "ttl": {
            "$ref": "#/components/schemas/ApiKeyTtl"
          }
        }
      },
      "CreatedApiKey": {
        "type": "object",
        "additionalProperties": false,
        "required": [
          "id",
          "key",
          "prefix",
          "name",
          "role",
          "created_by",
          "created_at"
        ],
        "properties": {
          "key": {
            "type": "string",
            "description": "The key itself: `svk_<prefix>_<secret>_<checksum>`. It is shown here and never again."
          },
          "id": {
            "type": "string"
          },
          "prefix": {
            "type": "string",
            "description": "The part of the key after `svk_`; it names the key in logs and lists."
          },
          "tenant_id": {
            "type": "string",
            "description": "Absent for a key of the platform."
          },
          "name": {
            "type": "string"
          },
          "role": {
            "$ref": "#/components/schemas/ApiKeyRole"
          },
          "created_by": {
            "type": "string"
          },
          "created_at": {
            "type": "string",
            "format": "date-time"
          },
          "expires_at": {
            "type": "string",
            "format": "date-time",
            "description": "Absent when it does not expire."
          }
        }
      },
      "ApiKey": {
        "type": "object",
        "additionalProperties": false,
        "required": [
          "id",
          "prefix",
          "name",
          "role",
          "state",
          "created_by",
          "created_at"
        ],
        "properties": {
          "state": {
            "type": "string",
            "enum": [
              "active",
              "expired",
              "revoked"
            ]
          },
          "id": {
            "type": "string"
          },
          "prefix": {
            "type": "string",
            "description": "The part of the key after `svk_`; it names the key in logs and lists."
          },
          "tenant_id": {
            "type": "string",
            "description": "Absent for a key of the platform."
          },
          "name": {
            "type": "string"
          },
          "role": {
            "$ref": "#/components/schemas/ApiKeyRole"
          },
          "created_by": {
            "type": "string"
          },
          "created_at": {
            "type": "string",
            "format": "date-time"
          },
          "expires_at": {
            "type": "string",
            "format": "date-time",
            "description": "Absent when it does not expire."
          },
          "last_used_at": {
            "type": "string",
            "format": "date-time"
          },
          "revoked_at": {
            "type": "string",
            "format": "date-time"
          }
        }
      },
      "BearerRevocationKind": {
        "type": "string",
        "enum": [
          "subject",
          "session",
          "token"
        ]
      },
      "BackChannelLogout": {
        "type": "object",
        "required": [
          "logout_token"
        ],
        "properties": {
          "logout_token": {
            "type": "string",
            "minLength": 1,
            "maxLength": 16384
          }
        }
      },
      "RevokeBearerTokens": {
        "type": "object",
        "additionalProperties": false,
        "required": [
          "reason"
        ],
        "properties": {
          "issuer": {
            "type": "string",
            "minLength": 1,
            "maxLength": 1024,
            "description": "The `iss` of the tokens; may be left out where there is one issuer."
          },
          "subject": {
            "type": "string",
            "minLength": 1,
            "maxLength": 255
          },
          "session_id": {
            "type": "string",
            "minLength": 1,
            "maxLength": 255
          },
          "token_id": {
            "type": "string",
            "minLength": 1,
            "maxLength": 255
          },
          "issued_before": {
            "type": "string",
            "maxLength": 64,
            "description": "With `subject`: only tokens issued before this time in RFC 3339; `now` unless told."
          },
          "ttl": {
            "type": "string",
            "maxLength": 64,
            "description": "When every token that it concerns is dead, from now, from `1m` to `87600h`; then it is forgotten. Without it, it is kept."
          },
          "reason": {
            "type": "string",
            "minLength": 1,
            "maxLength": 512,
            "description": "Why; for people."
          }
        }
      },
      "BearerRevocation": {
        "type": "object",
        "additionalProperties": false,
        "required": [
          "id",
          "kind",
          "issuer",
          "subject",
          "reason",
          "revoked_by",
          "created_at"
        ],
        "properties": {
          "id": {
            "type": "string"
          },
          "kind": {
            "$ref": "#/components/schemas/BearerRevocationKind"
          },
          "issuer": {
            "type": "string"
          },
          "subject": {
            "type": "string",
            "description": "A `sub`, `sid` or `jti`, by the kind."
          },
          "issued_before": {
            "type": "string",
            "format": "date-time",
            "description": "Of a subject."
          },
          "reason": {
            "type": "string"
          },
          "revoked_by": {
            "type": "string"
          },
          "created_at": {
            "type": "string",
            "format": "date-time"
          },
          "expires_at": {
            "type": "string",
            "format": "date-time",
            "description": "Absent when it is kept."
          }
        }
      },
      "ExplainCredential": {
        "type": "object",
        "additionalProperties": false,
        "properties": {
          "token": {
            "type": "string",
            "minLength": 1,
            "maxLength": 32768
          },
          "api_key": {
            "type": "string",
            "minLength": 1,
            "maxLength": 4096
          }
        }
      },
      "CredentialExplanation": {
        "type": "object",
        "additionalProperties": false,
        "required": [
          "accepted",
          "checks"
        ],
        "properties": {
          "accepted": {
            "type": "boolean"
          },
          "checks": {
            "type": "array",
            "description": "In their order, up to the first that failed.",
            "items": {
              "type": "object",
              "additionalProperties": false,
              "required": [
                "name",
                "ok",
                "detail"
              ],
              "properties": {
                "name": {
                  "type": "string"
                },
                "ok": {
                  "type": "boolean"
                },
                "detail": {
                  "type": "string",
                  "description": "What was found. It may show claims; never the credential."
                }
              }
            }
          },
          "principal": {
            "type": "object",
            "description": "Who the caller would be, before a membership of a tenant counts.",
            "additionalProperties": false,
            "required": [
              "kind",
              "id",
              "role",
              "scopes",
              "credential_id"
            ],
            "properties": {
              "kind": {
                "type": "string",
                "enum": [
                  "api_key",
                  "tenant_key",
                  "oidc",
                  "local"
                ]
              },
              "id": {
                "type": "string"
              },
              "role": {
                "type": "string"
              },
              "scopes": {
                "type": "array",
                "items": {
                  "type": "string"
                }
              },
              "credential_id": {
                "type": "string"
              },
              "tenant_id": {
                "type": "string"
              },
              "issuer": {
                "type": "string"
              }
            }
          },
          "reason": {
            "type": "string",
            "description": "Why not; as in the error that the caller would get."
          },
          "message": {
            "type": "string"
          }
        }
      },
      "WorkerRevocation": {
        "type": "object",
        "additionalProperties": false,
        "required": [
          "id",
          "kind",
          "subject",
          "reason",
          "revoked_by",
          "created_at"
        ],
        "properties": {
          "id": {
            "type": "string"
          },
          "kind": {
            "$ref": "#/components/schemas/RevocationKind"
          },
          "subject": {
            "type": "string",
            "description": "A token id, a worker id or a key fingerprint, by the kind."
          },
          "issued_before": {
            "type": "string",
            "format": "date-time",
            "description": "Of a worker revoked up to a moment; absent when it is revoked altogether."
          },
          "reason": {
            "type": "string"
          },
          "revoked_by": {
            "type": "string"
          },
          "created_at": {
            "type": "string",
            "format": "date-time"
          },
          "expires_at": {
            "type": "string",
            "format": "date-time",
            "description": "When everything that it concerns is dead and it is forgotten; absent when it is kept."
          }
        }
      },
      "PolicyResourceType": {
        "type": "string",
        "enum": [
          "image",
          "provider",
          "network"
        ]
      },
      "PolicyEffect": {
        "type": "string",
        "enum": [
          "allow",
          "deny"
        ]
      },
      "PolicyMode": {
        "type": "string",
        "enum": [
          "enforce",
          "warn",
          "audit"
        ],
        "description": "`warn` and `audit` are on trial: they refuse nothing. The caller is told (`warn`), or it is only logged (`audit`)."
      },
      "PolicyPattern": {
        "type": "string",
        "minLength": 1,
        "maxLength": 512,
        "description": "`*` is any run without `/`, `**` any run, `?` one character, `[a-z]` and `[!a-z]` one of a class, `\\` takes the next\ncharacter as it is. Images are compared in every spelling that means the same.\n"
      },
      "CreatePolicy": {
        "type": "object",
        "additionalProperties": false,
        "required": [
          "resource_type",
          "effect",
          "pattern"
        ],
        "properties": {
          "resource_type": {
            "$ref": "#/components/schemas/PolicyResourceType"
          },
          "effect": {
            "$ref": "#/components/schemas/PolicyEffect"
          },
          "pattern": {
            "$ref": "#/components/schemas/PolicyPattern"
          },
          "priority": {
            "type": "integer",
            "minimum": -1000000,
            "maximum": 1000000,
            "description": "Lower ones are read first; 10 unless given."
          },
          "mode": {
            "$ref": "#/components/schemas/PolicyMode"
          },
          "description": {
            "type": "string",
            "maxLength": 500
          }
        }
      },
      "PolicyEnvelope": {
        "type": "object",
        "additionalProperties": false,
        "required": [
          "policy"
        ],
        "properties": {
          "policy": {
            "$ref": "#/components/schemas/Policy"
          }
        }
      },
      "UpdatePolicy": {
        "type": "object",
        "additionalProperties": false,
        "minProperties": 1,
        "properties": {
          "effect": {
            "$ref": "#/components/schemas/PolicyEffect"
          },
          "pattern": {
            "$ref": "#/components/schemas/PolicyPattern"
          },
          "priority": {
            "type": "integer",
            "minimum": -1000000,
            "maximum": 1000000
          },
          "mode": {
            "$ref": "#/components/schemas/PolicyMode"
          },
          "description": {
            "type": "string",
            "maxLength": 500
          }
        }
      },
      "OwnerId": {
        "type": "string",
        "minLength": 1,
        "maxLength": 128,
        "pattern": "^[^/\\\\\\s\\x00-\\x1f\\x7f]+$"
      },
      "QuotaDuration": {
        "type": "string",
        "maxLength": 64,
        "description": "A duration of whole seconds such as `8h`; `0s` is no limit."
      },
      "Deleted": {
        "type": "object",
        "additionalProperties": false,
        "required": [
          "status"
        ],
        "properties": {
          "status": {
            "type": "string",
            "enum": [
              "deleted"
            ]
          }
        }
      },
      "SetQuota": {
        "type": "object",
        "additionalProperties": false,
        "properties": {
          "max_sandboxes": {
            "type": "integer",
            "minimum": 0,
            "maximum": 1000000
          },
          "max_memory_mb": {
            "type": "integer",
            "minimum": 0,
            "maximum": 1000000000
          },
          "max_vcpus": {
            "type": "integer",
            "minimum": 0,
            "maximum": 1000000
          },
          "max_ttl": {
            "$ref": "#/components/schemas/QuotaDuration"
          },
          "max_exec_timeout": {
            "$ref": "#/components/schemas/QuotaDuration"
          },
          "max_token_issues_per_minute": {
            "type": "integer",
            "minimum": 0,
            "maximum": 1000000
          }
        }
      },
      "Quota": {
        "type": "object",
        "additionalProperties": false,
        "description": "0 and `0s` are not limited by it.",
        "required": [
          "max_sandboxes",
          "max_memory_mb",
          "max_vcpus",
          "max_ttl",
          "max_exec_timeout",
          "max_token_issues_per_minute",
          "created_at",
          "updated_at"
        ],
        "properties": {
          "owner_id": {
            "type": "string",
            "description": "Absent in the quota of a tenant as a whole."
          },
          "tenant_id": {
            "type": "string",
            "description": "Absent outside of all tenants."
          },
          "max_sandboxes": {
            "type": "integer",
            "description": "At once."
          },
          "max_memory_mb": {
            "type": "integer",
            "description": "Of all its sandboxes together."
          },
          "max_vcpus": {
            "type": "integer",
            "description": "Of all its sandboxes together."
          },
          "max_ttl": {
            "type": "string",
            "description": "The longest life that a spawn may ask for."
          },
          "max_exec_timeout": {
            "type": "string",
            "description": "The longest timeout that an exec may ask for."
          },
          "max_token_issues_per_minute": {
            "type": "integer",
            "description": "Worker tokens and join tokens."
          },
          "created_at": {
            "type": "string",
            "format": "date-time"
          },
          "updated_at": {
            "type": "string",
            "format": "date-time"
          }
        }
      },
      "QuotaSummary": {
        "type": "object",
        "additionalProperties": false,
        "required": [
          "total",
          "with_max_sandboxes",
          "with_max_ttl",
          "with_max_exec_timeout"
        ],
        "properties": {
          "total": {
            "type": "integer"
          },
          "with_max_sandboxes": {
            "type": "integer"
          },
          "with_max_ttl": {
            "type": "integer"
          },
          "with_max_exec_timeout": {
            "type": "integer"
          }
        }
      },
      "QuotaUsage": {
        "type": "object",
        "additionalProperties": false,
        "description": "Limits are those that hold in the end, of the quota and the settings, and in time also of the tenant. 0 is none.",
        "required": [
          "active_sandboxes",
          "max_sandboxes",
          "active_memory_mb",
          "max_memory_mb",
          "active_vcpus",
          "max_vcpus",
          "max_ttl",
          "max_exec_timeout",
          "max_token_issues_per_minute",
          "quota_configured"
        ],
        "properties": {
          "owner_id": {
            "type": "string"
          },
          "tenant_id": {
            "type": "string"
          },
          "active_sandboxes": {
            "type": "integer"
          },
          "max_sandboxes": {
            "type": "integer"
          },
          "active_memory_mb": {
            "type": "integer"
          },
          "max_memory_mb": {
            "type": "integer"
          },
          "active_vcpus": {
            "type": "integer"
          },
          "max_vcpus": {
            "type": "integer"
          },
          "max_ttl": {
            "type": "string"
          },
          "max_exec_timeout": {
            "type": "string"
          },
          "max_token_issues_per_minute": {
            "type": "integer"
          },
          "quota_configured": {
            "type": "boolean"
          }
        }
      },
      "Policy": {
        "type": "object",
        "additionalProperties": false,
        "required": [
          "id",
          "tenant_id",
          "source",
          "authority",
          "resource_type",
          "effect",
          "pattern",
          "priority",
          "mode",
          "description",
          "created_by",
          "created_at",
          "updated_at"
        ],
        "properties": {
          "id": {
            "type": "string"
          },
          "tenant_id": {
            "type": "string",
            "description": "Empty for those of everybody."
          },
          "source": {
            "type": "string",
            "enum": [
              "store",
              "file"
            ],
            "description": "Only those of the store can be changed here."
          },
          "authority": {
            "$ref": "#/components/schemas/PolicyAuthority"
          },
          "resource_type": {
            "$ref": "#/components/schemas/PolicyResourceType"
          },
          "effect": {
            "$ref": "#/components/schemas/PolicyEffect"
          },
          "pattern": {
            "$ref": "#/components/schemas/PolicyPattern"
          },
          "priority": {
            "type": "integer"
          },
          "mode": {
            "$ref": "#/components/schemas/PolicyMode"
          },
          "description": {
            "type": "string"
          },
          "created_by": {
            "type": "string",
            "description": "Empty for those of files."
          },
          "created_at": {
            "type": "string",
            "format": "date-time",
            "description": "Of those of files: a time in 1970 that keeps their order, so that they count as older than all others."
          },
          "updated_at": {
            "type": "string",
            "format": "date-time"
          }
        }
      },
      "EvaluatePolicies": {
        "type": "object",
        "additionalProperties": false,
        "properties": {
          "image": {
            "type": "string",
            "minLength": 1,
            "maxLength": 255
          },
          "provider": {
            "type": "string",
            "minLength": 1,
            "maxLength": 64
          },
          "network": {
            "type": "string",
            "minLength": 1,
            "maxLength": 255
          },
          "tenant_id": {
            "type": "string",
            "minLength": 1,
            "maxLength": 128
          }
        }
      },
      "PolicyVerdict": {
        "type": "object",
        "additionalProperties": false,
        "required": [
          "allowed",
          "authority",
          "reason"
        ],
        "properties": {
          "allowed": {
            "type": "boolean"
          },
          "authority": {
            "$ref": "#/components/schemas/PolicyAuthority"
          },
          "reason": {
            "$ref": "#/components/schemas/PolicyReason"
          },
          "policy_id": {
            "type": "string"
          },
          "spelling": {
            "type": "string"
          }
        }
      },
      "PolicyAuthority": {
        "type": "string",
        "enum": [
          "platform",
          "tenant"
        ],
        "description": "Whose word it is: that of whoever runs the fleet, or that of the tenant itself, which can forbid more and never allow more.\n"
      },
      "PolicyReason": {
        "type": "string",
        "enum": [
          "rule_allows",
          "rule_denies",
          "default_allows",
          "default_denies",
          "invalid_value"
        ]
      },
      "PolicyAnswer": {
        "type": "object",
        "additionalProperties": false,
        "required": [
          "resource_type",
          "value",
          "allowed",
          "authority",
          "reason",
          "default",
          "mode",
          "spellings",
          "deniable_spellings",
          "policies"
        ],
        "properties": {
          "resource_type": {
            "$ref": "#/components/schemas/PolicyResourceType"
          },
          "value": {
            "type": "string",
            "description": "What was asked about; the default where nothing was named."
          },
          "allowed": {
            "type": "boolean"
          },
          "authority": {
            "$ref": "#/components/schemas/PolicyAuthority"
          },
          "reason": {
            "$ref": "#/components/schemas/PolicyReason"
          },
          "default": {
            "$ref": "#/components/schemas/PolicyEffect"
          },
          "mode": {
            "$ref": "#/components/schemas/PolicyMode"
          },
          "policy_id": {
            "type": "string",
            "description": "The policy that decides; absent where none does."
          },
          "spelling": {
            "type": "string",
            "description": "The spelling of the value that its pattern matches."
          },
          "trial": {
            "$ref": "#/components/schemas/PolicyVerdict"
          },
          "spellings": {
            "type": "array",
            "items": {
              "type": "string"
            },
            "description": "What patterns are compared with."
          },
          "deniable_spellings": {
            "type": "array",
            "items": {
              "type": "string"
            },
            "description": "What patterns that deny are compared with beside these."
          },
          "policies": {
            "type": "array",
            "description": "Every policy that applies, in the order of decision.",
            "items": {
              "type": "object",
              "additionalProperties": false,
              "required": [
                "policy_id",
                "authority",
                "outcome"
              ],
              "properties": {
                "policy_id": {
                  "type": "string"
                },
                "authority": {
                  "$ref": "#/components/schemas/PolicyAuthority"
                },
                "outcome": {
                  "type": "string",
                  "enum": [
                    "decides",
                    "decides_on_trial",
                    "too_late",
                    "cannot_allow",
                    "no_match",
                    "other_type",
                    "invalid_value"
                  ]
                },
                "spelling": {
                  "type": "string"
                }
              }
            }
          }
        }
      },
      "PolicyEvaluation": {
        "type": "object",
        "additionalProperties": false,
        "required": [
          "allowed",
          "policy_version",
          "answers"
        ],
        "properties": {
          "allowed": {
            "type": "boolean",
            "description": "Whether every answer is."
          },
          "policy_version": {
            "type": "string",
            "description": "Of the set of policies that was asked; also in the log of decisions."
          },
          "answers": {
            "type": "array",
            "items": {
              "$ref": "#/components/schemas/PolicyAnswer"
            }
          }
        }
      },
      "CreateJoinToken": {
        "type": "object",
        "additionalProperties": false,
        "required": [
          "worker_id"
        ],
        "properties": {
          "worker_id": {
            "type": "string",
            "maxLength": 256,
            "description": "The one worker that may join with it."
          },
          "ttl": {
            "type": "string",
            "maxLength": 64,
            "description": "How long it can be used: default `10m`, at most `24h`."
          },
          "pool": {
            "type": "string",
            "maxLength": 128,
            "pattern": "^[A-Za-z0-9._-]*$",
            "description": "The pool that the worker joins."
          }
        }
      },
      "CreatedJoinToken": {
        "type": "object",
        "additionalProperties": false,
        "required": [
          "id",
          "token",
          "worker_id",
          "pool",
          "created_at",
          "expires_at"
        ],
        "properties": {
          "id": {
            "type": "string"
          },
          "token": {
            "type": "string",
            "description": "Shown here and never again."
          },
          "worker_id": {
            "type": "string"
          },
          "pool": {
            "type": "string"
          },
          "created_at": {
            "type": "string",
            "format": "date-time"
          },
          "expires_at": {
            "type": "string",
            "format": "date-time",
            "description": "It must be used before."
          }
        }
      },
      "JoinToken": {
        "type": "object",
        "additionalProperties": false,
        "required": [
          "id",
          "worker_id",
          "pool",
          "state",
          "created_by",
          "created_at",
          "expires_at",
          "refused_redemptions"
        ],
        "properties": {
          "id": {
            "type": "string"
          },
          "worker_id": {
            "type": "string"
          },
          "pool": {
            "type": "string"
          },
          "state": {
            "type": "string",
            "enum": [
              "unused",
              "redeemed",
              "expired"
            ]
          },
          "created_by": {
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
          "redeemed_at": {
            "type": "string",
            "format": "date-time"
          },
          "redeemed_from": {
            "type": "string",
            "description": "Address of whoever used it."
          },
          "refused_redemptions": {
            "type": "integer",
            "description": "How often it was presented when it was no good any more."
          },
          "last_refused_at": {
            "type": "string",
            "format": "date-time"
          },
          "last_refused_from": {
            "type": "string"
          }
        }
      },
      "WorkerCredentialUse": {
        "type": "object",
        "additionalProperties": false,
        "required": [
          "worker_id",
          "form",
          "first_seen",
          "last_seen",
          "count",
          "current",
          "stale"
        ],
        "properties": {
          "worker_id": {
            "type": "string"
          },
          "form": {
            "type": "string",
            "enum": [
              "signed",
              "static"
            ]
          },
          "kind": {
            "type": "string",
            "enum": [
              "shared",
              "worker"
            ],
            "description": "Of a static token: shared by all workers, or the worker's own."
          },
          "key_role": {
            "type": "string",
            "description": "Which key signed, such as `derived(active)`."
          },
          "key_fingerprint": {
            "type": "string",
            "description": "Of the key of the control plane; for a derived key, its master's."
          },
          "signing_key_fingerprint": {
            "type": "string",
            "description": "Of the key that signed the last heartbeat, when this is the current credential."
          },
          "profile": {
            "type": "string",
            "enum": [
              "strict",
              "compatible"
            ],
            "description": "The token profile that the last heartbeat satisfied, when this is the current credential."
          },
          "first_seen": {
            "type": "string",
            "format": "date-time"
          },
          "last_seen": {
            "type": "string",
            "format": "date-time"
          },
          "count": {
            "type": "integer",
            "description": "How often."
          },
          "current": {
            "type": "boolean",
            "description": "The last heartbeat of the worker came with it."
          },
          "stale": {
            "type": "boolean",
            "description": "The worker was not heard of for more than two minutes."
          }
        }
      },
      "WorkerKey": {
        "type": "object",
        "additionalProperties": false,
        "required": [
          "role",
          "fingerprint",
          "role_since",
          "revoked",
          "workers",
          "worker_count",
          "safe_to_remove",
          "why"
        ],
        "properties": {
          "role": {
            "type": "string",
            "description": "`active`, or `verify_only[0]` and so on."
          },
          "fingerprint": {
            "$ref": "#/components/schemas/KeyFingerprint"
          },
          "role_since": {
            "type": "string",
            "format": "date-time",
            "description": "Since when this process has it as active or as verify-only."
          },
          "revoked": {
            "type": "boolean"
          },
          "last_used": {
            "type": "string",
            "format": "date-time",
            "description": "By any worker; absent when it never was."
          },
          "workers": {
            "type": "array",
            "maxItems": 100,
            "items": {
              "type": "string"
            },
            "description": "Workers whose last heartbeat was signed by it or by a key derived from it; 100 at most."
          },
          "worker_count": {
            "type": "integer"
          },
          "safe_to_remove": {
            "type": "boolean"
          },
          "why": {
            "type": "string",
            "description": "What is missing",
            "or why it may go.": null
          }
        }
      },
      "OwnWorkerToken": {
        "type": "object",
        "additionalProperties": false,
        "required": [
          "token",
          "token_id",
          "issued_at",
          "expires_at"
        ],
        "properties": {
          "token": {
            "type": "string",
            "description": "Shown here and never again."
          },
          "token_id": {
            "type": "string"
          },
          "issued_at": {
            "type": "string",
            "format": "date-time"
          },
          "expires_at": {
            "type": "string",
            "format": "date-time"
          }
        }
      },
      "WorkerKeys": {
        "type": "object",
        "additionalProperties": false,
        "required": [
          "checked_at",
          "safe_after",
          "keys"
        ],
        "properties": {
          "checked_at": {
            "type": "string",
            "format": "date-time"
          },
          "safe_after": {
            "type": "string",
            "description": "How long a key must have been unused."
          },
          "keys": {
            "type": "array",
            "items": {
              "$ref": "#/components/schemas/WorkerKey"
            }
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
      "Diagnostics": {
        "type": "object",
        "additionalProperties": false,
        "required": [
          "generated_at",
          "build",
          "process",
          "store",
          "limits",
          "scheduler",
          "rate_limit",
          "workers",
          "sandboxes",
          "settings",
          "tls",
          "audit",
          "redactions"
        ],
        "properties": {
          "generated_at": {
            "type": "string",
            "format": "date-time"
          },
          "build": {
            "type": "object",
            "additionalProperties": false,
            "required": [
              "version",
              "node",
              "platform",
              "arch"
            ],
            "properties": {
              "version": {
                "type": "string"
              },
              "node": {
                "type": "string"
              },
              "platform": {
                "type": "string"
              },
              "arch": {
                "type": "string"
              }
            }
          },
          "process": {
            "type": "object",
            "additionalProperties": false,
            "required": [
              "started_at",
              "uptime",
              "memory"
            ],
            "properties": {
              "started_at": {
                "type": "string",
                "format": "date-time"
              },
              "uptime": {
                "type": "string"
              },
              "memory": {
                "type": "object",
                "additionalProperties": false,
                "required": [
                  "rss_bytes",
                  "heap_total_bytes",
                  "heap_used_bytes",
                  "external_bytes"
                ],
                "properties": {
                  "rss_bytes": {
                    "type": "integer"
                  },
                  "heap_total_bytes": {
                    "type": "integer"
                  },
                  "heap_used_bytes": {
                    "type": "integer"
                  },
                  "external_bytes": {
                    "type": "integer"
                  }
                }
              }
            }
          },
          "store": {
            "type": "object",
            "additionalProperties": false,
            "required": [
              "healthy",
              "latency_ms"
            ],
            "properties": {
              "healthy": {
                "type": "boolean"
              },
              "latency_ms": {
                "type": "number",
                "description": "How long one round trip took; or for how long it was waited."
              },
              "error": {
                "type": "string",
                "enum": [
                  "database_unavailable"
                ]
              }
            }
          },
          "limits": {
            "type": "object",
            "additionalProperties": false,
            "required": [
              "max_sandboxes",
              "max_sandboxes_per_owner",
              "max_ttl",
              "default_exec_timeout",
              "max_exec_timeout",
              "spawn_overflow",
              "spawn_queue_timeout",
              "max_spawn_queue"
            ],
            "properties": {
              "max_sandboxes": {
                "type": "integer",
                "description": "Over the whole fleet; 0 is no limit."
              },
              "max_sandboxes_per_owner": {
                "type": "integer",
                "description": "0 is no limit."
              },
              "max_ttl": {
                "type": "string"
              },
              "default_exec_timeout": {
                "type": "string",
                "description": "0s is `max_exec_timeout`."
              },
              "max_exec_timeout": {
                "type": "string"
              },
              "spawn_overflow": {
                "type": "string",
                "enum": [
                  "reject",
                  "queue"
                ]
              },
              "spawn_queue_timeout": {
                "type": "string"
              },
              "max_spawn_queue": {
                "type": "integer"
              }
            }
          },
          "scheduler": {
            "type": "object",
            "description": "The queue of spawns at this control plane. Its capacity is 0 when there is none.",
            "additionalProperties": false,
            "required": [
              "spawn_queue_depth",
              "spawn_queue_capacity",
              "spawn_queued_total",
              "spawn_dequeued_total",
              "spawn_queue_timeouts_total",
              "spawn_queue_abandoned_total",
              "spawn_queue_full_total",
              "spawn_queue_wait_ms_total",
              "spawn_queue_wait_ms_max"
            ],
            "properties": {
              "spawn_queue_depth": {
                "type": "integer",
                "description": "Spawns that wait now."
              },
              "spawn_queue_capacity": {
                "type": "integer",
                "description": "Spawns that may wait."
              },
              "spawn_queued_total": {
                "type": "integer"
              },
              "spawn_dequeued_total": {
                "type": "integer",
                "description": "Got their place after waiting."
              },
              "spawn_queue_timeouts_total": {
                "type": "integer"
              },
              "spawn_queue_abandoned_total": {
                "type": "integer",
                "description": "Their callers went away."
              },
              "spawn_queue_full_total": {
                "type": "integer",
                "description": "Were not let in."
              },
              "spawn_queue_wait_ms_total": {
                "type": "integer"
              },
              "spawn_queue_wait_ms_max": {
                "type": "integer"
              }
            }
          },
          "rate_limit": {
            "type": "object",
            "additionalProperties": false,
            "required": [
              "enabled",
              "requests_per_minute",
              "burst",
              "key_by",
              "active_buckets",
              "max_buckets",
              "shared",
              "allowed_total",
              "limited_total",
              "evicted_total"
            ],
            "properties": {
              "enabled": {
                "type": "boolean"
              },
              "requests_per_minute": {
                "type": "integer"
              },
              "burst": {
                "type": "integer",
                "description": "The most that a caller may ask at once."
              },
              "key_by": {
                "type": "string",
                "enum": [
                  "owner",
                  "api_key",
                  "ip"
                ]
              },
              "active_buckets": {
                "type": "integer",
                "description": "Callers and addresses that have asked lately."
              },
              "max_buckets": {
                "type": "integer",
                "description": "How many of them are remembered at most."
              },
              "shared": {
                "type": "boolean",
                "description": "Whether all control planes count together at the moment."
              },
              "allowed_total": {
                "type": "integer",
                "description": "Requests that passed since the start."
              },
              "limited_total": {
                "type": "integer",
                "description": "Requests that were refused since the start."
              },
              "evicted_total": {
                "type": "integer",
                "description": "Callers that were forgotten because there were too many."
              }
            }
          },
          "workers": {
            "type": "object",
            "additionalProperties": false,
            "required": [
              "total",
              "online",
              "stale",
              "unhealthy",
              "items"
            ],
            "properties": {
              "total": {
                "type": "integer"
              },
              "online": {
                "type": "integer",
                "description": "Of status online and not stale."
              },
              "stale": {
                "type": "integer",
                "description": "No heartbeat for more than two minutes."
              },
              "unhealthy": {
                "type": "integer",
                "description": "Neither: such as draining."
              },
              "items": {
                "type": "array",
                "description": "The first 100 by id.",
                "items": {
                  "$ref": "#/components/schemas/Worker"
                }
              },
              "error": {
                "type": "string",
                "enum": [
                  "database_unavailable"
                ]
              }
            }
          },
          "sandboxes": {
            "type": "object",
            "additionalProperties": false,
            "required": [
              "total",
              "active",
              "by_state",
              "by_worker"
            ],
            "properties": {
              "total": {
                "type": "integer",
                "description": "All that are not destroyed; at most ten seconds old."
              },
              "active": {
                "type": "integer",
                "description": "All that count against limits."
              },
              "by_state": {
                "type": "object",
                "additionalProperties": {
                  "type": "integer"
                }
              },
              "by_worker": {
                "type": "object",
                "description": "The active ones of at most 100 workers.",
                "additionalProperties": {
                  "type": "integer"
                }
              },
              "error": {
                "type": "string",
                "enum": [
                  "database_unavailable"
                ]
              }
            }
          },
          "settings": {
            "type": "object",
            "additionalProperties": false,
            "required": [
              "generation",
              "loaded_at",
              "restart_required",
              "warnings"
            ],
            "properties": {
              "config_file": {
                "type": "string",
                "description": "Absent when there is none."
              },
              "generation": {
                "type": "integer",
                "description": "Counts the changes since the start."
              },
              "loaded_at": {
                "type": "string",
                "format": "date-time"
              },
              "last_error": {
                "type": "object",
                "description": "Why what is configured now is not in force. Absent when it is.",
                "additionalProperties": false,
                "required": [
                  "at",
                  "problems"
                ],
                "properties": {
                  "at": {
                    "type": "string",
                    "format": "date-time"
                  },
                  "problems": {
                    "type": "array",
                    "items": {
                      "$ref": "#/components/schemas/SettingsProblem"
                    }
                  }
                }
              },
              "restart_required": {
                "type": "array",
                "description": "Settings that have another value now than at the start, and need a restart to be in force.",
                "items": {
                  "type": "string"
                }
              },
              "warnings": {
                "type": "array",
                "items": {
                  "$ref": "#/components/schemas/SettingsProblem"
                }
              }
            }
          },
          "tls": {
            "type": "object",
            "additionalProperties": false,
            "required": [
              "server",
              "workers",
              "certificates",
              "problems"
            ],
            "properties": {
              "server": {
                "type": "boolean",
                "description": "The API is served by https."
              },
              "workers": {
                "type": "boolean",
                "description": "Workers are called by mutual TLS."
              },
              "certificates": {
                "type": "array",
                "description": "Those in force, at most 100.",
                "items": {
                  "type": "object",
                  "additionalProperties": false,
                  "required": [
                    "kind",
                    "file",
                    "not_before",
                    "not_after",
                    "fingerprint_sha256"
                  ],
                  "properties": {
                    "kind": {
                      "type": "string",
                      "description": "What it is for: server, server_client_ca, rpc_client, rpc_ca, syslog_client or syslog_ca."
                    },
                    "file": {
                      "type": "string",
                      "description": "Its name without the directory."
                    },
                    "not_before": {
                      "type": "string",
                      "format": "date-time"
                    },
                    "not_after": {
                      "type": "string",
                      "format": "date-time"
                    },
                    "fingerprint_sha256": {
                      "type": "string"
                    }
                  }
                }
              },
              "problems": {
                "type": "array",
                "description": "Why what the files hold now is not in force. Empty when it is.",
                "items": {
                  "type": "object",
                  "additionalProperties": false,
                  "required": [
                    "kind",
                    "code"
                  ],
                  "properties": {
                    "kind": {
                      "type": "string",
                      "enum": [
                        "server",
                        "rpc_client",
                        "syslog_client"
                      ]
                    },
                    "code": {
                      "type": "string",
                      "pattern": "^[a-z_]+$"
                    }
                  }
                }
              }
            }
          },
          "audit": {
            "type": "object",
            "additionalProperties": false,
            "required": [
              "signed",
              "sinks"
            ],
            "properties": {
              "signed": {
                "type": "boolean",
                "description": "There is a signing key."
              },
              "sinks": {
                "type": "array",
                "description": "Where the audit is sent on to, in the order of `audit.sinks`.",
                "items": {
                  "type": "object",
                  "additionalProperties": false,
                  "required": [
                    "kind",
                    "state",
                    "waiting_records",
                    "lag_seconds",
                    "delivered_total",
                    "failures_total",
                    "missed_total"
                  ],
                  "properties": {
                    "kind": {
                      "type": "string",
                      "enum": [
                        "file",
                        "syslog+udp",
                        "syslog+tcp",
                        "syslog+tls",
                        "syslog+unix"
                      ]
                    },
                    "state": {
                      "type": "string",
                      "enum": [
                        "delivering",
                        "standby",
                        "failing",
                        "unknown"
                      ],
                      "description": "standby: another control plane delivers. unknown: it is not known yet."
                    },
                    "problem": {
                      "type": "string",
                      "description": "Why it is failing. Absent when it is not."
                    },
                    "waiting_records": {
                      "type": "integer",
                      "description": "What it has not had yet; counted at most once in ten seconds."
                    },
                    "lag_seconds": {
                      "type": "number",
                      "description": "How long the oldest of these has waited."
                    },
                    "delivered_total": {
                      "type": "integer",
                      "description": "What this control plane sent."
                    },
                    "failures_total": {
                      "type": "integer",
                      "description": "How often it did not take records."
                    },
                    "missed_total": {
                      "type": "integer",
                      "description": "Records that were gone before it had them."
                    }
                  }
                }
              }
            }
          },
          "redactions": {
            "type": "array",
            "description": "What is left out everywhere in this answer.",
            "items": {
              "type": "string"
            }
          }
        }
      },
      "SettingsProblem": {
        "type": "object",
        "additionalProperties": false,
        "required": [
          "key",
          "message",
          "origin"
        ],
        "properties": {
          "key": {
            "type": "string",
            "description": "Empty when it is not about one setting."
          },
          "message": {
            "type": "string"
          },
          "origin": {
            "type": "string",
            "description": "Where the value comes from; empty when that is not known."
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
