import { fileSize } from '../format.ts';
import { saveFile } from '../parts/save-file.ts';
import type { Workbench } from '../state.svelte.ts';

type Exported = { readonly name: string; readonly bytes: Uint8Array };

async function exportAs(workbench: Workbench, what: () => Promise<Exported>): Promise<string> {
  try {
    await workbench.files.writeAll();
    const { name, bytes } = await what();
    saveFile(name, bytes);
    return `${name}, ${fileSize(bytes.length)}, is among your downloads.`;
  } catch (error) {
    return `It could not be exported: ${error instanceof Error ? error.message : String(error)}`;
  }
}

/** Downloads the whole world as one file; gives the sentence that says so. */
export function exportWorld(workbench: Workbench): Promise<string> {
  return exportAs(workbench, () => workbench.client.exportWorld());
}

/** Downloads the repository as a git bundle; gives the sentence that says so. */
export function exportRepository(workbench: Workbench): Promise<string> {
  return exportAs(workbench, () => workbench.client.exportRepository());
}

/** Downloads a folder as a zip; gives the sentence that says so. */
export function exportFolder(workbench: Workbench, path: string): Promise<string> {
  return exportAs(workbench, () => workbench.client.exportFolder(path));
}

/** Downloads stored work that could not be read; the message about it goes once that is done. */
export async function exportSetAside(workbench: Workbench): Promise<void> {
  try {
    const { name, bytes } = await workbench.client.exportSetAside();
    saveFile(name, bytes);
    workbench.setAside = null;
    workbench.toast('success', `${name}, ${fileSize(bytes.length)}, is among your downloads.`);
  } catch (error) {
    workbench.fault('What was set aside could not be exported', error);
  }
}
