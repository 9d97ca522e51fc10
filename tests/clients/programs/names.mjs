// What an error is known by: its class, and the code of what is behind it.
export function nameOf(error) {
  const name = error instanceof DOMException ? error.name : error.constructor.name;
  for (let each = error; each; each = each.cause) {
    if (typeof each.code === 'string') return `${name} (${each.code})`;
  }
  return name;
}
