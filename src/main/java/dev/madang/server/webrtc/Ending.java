package dev.madang.server.webrtc;

/// Why a transport is over.
public enum Ending {
  CLOSED("We closed the connection."),
  NEVER_CAME("Nobody came by any of the addresses that were told, in time."),
  NO_HANDSHAKE("The far end was there, but no encryption was agreed on in time."),
  SILENT("The far end has not been heard for thirty seconds."),
  LEFT("The far end said goodbye."),
  BROKE_THE_RULES("The far end broke its protocol."),
  SLOW("The far end reads too slowly."),
  OUR_FAULT("The server made a mistake; its log says which.");

  private final String sentence;

  Ending(String sentence) {
    this.sentence = sentence;
  }

  /// For people.
  public String sentence() {
    return sentence;
  }
}
