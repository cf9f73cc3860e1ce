/** Terminal devices are of a running machine, not of the files that are kept. */
export function isDevice(path: string): boolean {
  return path === '/dev' || path.startsWith('/dev/') || path === '/proc' || path.startsWith('/proc/');
}
