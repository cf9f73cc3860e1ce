/** Expansion may print or run commands: one after the other. */
export async function inOrder<T, U>(list: readonly T[], work: (element: T) => Promise<U>): Promise<U[]> {
  const results: U[] = [];
  for (const element of list) results.push(await work(element));
  return results;
}
