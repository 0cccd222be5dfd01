// What a key may be good for, and what an operation may ask of one.

/** No scope includes another: a key has those it names. */
export const SCOPES = ["read", "hold", "stock", "admin"] as const;
export type Scope = (typeof SCOPES)[number];

/**
 * `open` needs no key ever; `public read` none unless PUBLIC_READS says otherwise, and then `read`; `any`
 * takes any key; a scope needs a key that has it.
 */
export type Access = Scope | "open" | "public read" | "any";
