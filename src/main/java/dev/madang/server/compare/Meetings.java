package dev.madang.server.compare;

import dev.madang.room.SignalMessage.IceServer;
import dev.madang.server.http.Exchange;
import dev.madang.server.http.WebSocket;
import dev.madang.server.http.WebSocketOptions;
import io.netty.buffer.ByteBufUtil;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/// Two devices that measure each other: one opens a meeting and is told a code; who brings the code
/// enters, once, and from then on each hears what the other says. What they need to find each other
/// passes here; what they measure does not.
///
/// `GET /compare/meeting?grant=TOKEN` is a WebSocket of texts, and `&code=CODE` enters. The first
/// text is the server's, `{code, iceServers}`; all others are the other side's, as they came.
final class Meetings {
  private final CompareDoor.Relays relays;
  private final SecureRandom random = new SecureRandom();
  private final List<Side> waiting = new ArrayList<>();

  Meetings(CompareDoor.Relays relays) {
    this.relays = relays;
  }

  void meet(Exchange exchange, Grant grant) {
    if (!exchange.wantsWebSocket()) {
      exchange.respond(426, null, "This is a WebSocket.\n", "upgrade", "websocket");
      return;
    }
    String code = exchange.query("code");
    String host = exchange.host();
    exchange.upgrade(
        WebSocketOptions.defaults().withMaxMessage(MOST_TEXT),
        socket -> enter(new Side(socket, grant), code, host));
  }

  private void enter(Side side, @Nullable String code, String host) {
    WebSocket socket = side.socket;
    if (!side.grant.takes(COST, System.nanoTime())) {
      socket.close(1008, CompareDoor.OVER);
      return;
    } else if (!side.grant.connects(side)) {
      socket.close(1008, CompareDoor.TOO_MANY);
      return;
    }
    socket.onClose((_, _) -> leave(side));
    socket.onText(side::says);
    if (code == null ? !open(side) : !enter(side, code)) {
      socket.close(
          code == null ? 1008 : UNKNOWN,
          code == null
              ? "A grant has one meeting."
              : "There is no such meeting, or somebody entered it already.");
      return;
    }
    side.relayed = true;
    Map<String, Object> welcome = new LinkedHashMap<>();
    if (side.code != null) {
      welcome.put("code", side.code);
    }
    welcome.put(
        "iceServers", relays.iceServers(side.user, host).stream().map(Meetings::plain).toList());
    socket.send(JSON.writeValueAsString(welcome));
  }

  /// What it lacks is left out: browsers take no null for a name.
  private static Map<String, Object> plain(IceServer server) {
    Map<String, Object> plain = new LinkedHashMap<>();
    plain.put("urls", server.urls());
    if (server.username() != null && server.credential() != null) {
      plain.put("username", server.username());
      plain.put("credential", server.credential());
    }
    return plain;
  }

  private synchronized boolean open(Side side) {
    if (waiting.stream().anyMatch(each -> each.grant == side.grant)) {
      return false;
    }
    side.code = new Token(random.nextLong(), random.nextLong()).text();
    waiting.add(side);
    return true;
  }

  /// Compares with all of them, and each in full: how long it takes says nothing.
  private synchronized boolean enter(Side side, String code) {
    byte[] said = code.getBytes(StandardCharsets.UTF_8);
    Side found = null;
    for (Side each : waiting) {
      byte[] right = String.valueOf(each.code).getBytes(StandardCharsets.UTF_8);
      if (MessageDigest.isEqual(right, said)) {
        found = each;
      }
    }
    if (found == null) {
      return false;
    }
    waiting.remove(found);
    side.other = found;
    found.other = side;
    return true;
  }

  private void leave(Side side) {
    Side other;
    synchronized (this) {
      waiting.remove(side);
      other = side.other;
      if (other != null) {
        other.other = null;
      }
    }
    side.grant.disconnected(side);
    // What was never given need not be taken back, and those who hold it are counted.
    if (side.relayed) {
      relays.revoke(side.user);
    }
    if (other != null) {
      other.socket.loop().execute(() -> other.socket.close(1001, "The other device left."));
    }
  }

  /// One of the two, on its socket's loop. Run, it ends: its grant did.
  private final class Side implements Runnable {
    final WebSocket socket;
    final Grant grant;

    /// By which the relay knows it.
    final String user = "compare-" + Long.toHexString(random.nextLong());

    boolean relayed;
    @Nullable String code;
    volatile @Nullable Side other;

    Side(WebSocket socket, Grant grant) {
      this.socket = socket;
      this.grant = grant;
    }

    void says(String text) {
      Side to = other;
      if (to == null) {
        return;
      } else if (!grant.takes(2 * ByteBufUtil.utf8Bytes(text), System.nanoTime())) {
        socket.close(1008, CompareDoor.OVER);
        return;
      }
      to.socket.loop().execute(() -> to.socket.send(text));
    }

    @Override
    public void run() {
      socket.loop().execute(() -> socket.close(1000, CompareDoor.OVER));
    }
  }

  /// A WebSocket's own code: there is no such meeting.
  private static final int UNKNOWN = 4404;

  private static final int MOST_TEXT = 65_536;

  /// Bytes of the grant that a meeting costs at once: each may give a credential for the relay.
  private static final int COST = 16_384;

  private static final JsonMapper JSON = JsonMapper.shared();
}
