/** The code of each built-in action. */
import type { ActionCall } from './action.ts';
import { downloadArtifact, uploadArtifact } from './artifact-actions.ts';
import { checkout } from './checkout.ts';
import { deploy } from './deploy.ts';
import { setupPython } from './setup-python.ts';

export const ACTIONS: Readonly<Record<string, (call: ActionCall) => Promise<void>>> = {
  'actions/checkout': checkout,
  'actions/setup-python': setupPython,
  'actions/upload-artifact': uploadArtifact,
  'actions/download-artifact': downloadArtifact,
  'fieldleaf/deploy': deploy,
};
