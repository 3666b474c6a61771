package dev.madang.protocol.sctp;

/** What became of a message that was to be sent. */
public enum SendResult {
  /** It is on its way, or waits for its turn. */
  TAKEN,
  /** The buffer is full: ask again when told that there is room. */
  FULL,
  /** Longer than the far end takes. */
  TOO_LONG,
  /** The association, the stream or the channel is over, or about to be. */
  CLOSED
}
