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
  const korean = language === 'ko';
  const name = workloadWords[workload.name][language];
  const lanes = best.map(({ lane }) => laneWords[lane][language]).join(', ');
  const first =
    best.length === 0
      ? korean
        ? `${name}: 모두 온전히 전한 방식이 없습니다`
        : `${name}: nothing brought all of it`
      : nothingServes
        ? korean
          ? `${name}: 쓸 만한 방식이 없습니다. 가장 나은 것은 ${lanes}${why(workload, best, true)}`
          : `${name}: nothing serves here; the best is ${lanes}${why(workload, best, false)}`
        : all && best.length > 1
          ? korean
            ? `${name}: 차이가 없습니다 (${lanes})`
            : `${name}: no difference (${lanes})`
          : `${name}: ${lanes}${why(workload, best, korean)}`;
  const rest = others.slice(0, MOST_OTHERS).map((each) => shortcoming(each, language));
  return [first, ...rest].join('; ') + '.';
}

function why(workload: Workload, best: readonly Figures[], korean: boolean): string {
  const one = best.reduce((least, each) => (inTime(each) < inTime(least) ? each : least));
  switch (workload.shape) {
    case 'bulk':
      return ` (${fixed(one.mbps ?? 0, 0)} Mb/s)`;
    case 'connect':
      return ` (${fixed(one.setup ?? 0, 0)} ms)`;
    default: {
      const share = fixed(inTime(one) * 100, 1);
      return korean
        ? ` (${share} %가 ${workload.deadline} ms 안에 도착)`
        : ` (${share} % within ${workload.deadline} ms)`;
    }
  }
}

function shortcoming({ lane, late, lost, sent }: Figures, language: keyof Both): string {
  const name = laneWords[lane][language];
  const [tooLate, gone] = [fixed((100 * late) / sent, 1), fixed((100 * lost) / sent, 1)];
  if (lost === 0) {
    return language === 'ko'
      ? `${name}: 잃은 것은 없지만 ${tooLate} %가 늦었습니다`
      : `${name} loses nothing, but ${tooLate} % came too late`;
  }
  return language === 'ko'
    ? `${name}: ${gone} %를 잃고 ${tooLate} %가 늦었습니다`
    : `${name} loses ${gone} %, and ${tooLate} % came too late`;
}

/** Halves go up by the digits that are read, as `String.format` has it; `toFixed` goes by the bits. */
export function fixed(value: number, digits: number): string {
  return Number(`${Math.round(Number(`${value}e${digits}`))}e-${digits}`).toFixed(digits);
}

function same(words: string): Both {
  return { en: words, ko: words };
}

const MOST_OTHERS = 3;
