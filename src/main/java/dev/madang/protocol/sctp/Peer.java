package dev.madang.protocol.sctp;

/// What the far end told of itself in INIT or INIT-ACK.
///
/// @param tag its verification tag, which packets towards it carry
/// @param window bytes it is ready to take, unsigned
/// @param outgoing streams it sends on at most
/// @param incoming streams it takes at most
/// @param firstTsn of its first chunk
/// @param features of [Init#FORWARDS] and its like
record Peer(int tag, int window, int outgoing, int incoming, int firstTsn, int features) {
  /** RFC 3758: it understands FORWARD-TSN. */
  boolean forwards() {
    return (features & Init.FORWARDS) != 0;
  }

  /** RFC 6525: it understands RE-CONFIG. */
  boolean resets() {
    return (features & Init.RESETS) != 0;
  }

  /** RFC 8260: it understands I-DATA. */
  boolean interleaves() {
    return (features & Init.INTERLEAVES) != 0;
  }
}
