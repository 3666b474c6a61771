package dev.madang.protocol.sdp;

import dev.madang.wire.ProtocolException;

/// The SCTP association of data channels (RFC 8841).
///
/// @param port 1 to 65535
/// @param maxMessageSize the longest message that its writer takes, in bytes; 0 = any
public record SctpDescription(int port, long maxMessageSize) {
  public SctpDescription {
    if (port < 1 || port > 0xFFFF || maxMessageSize < 0) {
      throw new ProtocolException(
          "SCTP port " + port + " for messages of " + maxMessageSize + " bytes");
    }
  }

  /** RFC 8841 §6.1: "The default value … is 64K". */
  static final long USUAL_SIZE = 65_536;
}
