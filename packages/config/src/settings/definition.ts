interface Definition<Type extends string, Value> {
  readonly type: Type;
  readonly default: Value;
  readonly doc: string;
  /** The programs that read it. */
  readonly readBy: 'control-plane' | 'worker' | 'both';
  /** It takes effect while the programs run; others need a restart. */
  readonly live?: true;
}

/** What a text must be, beside being a text. */
export type TextFormat =
  | 'http_url'
  | 'origin'
  | 'listen_address'
  | 'host_pattern'
  | 'address_range'
  | 'memory_size'
  | 'cpu_count'
  | 'audit_sink';

/** How one setting is read. `duration` values are texts in files and milliseconds in `Settings`. */
export type SettingDefinition =
  | (Definition<'string', string> & { readonly enum?: readonly string[]; readonly format?: TextFormat })
  | (Definition<'path', string> & { readonly holds?: 'certificates' | 'private_key' | 'token' })
  | (Definition<'integer', number> & {
      readonly min: number;
      readonly max: number;
      /** 0 is allowed below `min`. */
      readonly orZero?: true;
    })
  | Definition<'boolean', boolean>
  | (Definition<'duration', string> & { readonly min?: string; readonly max?: string })
  | (Definition<'strings', readonly string[]> & {
      readonly enum?: readonly string[];
      readonly format?: TextFormat;
    })
  /** Paths of files of rules in files; the rules themselves in `Settings`. */
  | Definition<'policy_files', readonly string[]>
  /** A list of maps, one an issuer. */
  | Definition<'oidc_issuers', readonly never[]>
  | Definition<'strings_by_name', Readonly<Record<string, string>>>
  | Definition<'paths_by_name', Readonly<Record<string, string>>>
  | (Definition<'secret', undefined> & {
      /** It is kept as a secret is, and may be read by all. */
      readonly isPublic?: true;
      /** It is made of lines. */
      readonly isPem?: true;
    })
  | Definition<'secrets', undefined>
  | Definition<'secrets_by_name', undefined>;

export type SettingDefinitions = Readonly<Record<string, SettingDefinition>>;
