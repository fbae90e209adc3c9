import type { ReportLinks } from '../uploads/error-report-link.ts';
import type { Upload } from '../uploads/upload.ts';
import { servedAs } from './judged-file.ts';
import { evidenceKey } from './keep-evidence.ts';

/** Long enough to begin a download; what people agreed to is nobody else's business. */
const linkSeconds = 300;

/** A link to evidence that a consent refers to; null for everything else. */
export async function evidenceLinkOf(links: ReportLinks, upload: Upload): Promise<string | null> {
  const { owner, id, purpose, attachedAtMs, awaitsCopy, format } = upload;
  if (purpose !== 'evidence' || attachedAtMs === null || awaitsCopy) return null;
  if (format !== 'pdf' && format !== 'jpeg' && format !== 'png') throw new Error(`${id} is kept and was never judged`);
  return links.toDownload(evidenceKey(owner, id), linkSeconds, servedAs(id, format));
}
