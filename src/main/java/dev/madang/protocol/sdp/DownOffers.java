package dev.madang.protocol.sdp;

import java.util.List;

/// Our offers on a connection on which we only send, and what is answered. One section a track; its
/// mid stays while the track is sent, and afterwards the section serves another track of its kind.
///
/// ```
/// SessionDescription offer = offers.next(local, tracks);   // to the far end
/// DownAnswer agreed = offers.accept(answer);               // from it, before the next offer
/// ```
@SuppressWarnings("DoNotCallSuggester")
public final class DownOffers {
  public DownOffers(Capabilities capabilities) {}

  /// The next offer.
  ///
  /// @param tracks all that shall be sent from now on
  /// @throws IllegalStateException while the one before is unanswered
  public SessionDescription next(LocalTransport local, List<DownTrack> tracks) {
    throw new UnsupportedOperationException();
  }

  /** Whether an offer waits for its answer. */
  public boolean outstanding() {
    throw new UnsupportedOperationException();
  }

  /// The answer to the offer that is outstanding.
  ///
  /// @throws dev.madang.wire.ProtocolException when none is, or when this is no answer to it; the
  ///   offer stays outstanding
  public DownAnswer accept(SessionDescription answer) {
    throw new UnsupportedOperationException();
  }
}
