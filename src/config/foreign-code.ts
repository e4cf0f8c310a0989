const foreign = /^envoy\.extensions\.filters\.(?:http|network)\.(?:lua|wasm|golang|dynamic_modules)\./;

/** Whether a type runs a filter that somebody wrote in a language other than ours. */
export function isForeignCode(typeName: string): boolean {
  return foreign.test(typeName);
}

/** What to do instead. */
export const foreignCodeHint =
  'filters in Lua, Wasm, Go or shared objects do not run here; write it in TypeScript, docs/extending.md shows how';
