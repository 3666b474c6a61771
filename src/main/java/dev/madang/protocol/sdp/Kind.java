package dev.madang.protocol.sdp;

/** What a media section carries. */
public enum Kind {
  AUDIO,
  VIDEO,
  /** Data channels over SCTP. */
  DATA,
  /** Something that is always refused. */
  OTHER
}
