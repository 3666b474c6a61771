/** Offers or answers those that match before all others, or, with `only`, no others. */
export function prefer(place: RTCRtpTransceiver, match: RegExp, only = false): void {
  const codecs = globalThis.RTCRtpSender?.getCapabilities?.(place.receiver.track.kind)?.codecs;
  const wanted = codecs?.filter(({ mimeType }) => match.test(mimeType));
  if (!codecs || !wanted?.length || !place.setCodecPreferences) return;
  place.setCodecPreferences(only ? wanted : [...wanted, ...codecs.filter((codec) => !wanted.includes(codec))]);
}

/** What every browser can make several sizes of, and every other can read. */
export const VP8 = /\/vp8$/i;
export const VP8_REPEATED = /\/(vp8|rtx)$/i;
export const OPUS = /\/opus$/i;
