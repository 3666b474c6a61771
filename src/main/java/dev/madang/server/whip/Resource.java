package dev.madang.server.whip;

import dev.madang.protocol.ice.IceCredentials;
import dev.madang.protocol.sdp.IceFragment;
import org.jspecify.annotations.Nullable;

/// A session of WHIP or WHEP as its URL shows it. Lives at home.
sealed interface Resource permits Ingest, Playback {
  /// The last part of its URL.
  String id();

  /// The name of its room.
  String room();

  /// What its client calls itself now.
  @Nullable IceCredentials remoteIce();

  /// New credentials of the client; answers with ours.
  String restart(IceFragment fragment);

  void close();
}
