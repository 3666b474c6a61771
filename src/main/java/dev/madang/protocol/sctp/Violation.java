package dev.madang.protocol.sctp;

import dev.madang.wire.ProtocolException;

/** What ends an association, with the error cause that its ABORT tells. */
final class Violation extends ProtocolException {
  private final SctpClosed reason;
  private final int cause;

  private Violation(SctpClosed reason, int cause, String message) {
    super(message);
    this.reason = reason;
    this.cause = cause;
  }

  static Violation of(String message) {
    return new Violation(SctpClosed.VIOLATION, Chunk.PROTOCOL_VIOLATION, message);
  }

  static Violation of(int cause, String message) {
    return new Violation(SctpClosed.VIOLATION, cause, message);
  }

  static Violation full(String message) {
    return new Violation(SctpClosed.OUT_OF_RESOURCE, Chunk.CAUSE_OUT_OF_RESOURCE, message);
  }

  SctpClosed reason() {
    return reason;
  }

  int errorCause() {
    return cause;
  }
}
