package dev.madang.protocol.sctp;

import java.util.ArrayDeque;

/** One of the streams that we send on. */
final class OutgoingStream {
  final int id;
  final ArrayDeque<OutgoingMessage> queue = new ArrayDeque<>();

  /** Bytes not yet cut into chunks. */
  int buffered;

  int lowThreshold;

  /** Whether to tell when [#buffered] has fallen to the threshold. */
  boolean watched;

  /** Whether a message was refused for lack of room. */
  boolean refused;

  /** Whether it has its place in the turns of [SendQueue]. */
  boolean waiting;

  /** Whether it is to be reset: nothing more is taken. */
  boolean resetting;

  int nextOrdered;
  int nextUnordered;

  // Where the FORWARD-TSN being written mentions this stream, and in which one that was.
  long mentionedIn;
  int mentionedOrdered;
  int mentionedUnordered;

  OutgoingStream(int id) {
    this.id = id;
  }

  /** Whether all of it was sent. */
  boolean isDrained() {
    return queue.isEmpty();
  }
}
