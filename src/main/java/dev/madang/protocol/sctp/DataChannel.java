package dev.madang.protocol.sctp;

/// One data channel of [DataChannels], by which it is opened, written to and closed.
///
/// ```
///   OPENING ── ACK ──► OPEN ── close(), or the far end's reset ──► CLOSING ── both reset ──► CLOSED
/// ```
public final class DataChannel {
  public enum State {
    /** The far end did not answer yet. Messages are taken already. */
    OPENING,
    OPEN,
    CLOSING,
    CLOSED
  }

  private final int id;
  private final String label;
  private final String protocol;
  private final Delivery delivery;
  private final Delivery early;
  private final boolean negotiated;
  private State state = State.OPENING;

  /** The far end sends nothing more on it. */
  boolean incomingReset;

  /** The far end knows that we do not either. */
  boolean outgoingReset;

  DataChannel(int id, String label, String protocol, Delivery delivery, boolean negotiated) {
    this.id = id;
    this.label = label;
    this.protocol = protocol;
    this.delivery = delivery;
    this.negotiated = negotiated;
    this.early = new Delivery(true, delivery.maxRetransmits(), delivery.lifetime());
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

  /** Whether messages may be sent. */
  public boolean isWritable() {
    return state == State.OPENING || state == State.OPEN;
  }

  void state(State state) {
    this.state = state;
  }

  /// RFC 8832 §6: until the ACK is there, "all messages of that data channel" are sent ordered,
  /// lest one overtake the OPEN.
  Delivery currentDelivery() {
    return state == State.OPENING ? early : delivery;
  }

  @Override
  public String toString() {
    return "channel " + id + " \"" + label + "\", " + state;
  }
}
