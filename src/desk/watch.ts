import type { FileChange, FileSystem } from '../computer/contract.ts';

/** Changes of one moment, told together: files of the repository's folder, and whether the repository itself (`.git`) moved. */
export interface FolderNews {
  readonly changes: readonly FileChange[];
  readonly repository: boolean;
}

/**
 * Watches a folder and tells about changes in batches, at most one a frame, so that a checkout of 700 files is one piece of news.
 * Returns how to stop.
 */
export function watchFolder(files: FileSystem, folder: string, onNews: (news: FolderNews) => void): () => void {
  let changes = new Map<string, FileChange>();
  let repository = false;
  let timer: ReturnType<typeof setTimeout> | null = null;
  const tell = () => {
    timer = null;
    const news = { changes: [...changes.values()], repository };
    changes = new Map();
    repository = false;
    onNews(news);
  };
  const stop = files.onChange((change) => {
    if (change.path !== folder && !change.path.startsWith(`${folder}/`)) return;
    if (change.path.startsWith(`${folder}/.git/`)) repository = true;
    else changes.set(change.path, change);
    timer ??= setTimeout(tell, 16);
  });
  return () => {
    stop();
    if (timer !== null) clearTimeout(timer);
  };
}
