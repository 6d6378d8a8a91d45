export function entries(): Readonly<Record<string, string>>;
