package dev.madang.protocol.sctp;

/// One data channel of [DataChannels], by which it is opened, written to and closed.
///
/// ```
///   OPENING ── ACK ──► OPEN ── close(), or the far end's reset ──► CLOSING ── both reset ──► CLOSED
/// ```
public final class DataChannel {
  public enum State {
    /** Announced; the far end did not answer yet. Messages are taken already. */
    OPENING,
    OPEN,
    CLOSING,
    CLOSED
  }

  private final int id;
  private final String label;
  private final String protocol;
  private final Delivery delivery;
  private final boolean negotiated;
  private State state;

  DataChannel(
      int id, String label, String protocol, Delivery delivery, boolean negotiated, State state) {
    this.id = id;
    this.label = label;
    this.protocol = protocol;
    this.delivery = delivery;
    this.negotiated = negotiated;
    this.state = state;
  }

  /** The stream, the same in both directions. */
  public int id() {
    return id;
  }

  public String label() {
    return label;
  }

  public String protocol() {
    return protocol;
  }

  public Delivery delivery() {
    return delivery;
  }

  /** Whether both sides knew of it without a word on the wire. */
  public boolean negotiated() {
    return negotiated;
  }

  public State state() {
    return state;
  }

  void state(State state) {
    this.state = state;
  }

  @Override
  public String toString() {
    return "channel " + id + " \"" + label + "\", " + state;
  }
}
