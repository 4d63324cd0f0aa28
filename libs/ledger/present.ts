type Present<T> = { readonly [Key in keyof T]: Exclude<T[Key], null> };

/** The fields that say something. A fact holds no nulls: what was not said is not there. */
export function present<T extends object>(fields: T): Present<T> {
  const kept: Partial<Record<keyof T, unknown>> = {};
  for (const key in fields) if (fields[key] !== undefined && fields[key] !== null) kept[key] = fields[key];
  return kept as Present<T>;
}

/** `fields` with what `changes` says in their place: undefined leaves a field as it is, null takes it away. */
export function changed<T extends object>(
  fields: T,
  changes: { readonly [Key in keyof T]?: T[Key] | null | undefined },
): T {
  const next: { [Key in keyof T]?: T[Key] | null } = { ...fields };
  for (const key in changes) if (changes[key] !== undefined) next[key] = changes[key];
  return present(next) as T;
}
