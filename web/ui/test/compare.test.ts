import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { browser, doubts, trust } from '../src/compare/confidence.ts';
import { failed, figures, withDeadline, type Figures } from '../src/compare/figures.ts';
import { carries, lossyLanes, peerLanes, workloadOf, type LaneName, type WorkloadName } from '../src/compare/kinds.ts';
import { head, base64 } from '../src/compare/lanes/lane.ts';
import { tcpModel } from '../src/compare/model.ts';
import { besides, cells, doubtsOf, figuresOf, readReport, results, withFigures, type Report, type Result } from '../src/compare/report.ts';
import { warm } from '../src/compare/run.ts';
import { fixed } from '../src/compare/sentences.ts';
import { ECHO, Tally } from '../src/compare/tally.ts';
import { csv, markdown } from '../src/compare/texts.ts';
import { drawTrain, glance } from '../src/compare/train.ts';
import { verdicts } from '../src/compare/verdict.ts';

type Vector = {
  workload: WorkloadName;
  every: number;
  lanes: { lane: LaneName; delays: (number | null)[]; mbps?: number; setup?: number }[];
  results: Result[];
  verdict: { best: LaneName[]; same: boolean; en: string; ko: string };
};
const vectors = JSON.parse(
  readFileSync(join(import.meta.dirname, '../../../docs/compare-vectors.json'), 'utf8'),
) as Vector[];

function measured({ workload, every, lanes }: Vector): Figures[] {
  return lanes.map(({ lane, delays, mbps, setup }) => {
    const sentAt = delays.map((_, i) => (i * every) / 1000);
    const heardAt = delays.map((delay, i) => (delay === null ? -1 : sentAt[i]! + delay / 1000));
    return {
      ...figures(workloadOf(workload), lane, { sentAt, heardAt }),
      ...(mbps === undefined ? {} : { mbps: Math.round(mbps * 100) / 100 }),
      ...(setup === undefined ? {} : { setup: Math.round(setup * 100) / 100 }),
    };
  });
}

const empty: Report = {
  madang: '0.1.0',
  server: 'http://yard:7700',
  at: '2026-01-02T03:04:05Z',
  seconds: 7,
  partial: false,
  clock: 'one',
  lab: null,
  workloads: [],
  results: [],
  verdicts: [],
};

describe.each(vectors.map((vector, i) => ({ name: `${i}: ${vector.workload}`, vector })))('of the messages $name', ({ vector }) => {
  test('the page has the figures of the command line', () => {
    const found = results(measured(vector).map(({ delays: _, ...each }) => each));
    const order = (a: Result, b: Result) => a.lane.localeCompare(b.lane);
    expect(found.sort(order)).toEqual(vector.results.sort(order));
  });

  test('the page says what the command line says', () => {
    const [verdict] = verdicts(measured(vector));
    expect({
      best: verdict!.best.map(({ lane }) => lane),
      same: verdict!.all && verdict!.best.length > 1,
      ...verdict!.said,
    }).toEqual(vector.verdict);
  });
});

describe('a deadline that is moved', () => {
  const lanes = measured(vectors[0]!);

  test('tells late anew, exactly where each message is known', () => {
    const [first] = lanes;
    expect(withDeadline(first!, 150).late).toBe(first!.late);
    expect(withDeadline(first!, 300).late).toBeLessThan(first!.late);
    expect(withDeadline(first!, 50).late).toBe(first!.sent - first!.lost);
  });

  test('tells late nearly where only percentiles are known', () => {
    for (const each of lanes) {
      const { delays: _, ...known } = each;
      expect(Math.abs(withDeadline(known, 200).late - withDeadline(each, 200).late)).toBeLessThanOrEqual(
        Math.ceil(each.sent / 100) + 1,
      );
    }
  });

  test('changes the verdict, and the report says by which deadline', () => {
    const moved = withFigures(empty, lanes.map((each) => withDeadline(each, 300)));
    expect(moved.workloads[0]!.deadline).toBe(300);
    expect(moved.verdicts[0]!.en).toContain('300 ms');
  });
});

const page = { browser: 'Firefox', bytes: 1, paths: [], own: 0, resolution: 1, doubts: [] };

describe('a report', () => {
  const report = withFigures(empty, measured(vectors[0]!));

  test('is read back as it was written', () => {
    expect(readReport(JSON.stringify(report))).toEqual(report);
    expect(results(figuresOf(report))).toEqual(report.results);
  });

  test('is refused when it is none', () => {
    for (const text of ['', '[]', '{"results":[]}', '{"workloads":[],"results":[{"lane":"smoke","workload":"chat"}]}']) {
      expect(readReport(text)).toBeUndefined();
    }
    expect(readReport(JSON.stringify({ ...report, at: 'not a time' }))).toBeUndefined();
    expect(readReport(JSON.stringify({ ...report, results: [...report.results, report.results[0]] }))).toBeUndefined();
  });

  test('as CSV has a row for each lane, and commas of a reason stay inside it', () => {
    const lines = csv([...figuresOf(report), { ...figuresOf(report)[0]!, failure: '=no, "never"' }]).trim().split('\n');
    expect(lines).toHaveLength(6);
    expect(lines[0]).toBe('workload,lane,sent,late,lost,p50,p95,p95_low,p95_high,p99,jitter,stall,mbps,setup,rpm,cpu,wire,failure');
    expect(lines.some((line) => line.endsWith(',"\'=no, ""never"""'))).toBe(true);
  });

  test('as Markdown has a table and the verdicts', () => {
    const text = markdown(report, figuresOf(report), 'en', (word) => word);
    expect(text).toContain('| lane | p50 | p95 | p99 | late | lost | jitter | stall |\n|---|--:|');
    expect(text).toContain('| WebSocket | 82.');
    expect(text.trimEnd().split('\n').at(-1)).toBe(`- ${report.verdicts[0]!.en}`);
  });

  test('as Markdown says under each table how far to trust it, and why', () => {
    const busy = { ...report, doubts: ['busy' as const], partial: true };
    const text = markdown(busy, figuresOf(report), 'en', (word) => `<${word}>`);
    expect(text).toContain(' |\n\n<confidence>: **<low>** · <stopped> · <busy>\n\n- ');
    expect(markdown(report, figuresOf(report), 'en', (word) => word)).toContain('\n\nconfidence: **high**\n\n- ');
  });

  test('as Markdown shows what others wrote as they wrote it', () => {
    const wrong = { ...report, madang: '0.1|<b>', page: { ...page, browser: 'A `B` [c](d)' } };
    const failure = 'no *way* | \\ <img>\nhere';
    const lines = markdown(wrong, [{ ...figuresOf(report)[0]!, failure }], 'en', (word) => word).split('\n');
    expect(lines[0]).toBe('`madang compare` 0.1\\|\\<b>, 2026-01-02T03:04:05Z, A \\`B\\` \\[c](d)');
    expect(lines).toContain('| WebSocket | — no \\*way\\* \\| \\\\ \\<img> here |  |  |  |  |  |  |');
  });

  test('has nothing of what others wrote that turns the direction, steers or shows nothing', () => {
    const evil = 'a\u202Eb\u2066c\u200Bd\u0007e\u009Bf\u2028g';
    const other = { ...report, madang: evil, page: { ...page, browser: evil, peer: evil }, results: [{ workload: 'cursor', lane: 'websocket', failure: evil }] };
    const read = readReport(JSON.stringify(other))!;
    const here = withFigures(empty, [failed(workloadOf('cursor'), 'websocket', evil + 'x'.repeat(1000))]);
    for (const each of [read, here]) {
      const all = markdown(each, figuresOf(each), 'en', (word) => word) + csv(figuresOf(each));
      expect(all.replaceAll('\n', '') + JSON.stringify(each)).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
      expect(all).toContain('a·b·c·d·e·f·g');
      expect(all.length).toBeLessThan(2000);
    }
  });

  test('names a doubt once, whoever has it and however often', () => {
    const doubtful = { ...report, partial: true, doubts: ['busy' as const], page: { ...page, doubts: ['busy' as const, 'stopped' as const, 'busy' as const] } };
    expect(doubtsOf(doubtful)).toEqual(['stopped', 'busy']);
    expect(doubtsOf(readReport(JSON.stringify(doubtful))!)).toEqual(['stopped', 'busy']);
    expect(doubtsOf(readReport(JSON.stringify({ ...report, doubts: 'busy' }))!)).toEqual([]);
  });

  test('of which a way sent nothing has no verdict on that', () => {
    const [first, ...rest] = figuresOf(report);
    const nothing = { ...first!, sent: 0, late: 0, lost: 0 };
    const { verdicts: [verdict] } = withFigures(report, [nothing, ...rest]);
    expect(verdict!.en + verdict!.ko).not.toMatch(/NaN|WebSocket/);
    expect(withFigures(report, [nothing]).verdicts).toEqual([]);
    expect(cells(nothing).map(({ text }) => text).join()).not.toContain('NaN');
  });

  test('of a file tells its throughput, of a connection its set-up', () => {
    expect(cells(measured(vectors[8]!)[0]!)).toEqual([
      { word: 'throughput', text: '412 Mb/s' },
      { word: 'lost', text: '0' },
    ]);
    expect(cells(measured(vectors[9]!)[0]!)).toEqual([{ word: 'setup', text: '12.4 ms' }]);
  });
});

test('beside a browser’s report stand the newest TCP and UDP of a terminal, and nothing else of it', () => {
  const lane = (name: LaneName, p50: number) => ({ ...measured(vectors[0]!)[0]!, lane: name, p50 });
  const runs = [
    { ...withFigures(empty, [lane('websocket', 1), lane('tcp', 2)]), page },
    withFigures(empty, [lane('websocket', 3), lane('tcp', 4), lane('udp', 5)]),
    withFigures(empty, [lane('tcp', 6)]),
  ];
  expect(besides(runs[0]!, runs).map(({ lane, p50 }) => [lane, p50])).toEqual([['udp', 5], ['tcp', 6]]);
  expect(besides(runs[0]!, runs.slice(0, 1))).toEqual([]);
  expect(besides(runs[1]!, runs)).toEqual([]);
  expect(besides({ ...runs[0]!, page: { ...page, loss: 0.02 } }, runs)).toEqual([]);
});

describe('the model of TCP', () => {
  const every = (count: number, distance: number) => Array.from({ length: count }, (_, i) => i * distance);
  const delays = (sentAt: number[], heardAt: ArrayLike<number>) => sentAt.map((at, i) => Math.round(heardAt[i]! - at));
  /** Chances that lose the nth ones that are asked for. */
  const losing = (...which: number[]) => {
    let asked = 0;
    return () => (which.includes(asked++) ? 0 : 0.99);
  };

  test('takes a round trip where nothing is lost', () => {
    const sent = every(5, 20);
    expect(delays(sent, tcpModel(sent, 40, 0.02, losing()).heardAt)).toEqual([40, 40, 40, 40, 40]);
  });

  test('sends again when what was sent later is acknowledged, and what came meanwhile waits', () => {
    const sent = every(8, 20);
    // The next one's acknowledgement comes at 20 + 40, the window for reordering is over at 50.
    expect(delays(sent, tcpModel(sent, 40, 0.02, losing(0)).heardAt)).toEqual([100, 80, 60, 40, 40, 40, 40, 40]);
  });

  test('waits for the timeout where nothing was sent later, twice as long the second time', () => {
    expect(delays([0], tcpModel([0], 40, 0.02, losing(0)).heardAt)).toEqual([40 + 240]);
    // Of one segment: lost, its acknowledgement, lost again?
    expect(delays([0], tcpModel([0], 40, 0.02, losing(0, 1)).heardAt)).toEqual([40 + 240 + 480]);
  });

  // The command line's is another program, with more rules; it writes these.
  const others = JSON.parse(
    readFileSync(join(import.meta.dirname, '../../../docs/tcp-model-vectors.json'), 'utf8'),
  ) as { rtt: number; loss: number; cdf: number[] }[];
  test.each(others)('is near that of the command line, at $rtt ms and $loss lost', ({ rtt, loss, cdf }) => {
    let seed = 11;
    const random = () => (seed = (seed * 16807) % 2147483647) / 2147483647;
    const own = figures(workloadOf('cursor'), 'tcp-model', tcpModel(every(12_000, 1000 / 60), rtt, loss, random)).cdf;
    // After any delay no more than so many hundredths more or less are back.
    const apart = 5;
    own.forEach((delay, i) => {
      expect(delay, `p${i + 1}`).toBeGreaterThanOrEqual(cdf[Math.max(0, i - apart)]!);
      expect(delay, `p${i + 1}`).toBeLessThanOrEqual(cdf[Math.min(99, i + apart)]! * (i + apart > 98 ? 1.15 : 1));
    });
  });

  test('is no part of a verdict', () => {
    const lanes = measured(vectors[0]!);
    const best = { ...lanes[0]!, lane: 'tcp-model' as const, late: 0, lost: 0, p95: 0 };
    expect(verdicts([best, ...lanes])[0]!.said).toEqual(verdicts(lanes)[0]!.said);
    expect(verdicts([best])).toEqual([]);
  });

  test('loses nothing, gives everything in order, and is later the more is lost', () => {
    let seed = 7;
    const random = () => (seed = (seed * 16807) % 2147483647) / 2147483647;
    const sent = every(2000, 20);
    const late = [0, 0.01, 0.02, 0.05].map((loss) => {
      const { heardAt } = tcpModel(sent, 40, loss, random);
      const heard = Array.from(heardAt);
      expect(heard.every((at, i) => at >= sent[i]! + 40 - 1e-6 && (i === 0 || at >= heard[i - 1]!))).toBe(true);
      return delays(sent, heardAt).filter((delay) => delay > 60).length;
    });
    expect(late[0]).toBe(0);
    expect(late[1]).toBeGreaterThan(0);
    expect(late[2]).toBeGreaterThan(late[1]!);
    expect(late[3]).toBeGreaterThan(late[2]!);
  });
});

test('sound carries a voice and its own beginning; two browsers have channels between them', () => {
  const carried = (['chat', 'cursor', 'voice', 'video', 'file', 'loaded', 'connect'] as const).filter((name) => carries('media', workloadOf(name)));
  expect(carried).toEqual(['voice', 'connect']);
  expect(peerLanes).toEqual(['channel', 'channel-unordered', 'channel-lossy', 'channel-lifetime']);
  expect(lossyLanes).toEqual([...peerLanes, 'media']);
});

test('halves go up by the digits that are read', () => {
  expect([fixed(0.15, 1), fixed(12.25, 1), fixed(2.5, 0), fixed(99.96, 1), fixed(0, 1)]).toEqual(['0.2', '12.3', '3', '100.0', '0.0']);
});

describe('a tally', () => {
  const answerTo = (message: Uint8Array, change: (view: DataView) => void = () => undefined) => {
    const view = new DataView(message.slice().buffer);
    view.setUint8(0, view.getUint8(0) + 0x10);
    change(view);
    return view;
  };

  test('counts an answer once, and only of its own workload', () => {
    const tally = new Tally(workloadOf('chat'));
    const answer = answerTo(tally.next(ECHO, 5));
    tally.answer(answer, 9);
    tally.answer(answer, 10);
    tally.answer(answerTo(tally.next(ECHO, 6), (view) => view.setUint8(1, 3)), 11);
    tally.answer(answerTo(tally.next(ECHO, 7), (view) => view.setUint32(4, 77)), 12);
    tally.answer(new DataView(new ArrayBuffer(3)), 13);
    expect([tally.sent, tally.heard]).toEqual([3, 1]);
    expect([...Array.from(tally.series(0).heardAt)]).toEqual([9, -1, -1]);
    expect(tally.series(5).sentAt).toHaveLength(0);
  });

  test('takes thousands', () => {
    const tally = new Tally(workloadOf('cursor'));
    for (let i = 0; i < 5000; i++) {
      tally.answer(answerTo(tally.next(ECHO, i)), i + 2);
    }
    expect(figures(tally.workload, 'tcp', tally.series(0))).toMatchObject({ sent: 5000, lost: 0, p50: 2, p99: 2, stall: 1 });
    expect(glance(tally, 6000, 1000)).toEqual({ median: 2, late: 0, lost: 0 });
  });

  test('knows when all is back, and when there is room', async () => {
    const tally = new Tally(workloadOf('file'));
    const question = answerTo(tally.next(ECHO, performance.now()));
    expect(await tally.room(1, 0, 5)).toBe(false);
    const room = tally.room(1, 0, 5000);
    tally.answer(question, performance.now());
    expect(await room).toBe(true);
    await tally.settle(5000);
  });

  test('waits for answers that are late, and not for those of what is over', async () => {
    const tally = new Tally(workloadOf('cursor'));
    const late = answerTo(tally.next(ECHO, performance.now()));
    tally.next(ECHO, performance.now());
    let over = false;
    setTimeout(() => tally.answer(late, performance.now()), 60);
    setTimeout(() => (over = true), 120);
    await tally.settle(60_000, () => over);
    expect(tally.heard).toBe(1);
  });
});

describe('a train', () => {
  /** How many shapes of each colour are drawn. */
  const drawn = (tally: Tally, now: number, gone: number) => {
    const found: Record<string, number> = {};
    class Path {
      shapes = 0;
      rect(): void {
        this.shapes++;
      }
      moveTo(): void {
        this.shapes += 0.5;
      }
      lineTo(): void {}
    }
    vi.stubGlobal('Path2D', Path);
    const context = {
      fillStyle: '',
      strokeStyle: '',
      clearRect: () => undefined,
      fillRect: () => undefined,
      fill: ({ shapes }: Path) => (found[context.fillStyle] = shapes),
      stroke: ({ shapes }: Path) => (found[context.strokeStyle] = shapes),
    };
    const inks = { inTime: 'inTime', late: 'late', lost: 'lost', waiting: 'waiting', ground: 'ground' };
    const sight = { from: now - 2000, span: 2000, now, gone };
    drawTrain(context as unknown as CanvasRenderingContext2D, tally, sight, 400, 44, inks);
    return found;
  };
  const answerOf = (message: Uint8Array) => new DataView(message.slice().buffer);

  test('has nothing lost on a way that loses nothing, and what comes at last is late', () => {
    const tally = new Tally(workloadOf('cursor'));
    const answer = answerOf(tally.next(ECHO, 0));
    expect(drawn(tally, 1500, Infinity)).toEqual({ inTime: 0, late: 0, lost: 0, waiting: 1 });
    expect(glance(tally, 1500, Infinity)).toMatchObject({ late: 0, lost: 0 });
    expect(drawn(tally, 1500, 1000)).toEqual({ inTime: 0, late: 0, lost: 1, waiting: 0 });
    tally.answer(answer, 7900);
    expect(drawn(tally, 8000, 1000)).toEqual({ inTime: 0, late: 1, lost: 0, waiting: 0 });
    expect(glance(tally, 8000, 1000)).toMatchObject({ late: 1, lost: 0 });
  });
});

test('the head of a message survives base64', () => {
  const message = new Uint8Array(160).map((_, i) => i);
  expect(new Uint8Array(head(base64(message)).buffer)).toEqual(message.subarray(0, 42));
});

test('the first half second warms up, where there is more than a few', () => {
  expect([warm(workloadOf('chat')), warm(workloadOf('cursor')), warm(workloadOf('video'))]).toEqual([0, 30, 14]);
});

describe('confidence', () => {
  const calm = { stopped: false, hidden: false, own: 1.2, resolution: 0.1 };

  test('is high where much was measured by a page that was at ease', () => {
    expect(trust(doubts(calm), 400)).toEqual({ confidence: 'high', doubts: [] });
  });

  test('is less where little was measured or the device was busy, and least where nobody looked', () => {
    expect(trust(doubts(calm), 14)).toEqual({ confidence: 'medium', doubts: ['few'] });
    expect(trust(doubts({ ...calm, own: 30 }), 400).confidence).toBe('medium');
    expect(trust(doubts({ ...calm, hidden: true }), 400)).toEqual({ confidence: 'low', doubts: ['hidden'] });
  });
});

test('a browser has the name that people know', () => {
  const linux = 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36';
  expect(browser(linux)).toBe('Chromium 156, Linux');
  expect(browser(linux + ' Edg/156.0')).toBe('Edge 156, Linux');
  expect(browser('Mozilla/5.0 (X11; Linux x86_64; rv:153.0) Gecko/20100101 Firefox/153.0')).toBe('Firefox 153, Linux');
  expect(browser('Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/19.0 Mobile/15E148 Safari/604.1')).toBe('Safari 19, iPhone');
  expect(browser('')).toBe('unknown');
});
