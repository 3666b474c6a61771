/** What arrives and can be shown without a gap. */
const flowing = new WeakSet<MediaStreamTrack>();

export const flows = (track: MediaStreamTrack): boolean => flowing.has(track);

/** Calls back each time this far track begins to flow: its sound, or its first whole picture. */
export function whenItFlows(track: MediaStreamTrack, then: () => void): void {
  const begin = () => {
    if (track.muted || flowing.has(track)) return;
    flowing.add(track);
    then();
  };
  const unmuted = () => {
    if (track.kind === 'audio' || typeof document === 'undefined') return begin();
    // A browser unmutes at the first packet; what is on the screen stays until there is a picture.
    const probe = document.createElement('video');
    probe.muted = probe.playsInline = true;
    probe.onloadeddata = () => {
      probe.srcObject = null;
      begin();
    };
    probe.srcObject = new MediaStream([track]);
    probe.play().catch(() => {});
  };
  track.onunmute = unmuted;
  track.onmute = () => flowing.delete(track);
  if (!track.muted) unmuted();
}
