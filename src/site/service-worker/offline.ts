/** Placeholder until the worker stands. */
export async function prepareOffline(_base: string): Promise<'reloading' | 'ready'> {
  return 'ready';
}
