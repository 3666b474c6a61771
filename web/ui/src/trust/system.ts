export type System = 'windows' | 'macos' | 'ios' | 'android' | 'linux' | 'firefox';

/** Which steps to unfold first; a guess that costs nothing when wrong. */
export function system(agent: string, touchPoints: number): System {
  if (/iPhone|iPad|iPod/.test(agent) || (/Macintosh/.test(agent) && touchPoints > 1)) {
    return 'ios';
  }
  if (/Android/.test(agent)) {
    return 'android';
  }
  if (/Firefox\//.test(agent)) {
    return 'firefox';
  }
  if (/Windows/.test(agent)) {
    return 'windows';
  }
  return /Macintosh|Mac OS X/.test(agent) ? 'macos' : 'linux';
}
