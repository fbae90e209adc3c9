import { reportKeptMs, type Upload } from './upload.ts';

const linkSeconds = 3_600;

export interface ReportLinks {
  toDownload(key: string, seconds: number, fileName: string): Promise<string>;
}

/** A link to the report of an upload's errors; null without errors, and once the report is no longer kept. */
export async function reportLinkOf(links: ReportLinks, upload: Upload, nowMs: number): Promise<string | null> {
  const { reportKey, finishedAtMs, fileName } = upload;
  if (reportKey === null || finishedAtMs === null || nowMs >= finishedAtMs + reportKeptMs) return null;
  const name = fileName.replace(/\.[^.]*$/, '').replaceAll('/', '_');
  return links.toDownload(reportKey, linkSeconds, `${name}-errors.csv`);
}
