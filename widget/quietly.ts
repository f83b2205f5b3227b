/** What a browser's store gives, or undefined where it is blocked, full or sandboxed, which all throw. */
export function quietly<T>(use: () => T): T | undefined {
  try {
    return use();
  } catch {
    return undefined;
  }
}
