import { reportKeptMs, type Upload } from './upload.ts';

const linkSeconds = 3_600;

/** How a link's object is told to a browser: under which name it is saved, and what it is. */
export interface ServedAs {
  readonly fileName: string;
  readonly contentType: string;
}

export interface ReportLinks {
  toDownload(key: string, seconds: number, as: ServedAs): Promise<string>;
}

export const reportType = 'text/csv; charset=utf-8';

/** A link to the report of an upload's errors; null without errors, and once the report is no longer kept. */
export async function reportLinkOf(links: ReportLinks, upload: Upload, nowMs: number): Promise<string | null> {
  const { reportKey, finishedAtMs, fileName } = upload;
  if (reportKey === null || finishedAtMs === null || nowMs >= finishedAtMs + reportKeptMs) return null;
  const name = fileName.replace(/\.[^.]*$/, '').replaceAll('/', '_');
  return links.toDownload(reportKey, linkSeconds, { fileName: `${name}-errors.csv`, contentType: reportType });
}
