/** A result as text, for other programs and other people. Loaded with the first result that is shown. */
import type { Confidence, Doubt } from './confidence.ts';
import type { Figures } from './figures.ts';
import { cells, sorted, trusted, type Report, type Word } from './report.ts';
import { laneWords, title, type Both } from './sentences.ts';

const COLUMNS = [
  'sent',
  'late',
  'lost',
  'p50',
  'p95',
  'p95_low',
  'p95_high',
  'p99',
  'jitter',
  'stall',
  'mbps',
  'setup',
  'rpm',
  'cpu',
  'wire',
] as const;

export function csv(figures: readonly Figures[]): string {
  const rows = sorted(figures).map((each) => {
    const { workload, lane, failure, p95Interval } = each;
    const values = { ...each, p95_low: p95Interval[0], p95_high: p95Interval[1] };
    const cells = COLUMNS.map((name) => (failure === undefined ? (values[name] ?? '') : ''));
    const why = failure === undefined ? '' : `"${failure.replace(/^[=+@\t\r-]/, "'$&").replaceAll('"', '""').replaceAll('\n', ' ')}"`;
    return [workload.name, lane, ...cells, why].join(',');
  });
  return [['workload', 'lane', ...COLUMNS, 'failure'].join(','), ...rows].join('\n') + '\n';
}

/** For an issue or a chat: the tables, how far to trust them, and the verdicts. `word` has the words. */
export function markdown(
  report: Report,
  figures: readonly Figures[],
  language: keyof Both,
  word: (of: Word | 'lane' | 'confidence' | Confidence | Doubt) => string,
): string {
  const parts = [`\`madang compare\` ${literal(`${report.madang}, ${report.at}, ${report.page?.browser ?? report.server}`)}`];
  for (const { name } of report.workloads) {
    const rows = sorted(figures).filter(({ workload }) => workload.name === name);
    const worked = rows.find(({ failure }) => failure === undefined) ?? rows[0]!;
    const words = cells(worked).map((cell) => word(cell.word));
    parts.push(
      `**${title(rows[0]!.workload)[language]}**`,
      [
        `| ${[word('lane'), ...words].join(' | ')} |`,
        `|---${'|--:'.repeat(words.length)}|`,
        ...rows.map((each) => {
          const texts = each.failure === undefined ? cells(each).map(({ text }) => text) : [`— ${literal(each.failure)}`];
          const filled = words.map((_, i) => texts[i] ?? '');
          return `| ${[laneWords[each.lane][language], ...filled].join(' | ')} |`;
        }),
      ].join('\n'),
    );
    const { confidence, doubts } = trusted(report, rows);
    parts.push([`${word('confidence')}: **${word(confidence)}**`, ...doubts.map(word)].join(' · '));
  }
  parts.push(report.verdicts.map((verdict) => `- ${verdict[language]}`).join('\n'));
  return parts.join('\n\n') + '\n';
}

/** As Markdown shows it, whoever wrote it: no markup, no link, no other column. */
function literal(words: string): string {
  return words.replace(/[\\`*<[|]/g, '\\$&').replace(/\s+/g, ' ');
}
