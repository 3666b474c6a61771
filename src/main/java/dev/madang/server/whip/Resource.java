package dev.madang.server.whip;

import dev.madang.protocol.ice.IceCredentials;
import dev.madang.protocol.sdp.IceFragment;
import dev.madang.server.webrtc.DownSession;
import dev.madang.server.webrtc.UpSession;
import org.jspecify.annotations.Nullable;

/// A session of WHIP or WHEP as its URL shows it. Lives at home.
sealed interface Resource {
  /// The name of its room.
  String room();

  /// What its client calls itself now.
  @Nullable IceCredentials remoteIce();

  /// New credentials of the client; answers with ours.
  String restart(IceFragment fragment);

  void close();

  record Ingest(String room, UpSession session) implements Resource {
    @Override
    public IceCredentials remoteIce() {
      return session.remoteIce();
    }

    @Override
    public String restart(IceFragment fragment) {
      return session.restart(fragment);
    }

    @Override
    public void close() {
      session.close();
    }
  }

  record Playback(String room, DownSession session) implements Resource {
    @Override
    public @Nullable IceCredentials remoteIce() {
      return session.remoteIce();
    }

    @Override
    public String restart(IceFragment fragment) {
      return session.restart(fragment);
    }

    @Override
    public void close() {
      session.close();
    }
  }
}
