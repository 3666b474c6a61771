package dev.madang.protocol.sctp;

/** Why an association is over. */
public enum SctpClosed {
  /** Both sides agreed, everything sent before has arrived. */
  SHUTDOWN,
  /** We broke it off. */
  ABORTED,
  /** The far end broke it off. */
  ABORTED_BY_PEER,
  /** The far end broke the rules, and was told so. */
  VIOLATION,
  /** The far end filled the memory it may use, and was told so. */
  OUT_OF_RESOURCE,
  /** The far end did not answer for too long. */
  TIMEOUT
}
