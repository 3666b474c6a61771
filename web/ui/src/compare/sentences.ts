import { inTime, type Figures } from './figures.ts';
import type { LaneName, Workload, WorkloadName } from './kinds.ts';

/**
 * What a report says, in both languages at once: a report that is passed on speaks to whoever reads
 * it. The words are those of the command line; `compare-vectors.json` holds both to the same.
 */
export type Both = { en: string; ko: string };

export const laneWords: Record<LaneName, Both> = {
  udp: same('UDP'),
  tcp: same('TCP'),
  'tcp-model': { en: 'TCP (model)', ko: 'TCP(모형)' },
  websocket: same('WebSocket'),
  socketio: same('Socket.IO (WebSocket)'),
  polling: { en: 'Socket.IO (polling)', ko: 'Socket.IO (폴링)' },
  events: same('Server-Sent Events + POST'),
  channel: { en: 'data channel (reliable)', ko: '데이터 채널(신뢰·순서)' },
  'channel-unordered': { en: 'data channel (unordered)', ko: '데이터 채널(신뢰·무순서)' },
  'channel-lossy': { en: 'data channel (no retransmits)', ko: '데이터 채널(재전송 없음)' },
  'channel-lifetime': { en: 'data channel (100 ms lifetime)', ko: '데이터 채널(수명 100 ms)' },
  media: { en: 'WebRTC media (RTP)', ko: 'WebRTC 미디어 (RTP)' },
};

export const workloadWords: Record<WorkloadName, Both> = {
  chat: { en: 'chat', ko: '채팅' },
  cursor: { en: 'cursor', ko: '커서·게임' },
  voice: { en: 'voice', ko: '음성' },
  video: { en: 'video', ko: '영상' },
  file: { en: 'file', ko: '파일' },
  loaded: { en: 'loaded', ko: '파일 전송 중 커서' },
  connect: { en: 'connect', ko: '연결' },
};

/** In one line, what the workload is. */
export function title(workload: Workload): Both {
  const { en, ko } = workloadWords[workload.name];
  const { size, perSecond, deadline, shape } = workload;
  return shape === 'bulk'
    ? { en: `${en}: 10 MB`, ko: `${ko}: 10 MB` }
    : shape === 'connect'
      ? { en: `${en}: until the first answer`, ko: `${ko}: 첫 응답까지` }
      : {
          en: `${en}: ${size} B, ${perSecond}/s, late after ${deadline} ms`,
          ko: `${ko}: ${size} B, 초당 ${perSecond}개, ${deadline} ms를 넘으면 늦음`,
        };
}

type Found = {
  workload: Workload;
  best: readonly Figures[];
  all: boolean;
  others: readonly Figures[];
  nothingServes: boolean;
};

export function sentence(found: Found): Both {
  return { en: said(found, 'en'), ko: said(found, 'ko') };
}

function said({ workload, best, all, others, nothingServes }: Found, language: keyof Both): string {
  const or = (en: string, ko: string) => (language === 'ko' ? ko : en);
  const list = (of: readonly Figures[]) => {
    const words = of.map(({ lane }) => laneWords[lane][language]);
    return or([words.slice(0, -1).join(', '), words.at(-1)].filter(Boolean).join(' and '), words.join(', '));
  };
  const [first, ...alike] = best;
  const clauses: string[] = [];
  if (first === undefined) {
    clauses.push(or('nothing brought all of it', '모두 온전히 전한 방식이 없어요'));
  } else if (all && alike.length > 0 && !nothingServes) {
    clauses.push(or(`there is no difference between ${list(best)}`, `${list(best)} 방식 사이에 차이가 없어요`));
  } else {
    // The best's own figures, not those of another.
    const { mbps, setup, cdf, p95 } = first;
    const [share, most] = [`${fixed(inTime(first) * 100, 1)} %`, `${workload.deadline} ms`];
    const figures =
      workload.shape === 'bulk'
        ? `${fixed(mbps ?? 0, 0)} Mb/s`
        : workload.shape === 'connect'
          ? `${fixed(setup ?? 0, 0)} ms`
          : or(`${share} within ${most}`, `${most} 안에 ${share}`) + (cdf.length === 0 ? '' : `, p95 ${fixed(p95, 1)} ms`);
    const lane = list([first]);
    clauses.push(
      // None is good, so none is best.
      ...(nothingServes
        ? [or('nothing serves here', '쓸 만한 방식이 없어요'), or(`${lane} comes nearest (${figures})`, `그나마 ${lane} 방식이 기준에 가장 가까워요 (${figures})`)]
        : [or(`${lane} is best (${figures})`, `${lane} 방식이 가장 나아요 (${figures})`)]),
    );
    if (alike.length > 0) {
      clauses.push(or(`${list(alike)} ${alike.length === 1 ? 'is' : 'are'} no different`, `${list(alike)} 방식과는 차이가 없어요`));
    }
  }
  const lucky = others.filter(({ late, lost }) => late + lost === 0);
  if (lucky.length > 0) {
    clauses.push(
      or(
        `${list(lucky)} ${lucky.length === 1 ? 'was quicker, but gives' : 'were quicker, but give'} messages up`,
        `${list(lucky)} 방식은 더 빨랐지만 메시지를 포기하기도 해요`,
      ),
    );
  }
  for (const each of others.filter(({ late, lost }) => late + lost > 0).slice(0, MOST_OTHERS)) {
    const share = (of: number) => {
      const percent = (100 * of) / each.sent;
      return `${fixed(percent, percent < 0.05 ? 2 : 1)} %`;
    };
    // Nothing is said of what is nothing.
    const lost = each.lost > 0 && or(`lost ${share(each.lost)}`, `${share(each.lost)}를 ${each.late > 0 ? '잃고' : '잃었어요'}`);
    const late = each.late > 0 && or(`was late with ${share(each.late)}`, `${share(each.late)}가 늦었어요`);
    clauses.push(`${list([each])} ${or('', '방식은 ')}${[lost, late].filter(Boolean).join(or(' and ', ' '))}`);
  }
  return `${workloadWords[workload.name][language]}: ${clauses.join(or('; ', '. '))}.`;
}

/** Halves go up by the digits that are read, as `String.format` has it; `toFixed` goes by the bits. */
export function fixed(value: number, digits: number): string {
  return Number(`${Math.round(Number(`${value}e${digits}`))}e-${digits}`).toFixed(digits);
}

function same(words: string): Both {
  return { en: words, ko: words };
}

const MOST_OTHERS = 3;
