package dev.madang.protocol.sctp;

import java.util.TreeMap;

/// One of the streams that the far end sends on: what has come of it and cannot be handed on yet.
final class IncomingStream {
  final int id;

  /** The number, SSN or MID, of the ordered message whose turn it is. */
  long next;

  /** A recent MID of an unordered message, to unwrap others near it. */
  long recentUnordered;

  /** Ordered messages by number. */
  final TreeMap<Long, Fragments> ordered = new TreeMap<>();

  /** Unordered messages by MID, where messages interleave. */
  final TreeMap<Long, Fragments> unordered = new TreeMap<>();

  /** All unordered messages, where they do not. */
  final Fragments mixed = new Fragments();

  IncomingStream(int id) {
    this.id = id;
  }
}
