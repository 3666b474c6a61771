import type { About } from '../parts/about.ts';
import type { Key } from '../words/words.svelte.ts';

export type Mark = 'pass' | 'warn' | 'fail' | 'skip';
/** What was found: its words, and figures to put into them. */
export type Finding = { mark: Mark; why: Key; figures?: Record<string, string | number> };
export type Check = { name: Key; look: () => Promise<Finding> };

const PATIENCE = 8000;
/** A browser asks a relay several times before it gives up and says so. */
const RELAY_PATIENCE = 15_000;

/** Every check, in the order in which they are read: what the later ones need comes first. */
export function checks(server: About): Check[] {
  const port = location.port || (location.protocol === 'https:' ? '443' : '80');
  const relay = (transport: 'udp' | 'tcp' | 'tls') => {
    const at = `${location.hostname}:${transport === 'udp' ? server.udp : port}`;
    return transport === 'tls' ? `turns:${at}?transport=tcp` : `turn:${at}?transport=${transport}`;
  };
  const all: Check[] = [
    { name: 'check.secure', look: () => secure() },
    { name: 'check.polling', look: polling },
    { name: 'check.websocket', look: webSocket },
    { name: 'check.webrtc', look: webRtc },
  ];
  if (server.udp === 0) {
    all.push({ name: 'check.udp', look: async () => ({ mark: 'fail', why: 'check.udpNone' }) });
  } else if (server.udp !== undefined && !server.turn) {
    all.push({ name: 'check.udp', look: async () => ({ mark: 'warn', why: 'check.turnNone' }) });
  } else if (server.udp !== undefined) {
    all.push({ name: 'check.udp', look: () => relayed(relay('udp'), 'check.udpNo', { port: String(server.udp) }) });
    all.push({ name: 'check.tcp', look: () => relayed(relay('tcp'), 'check.tcpNo', { port }) });
    if (server.tls) {
      all.push({ name: 'check.tls', look: () => relayed(relay('tls'), 'check.tlsNo', { port }) });
    }
  }
  return [
    ...all,
    { name: 'check.microphone', look: () => device('audioinput') },
    { name: 'check.camera', look: () => device('videoinput') },
    { name: 'check.screen', look: screen },
    { name: 'check.codecs', look: codecs },
    { name: 'check.sealed', look: sealed },
  ];
}

async function secure(): Promise<Finding> {
  return isSecureContext ? { mark: 'pass', why: 'check.secureYes' } : { mark: 'warn', why: 'check.secureNo' };
}

async function polling(): Promise<Finding> {
  const before = performance.now();
  try {
    const answer = await fetch('/socket.io/?EIO=4&transport=polling', { cache: 'no-store', signal: AbortSignal.timeout(PATIENCE) });
    return answer.ok && (await answer.text()).startsWith('0{')
      ? took(before)
      : { mark: 'fail', why: 'check.pollingOther', figures: { status: answer.status } };
  } catch {
    return { mark: 'fail', why: 'check.pollingNo' };
  }
}

function webSocket(): Promise<Finding> {
  const before = performance.now();
  return within({ mark: 'warn', why: 'check.websocketNo' }, PATIENCE, (found) => {
    const socket = new WebSocket(`${location.origin.replace(/^http/, 'ws')}/socket.io/?EIO=4&transport=websocket`);
    socket.onmessage = () => found(took(before));
    socket.onerror = () => found({ mark: 'warn', why: 'check.websocketNo' });
    return () => socket.close();
  });
}

/** Two connections of this page meet each other: no server, no network beyond this device. */
function webRtc(): Promise<Finding> {
  if (globalThis.RTCPeerConnection === undefined) {
    return Promise.resolve({ mark: 'fail', why: 'check.webrtcNone' });
  }
  const before = performance.now();
  return within({ mark: 'fail', why: 'check.webrtcNo' }, PATIENCE, (found) => {
    const [one, other] = [new RTCPeerConnection(), new RTCPeerConnection()];
    one.onicecandidate = ({ candidate }) => void other.addIceCandidate(candidate ?? undefined).catch(() => undefined);
    other.onicecandidate = ({ candidate }) => void one.addIceCandidate(candidate ?? undefined).catch(() => undefined);
    one.createDataChannel('check').onopen = () => found(took(before));
    void (async () => {
      await one.setLocalDescription();
      await other.setRemoteDescription(one.localDescription!);
      await other.setLocalDescription();
      await one.setRemoteDescription(other.localDescription!);
    })().catch(() => found({ mark: 'fail', why: 'check.webrtcNo' }));
    return () => [one, other].forEach((each) => each.close());
  });
}

/**
 * Whether the server's relay is reached on one way. A stranger is asked who they are (RFC 8656 section
 * 7.2): the browser tells of that refusal, and so that there was an answer.
 */
function relayed(urls: string, no: Key, figures: Record<string, string | number>): Promise<Finding> {
  if (globalThis.RTCPeerConnection === undefined) {
    return Promise.resolve({ mark: 'skip', why: 'check.webrtcNone' });
  }
  const before = performance.now();
  const silence: Finding = { mark: 'warn', why: no, figures };
  return within(silence, RELAY_PATIENCE, (found) => {
    const path = new RTCPeerConnection({
      iceServers: [{ urls, username: 'check', credential: 'check' }],
      iceTransportPolicy: 'relay',
    });
    let told = false;
    path.onicecandidateerror = (event) => {
      const { errorCode } = event as RTCPeerConnectionIceErrorEvent;
      told = true;
      // 701 is the browser's own: no answer on this of perhaps several addresses of this device.
      if (errorCode >= 300 && errorCode < 700) {
        found(took(before));
      }
    };
    path.onicegatheringstatechange = () => {
      if (path.iceGatheringState === 'complete') {
        found(told ? silence : { mark: 'skip', why: 'check.untold' });
      }
    };
    path.createDataChannel('check');
    void path.setLocalDescription();
    return () => path.close();
  });
}

async function device(kind: 'audioinput' | 'videoinput'): Promise<Finding> {
  if (navigator.mediaDevices === undefined) {
    return { mark: 'skip', why: 'check.deviceInsecure' };
  }
  const name = (kind === 'audioinput' ? 'microphone' : 'camera') as PermissionName;
  const permission = await navigator.permissions?.query({ name }).catch(() => undefined);
  if (permission?.state === 'denied') {
    return { mark: 'warn', why: 'check.deviceRefused' };
  }
  const there = (await navigator.mediaDevices.enumerateDevices()).some((each) => each.kind === kind);
  return !there
    ? { mark: 'warn', why: kind === 'audioinput' ? 'check.microphoneNone' : 'check.cameraNone' }
    : { mark: 'pass', why: permission?.state === 'granted' ? 'check.deviceAllowed' : 'check.deviceThere' };
}

async function screen(): Promise<Finding> {
  return navigator.mediaDevices === undefined
    ? { mark: 'skip', why: 'check.deviceInsecure' }
    : 'getDisplayMedia' in navigator.mediaDevices
      ? { mark: 'pass', why: 'check.screenYes' }
      : { mark: 'warn', why: 'check.screenNo' };
}

async function codecs(): Promise<Finding> {
  const names = ['video', 'audio'].flatMap((kind) =>
    (globalThis.RTCRtpSender?.getCapabilities?.(kind)?.codecs ?? []).map(({ mimeType }) => mimeType.split('/')[1]!),
  );
  const known = ['VP8', 'H264', 'VP9', 'AV1', 'opus'].filter((name) => names.some((one) => one.toLowerCase() === name.toLowerCase()));
  const figures = { names: known.map((name) => (name === 'opus' ? 'Opus' : name)).join(', ') };
  return known.includes('opus') && (known.includes('VP8') || known.includes('H264'))
    ? { mark: 'pass', why: 'check.codecsYes', figures }
    : { mark: 'fail', why: 'check.codecsNo', figures };
}

async function sealed(): Promise<Finding> {
  const can =
    isSecureContext &&
    ('RTCRtpScriptTransform' in globalThis ||
      (globalThis.RTCRtpSender !== undefined && 'createEncodedStreams' in RTCRtpSender.prototype));
  return can ? { mark: 'pass', why: 'check.sealedYes' } : { mark: 'warn', why: isSecureContext ? 'check.sealedNo' : 'check.sealedInsecure' };
}

function took(before: number): Finding {
  return { mark: 'pass', why: 'check.took', figures: { ms: Math.round(performance.now() - before) } };
}

/** Waits for the first word, so long; cleans up in any case. */
function within(silence: Finding, milliseconds: number, begin: (found: (what: Finding) => void) => () => void): Promise<Finding> {
  return new Promise((resolve) => {
    let end: (() => void) | undefined;
    let over = false;
    const found = (what: Finding) => {
      over = true;
      clearTimeout(patience);
      resolve(what);
      end?.();
    };
    const patience = setTimeout(() => found(silence), milliseconds);
    end = begin(found);
    if (over) {
      end();
    }
  });
}
