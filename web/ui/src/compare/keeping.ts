import { keep, kept } from '../parts/kept.ts';
import type { Key } from '../words/words.svelte.ts';
import { readReport, type Report } from './report.ts';

/** Results that stay on the server; this browser knows the keys of those that it kept. */
const PLACE = '/api/compare/results';
/** Bytes that the server takes of one report. */
const MOST = 128 * 1024;

/** Keeps a report and says where; or why it is not kept. */
export async function keepReport(report: Report): Promise<{ link: string } | Key> {
  try {
    const granted = await fetch('/api/compare', { method: 'POST' });
    if (!granted.ok) {
      return granted.status === 429 ? 'compare.tooMany' : 'compare.failed';
    }
    const { grant } = (await granted.json()) as { grant: string };
    const answer = await fetch(`${PLACE}?grant=${grant}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: slim(report),
    });
    void fetch(`/api/compare?grant=${grant}`, { method: 'DELETE' }).catch(() => undefined);
    if (answer.status !== 201) {
      return answer.status === 507 ? 'compare.full' : 'compare.failed';
    }
    const { id, key } = (await answer.json()) as { id: string; key: string };
    keep('results', { ...keys(), [id]: key });
    return { link: `${location.origin}/compare/${id}` };
  } catch {
    return 'compare.failed';
  }
}

/** Without the single messages where they are too many: the curves stay. */
export function slim(report: Report): string {
  const whole = JSON.stringify(report);
  if (new Blob([whole]).size <= MOST) {
    return whole;
  }
  return JSON.stringify({
    ...report,
    results: report.results.map((result) => ({ ...result, delays: undefined })),
  });
}

export async function readKept(id: string): Promise<Report[] | Key> {
  try {
    const answer = await fetch(`${PLACE}/${id}`);
    if (!answer.ok) {
      return answer.status === 404 ? 'compare.noResult' : 'compare.failed';
    }
    const { runs } = (await answer.json()) as { runs: unknown[] };
    const read = runs.map((run) => readReport(JSON.stringify(run))).filter((run) => run !== undefined);
    return read.length > 0 ? read : 'compare.noResult';
  } catch {
    return 'compare.failed';
  }
}

export async function remove(id: string, key: string): Promise<boolean> {
  try {
    const headers = { authorization: `Bearer ${key}` };
    const { status } = await fetch(`${PLACE}/${id}`, { method: 'DELETE', headers });
    return status === 204 || status === 404;
  } catch {
    return false;
  }
}

export function keyOf(id: string): string | undefined {
  return keys()[id];
}

export function forgetResult(id: string): void {
  const { [id]: _, ...others } = keys();
  keep('results', others);
}

function keys(): Record<string, string> {
  return kept<Record<string, string>>('results', {});
}
