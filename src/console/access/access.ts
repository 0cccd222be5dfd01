// What the key of this tab may do. Nobody is asked where no keys are used; where they are, a door says it when
// it is knocked at with an empty hand: who may not come in hears that before anything else.
import { access, send } from "../api.ts";
import { changed } from "../screen.ts";

export type Scope = "hold" | "stock";

const DOORS: Record<Scope, string> = { hold: "/hold", stock: "/adjust" };
const mayNot = new Set<Scope>();
let isAdmin = false;

/** Whether this is a key that may do everything; where no keys are used, nobody has one. */
export const hasAdminKey = () => isAdmin;

/** Whether it may, as far as is known. */
export function may(scope: Scope): boolean {
  return !mayNot.has(scope) && !access.isWanted;
}

export async function readAccess(): Promise<void> {
  isAdmin = false;
  mayNot.clear();
  const { key } = access;
  if (!key) return;
  for (const scope of Object.keys(DOORS) as Scope[]) {
    const { status } = await send("POST", DOORS[scope], {}, { isQuiet: true });
    if (access.key !== key) return; // somebody else asks by now
    if (status === 401 || status === 403) mayNot.add(scope);
    else mayNot.delete(scope);
  }
  const { ok, body } = await send("GET", "/ready", undefined, { isQuiet: true });
  if (access.key === key) isAdmin = ok && body.role !== undefined; // told to such a key alone
  changed();
}
