import type { UploadId } from '../../contracts/ids.ts';
import type { EvidenceFormat } from './check-evidence.ts';

/** What a file is called and served as once it was judged: by what it was found to be, never by what its owner says. */

export const contentTypes: Readonly<Record<EvidenceFormat, string>> = {
  pdf: 'application/pdf',
  jpeg: 'image/jpeg',
  png: 'image/png',
};

const endings: Readonly<Record<EvidenceFormat, string>> = { pdf: 'pdf', jpeg: 'jpg', png: 'png' };

/** What a link to it answers with. Its owner's name for it could be of a program, or deceive whoever looks at it. */
export const servedAs = (id: UploadId, format: EvidenceFormat) => ({
  fileName: `${id}.${endings[format]}`,
  contentType: contentTypes[format],
});
