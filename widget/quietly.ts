/** Returns what a browser's store gives, or undefined when it throws because it is blocked, full or sandboxed. */
export function quietly<T>(use: () => T): T | undefined {
  try {
    return use();
  } catch {
    return undefined;
  }
}
