/** Hands bytes to the learner as a download. */
export function saveFile(name: string, bytes: Uint8Array | string): void {
  const url = URL.createObjectURL(new Blob([bytes as BlobPart]));
  const link = Object.assign(document.createElement('a'), { href: url, download: name });
  document.body.append(link);
  link.click();
  link.remove();
  // The browser has taken what it needs once the click is over; some read a moment later.
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
