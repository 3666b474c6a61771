package dev.madang.chat;

import dev.madang.protocol.engineio.CloseReason;
import dev.madang.protocol.engineio.EngineSession;
import dev.madang.protocol.engineio.Message;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** A client of a [Party], on a WebSocket, that writes packets by hand. */
final class Guest implements EngineSession.Channel {
  private final Party party;
  final EngineSession session;

  /** What it was sent, without the first character of a text; pings are left out. */
  final List<String> heard = new ArrayList<>();

  CloseReason closed;
  long queued;

  Guest(Party party, int revision) {
    this.party = party;
    session = party.engine.open(revision, false, "192.0.2.1", party.now);
    session.begin(this);
    heard.clear();
    party.io.connect(session, Party.handshake());
  }

  /** Speaks, and lets what that causes happen. */
  Guest says(String frame) {
    session.receive(this, frame, party.now);
    party.engine.flush();
    return this;
  }

  Guest says(byte[] frame) {
    session.receive(this, frame, party.now);
    party.engine.flush();
    return this;
  }

  /** What it heard since the last time, all of it. */
  List<String> hears() {
    List<String> all = List.copyOf(heard);
    heard.clear();
    return all;
  }

  /** The value of a string member in the latest CONNECT. */
  String told(String member) {
    String connect = heard.stream().filter(each -> each.startsWith("0")).toList().getLast();
    int at = connect.indexOf("\"" + member + "\":\"") + member.length() + 4;
    return connect.substring(at, connect.indexOf('"', at));
  }

  void vanishes() {
    session.gone(this, CloseReason.TRANSPORT_CLOSE);
    party.engine.flush();
  }

  @Override
  public void send(Message message) {
    heard.add(
        message.isText()
            ? new String(message.bytes(), 1, message.size() - 1, StandardCharsets.UTF_8)
            : Arrays.toString(message.bytes()));
  }

  @Override
  public void control(String packet) {
    if (packet.equals("2")) {
      session.receive(this, "3", party.now);
    }
  }

  @Override
  public long bytesQueued() {
    return queued;
  }

  @Override
  public void close(CloseReason reason) {
    closed = reason;
  }
}
