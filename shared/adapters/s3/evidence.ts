import type { EvidenceFiles } from '../../domain/evidence/keep-evidence.ts';
import { createImageFiles } from './images.ts';
import type { Objects } from './objects.ts';

/** Evidence as objects of the bucket. */
export const createEvidenceFiles = (objects: Pick<Objects, 'range' | 'put'>): EvidenceFiles => ({
  read: createImageFiles(objects).read,
  write: (key, bytes, contentType) => objects.put(key, bytes, contentType),
});
