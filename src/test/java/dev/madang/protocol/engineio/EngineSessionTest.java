package dev.madang.protocol.engineio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.madang.wire.ProtocolException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class EngineSessionTest {
  private final Endpoint endpoint = new Endpoint();

  @Test
  void beginsByPollingWithTheHandshake() {
    Peer peer = endpoint.polling(4);
    assertThat(peer.first().polled)
        .containsExactly(
            "0{\"sid\":\""
                + peer.session.id()
                + "\",\"upgrades\":[\"websocket\"],\"pingInterval\":25000,"
                + "\"pingTimeout\":20000,\"maxPayload\":1000000}");
    assertThat(peer.session.id()).hasSize(20);
  }

  @Test
  void beginsOnAWebSocketWithoutOfferingAnUpgrade() {
    Peer peer = endpoint.webSocket(4);
    assertThat(peer.channel.sent.getFirst()).contains("\"upgrades\":[]");
  }

  @Test
  void gathersWhatIsSentInOneTurnIntoOnePoll() {
    Peer peer = endpoint.polling(4);
    Get get = peer.get();
    peer.session.send(Message.text("a"));
    peer.session.send(Message.text("b"));
    assertThat(get.polled).isEmpty();
    endpoint.flush();
    assertThat(get.polled).containsExactly("4a\u001e4b");
  }

  @Test
  void keepsMessagesForTheNextPoll() {
    Peer peer = endpoint.polling(4);
    peer.session.send(Message.text("a"));
    endpoint.flush();
    assertThat(peer.get().flushed()).containsExactly("4a");
  }

  @Test
  void answersTheOldPollWithCloseWhenTwoPollsOverlap() {
    Peer peer = endpoint.polling(4);
    Get get = peer.get();
    assertThatThrownBy(peer::get).isInstanceOf(ProtocolException.class);
    assertThat(get.polled).containsExactly("1");
    assertThat(peer.closed).containsExactly(CloseReason.TRANSPORT_ERROR);
    assertThat(endpoint.server.count()).isZero();
  }

  @Test
  void endsWhenTwoPostsOverlap() {
    Peer peer = endpoint.polling(4);
    peer.session.beginPost();
    assertThatThrownBy(peer.session::beginPost).isInstanceOf(ProtocolException.class);
    assertThat(peer.closed).containsExactly(CloseReason.TRANSPORT_ERROR);
  }

  @Test
  void endsWhenAPollIsCancelled() {
    Peer peer = endpoint.polling(4);
    peer.session.gone(peer.get());
    assertThat(peer.closed).containsExactly(CloseReason.TRANSPORT_ERROR);
  }

  @Test
  void endsOnAPayloadThatIsBroken() {
    Peer peer = endpoint.polling(4);
    Get get = peer.get();
    assertThatThrownBy(() -> peer.post("abc")).isInstanceOf(ProtocolException.class);
    assertThat(get.polled).containsExactly("1");
    assertThat(peer.closed).containsExactly(CloseReason.PARSE_ERROR);
  }

  @Test
  void hearsMessagesInTheirOrder() {
    Peer peer = endpoint.polling(4);
    peer.post("4one\u001ebAQI=\u001e4two");
    assertThat(peer.heard).containsExactly("one", "[1, 2]", "two");
  }

  @Test
  void aBinaryPayloadMeansNothingInRevisionFour() {
    Peer peer = endpoint.polling(4);
    peer.session.beginPost();
    assertThatThrownBy(() -> peer.session.post(new byte[] {0, 1, -1, '2'}, endpoint.now))
        .isInstanceOf(ProtocolException.class);
  }

  @Test
  void answersThePendingPollWithNoopWhenTheClientCloses() {
    Peer peer = endpoint.polling(4);
    Get get = peer.get();
    peer.post("1");
    assertThat(get.polled).containsExactly("6");
    assertThat(peer.closed).containsExactly(CloseReason.TRANSPORT_CLOSE);
    assertThat(endpoint.server.count()).isZero();
  }

  @Test
  void aPollThatComesJustAfterTheClosingPostFindsAnOrderlyEndOnce() {
    Peer peer = endpoint.polling(4);
    peer.post("1");
    assertThat(peer.closed).containsExactly(CloseReason.TRANSPORT_CLOSE);
    assertThat(peer.get().polled).containsExactly("6");
    assertThatThrownBy(peer::get).isInstanceOf(ProtocolException.class);
    assertThat(endpoint.server.count()).isZero();
    assertThat(endpoint.ended).isEqualTo(1);
  }

  @Test
  void forgetsAClosedSessionWhosePollNeverComes() {
    Peer peer = endpoint.polling(4);
    peer.post("1");
    endpoint.pass(Duration.ofSeconds(2));
    assertThat(endpoint.server.count()).isZero();
    assertThat(endpoint.ended).isEqualTo(1);
  }

  @Test
  void closingPollingWithoutAPollLetsTheNextPollTakeWhatWaits() {
    Peer peer = endpoint.polling(4);
    peer.session.send(Message.text("last words"));
    endpoint.flush();
    peer.session.close(CloseReason.FORCED);
    assertThat(peer.closed).isEmpty();
    assertThat(peer.get().polled).containsExactly("4last words");
    assertThat(peer.closed).isEmpty();
    assertThat(peer.get().polled).containsExactly("1");
    assertThat(peer.closed).containsExactly(CloseReason.FORCED);
  }

  @Test
  void aClosingSessionThatNobodyPollsEndsAfterAWhile() {
    Peer peer = endpoint.polling(4);
    peer.session.close(CloseReason.FORCED);
    endpoint.pass(Duration.ofSeconds(90));
    assertThat(peer.closed).containsExactly(CloseReason.FORCED);
    assertThat(endpoint.server.count()).isZero();
  }

  // ---- upgrade --------------------------------------------------------------------------------

  @Test
  void upgradesWithoutLosingAMessage() {
    Peer peer = endpoint.polling(4);
    Get get = peer.get();
    Line line = peer.probe();
    peer.session.send(Message.text("before"));
    endpoint.flush();
    assertThat(get.polled).containsExactly("4before");

    peer.receive(line, "2probe");
    assertThat(line.sent).containsExactly("3probe");
    assertThat(peer.get().polled).as("a poll during the probe ends at once").containsExactly("6");

    peer.session.send(Message.text("between"));
    endpoint.flush();
    peer.receive(line, "5");
    peer.session.send(Message.text("after"));
    assertThat(line.sent).containsExactly("3probe", "4between", "4after");
    assertThat(peer.session.onChannel()).isTrue();
  }

  @Test
  void anUpgradeEndsThePollThatStillWaits() {
    Peer peer = endpoint.polling(4);
    Get get = peer.get();
    Line line = peer.probe();
    peer.receive(line, "2probe");
    assertThat(get.polled).containsExactly("6");
    peer.receive(line, "5");
    assertThat(peer.closed).isEmpty();
    assertThatThrownBy(peer::get).isInstanceOf(ProtocolException.class);
    assertThat(peer.closed).isEmpty();
  }

  @Test
  void aSecondWebSocketIsClosedAtOnce() {
    Peer peer = endpoint.polling(4);
    Line first = peer.probe();
    Line second = peer.probe();
    assertThat(second.closed).isNotEmpty();
    peer.receive(first, "2probe");
    peer.receive(first, "5");
    assertThat(peer.probe().closed).isNotEmpty();
    assertThat(peer.closed).isEmpty();
  }

  @Test
  void anUpgradeWithoutProbeIsRefusedAndPollingGoesOn() {
    Peer peer = endpoint.polling(4);
    Line line = peer.probe();
    peer.receive(line, "5");
    assertThat(line.closed).isNotEmpty();
    peer.session.send(Message.text("still here"));
    endpoint.flush();
    assertThat(peer.get().flushed()).containsExactly("4still here");
  }

  @Test
  void aProbeThatNeverUpgradesIsClosedAndPollingGoesOn() {
    Peer peer = endpoint.polling(4);
    Line line = peer.probe();
    peer.receive(line, "2probe");
    endpoint.pass(Duration.ofSeconds(11));
    assertThat(line.closed).isNotEmpty();
    assertThat(peer.closed).isEmpty();
    assertThat(peer.probe().closed).as("it may try again").isEmpty();
  }

  @Test
  void aProbeThatBreaksDoesNotHarmTheSession() {
    Peer peer = endpoint.polling(4);
    Line line = peer.probe();
    peer.session.gone(line, CloseReason.TRANSPORT_ERROR);
    assertThat(peer.closed).isEmpty();
  }

  // ---- heartbeats -----------------------------------------------------------------------------

  @Test
  void pingsAndEndsWithoutAPong() {
    Peer peer = endpoint.webSocket(4);
    peer.channel.sent.clear();
    endpoint.pass(Duration.ofSeconds(26));
    assertThat(peer.channel.sent).containsExactly("2");
    peer.receive(peer.channel, "3");
    endpoint.pass(Duration.ofSeconds(26));
    assertThat(peer.channel.sent).containsExactly("2", "2");
    endpoint.pass(Duration.ofSeconds(21));
    assertThat(peer.closed).containsExactly(CloseReason.PING_TIMEOUT);
    assertThat(peer.channel.closed).containsExactly(CloseReason.PING_TIMEOUT);
  }

  @Test
  void pingsByPollToo() {
    Peer peer = endpoint.polling(4);
    Get get = peer.get();
    endpoint.pass(Duration.ofSeconds(26));
    assertThat(get.polled).containsExactly("2");
    peer.post("3");
    endpoint.pass(Duration.ofSeconds(24));
    assertThat(peer.closed).isEmpty();
  }

  @Test
  void inRevisionThreeTheClientPings() {
    Peer peer = endpoint.webSocket(3);
    peer.channel.sent.clear();
    for (int i = 0; i < 3; i++) {
      endpoint.pass(Duration.ofSeconds(40));
      peer.receive(peer.channel, "2");
    }
    assertThat(peer.channel.sent).containsExactly("3", "3", "3");
    endpoint.pass(Duration.ofSeconds(46));
    assertThat(peer.closed).containsExactly(CloseReason.PING_TIMEOUT);
  }

  @Test
  void aHeartbeatInTheWrongDirectionEndsTheSession() {
    Peer four = endpoint.webSocket(4);
    four.receive(four.channel, "2");
    assertThat(four.closed).containsExactly(CloseReason.TRANSPORT_ERROR);
    Peer three = endpoint.webSocket(3);
    three.receive(three.channel, "3");
    assertThat(three.closed).containsExactly(CloseReason.TRANSPORT_ERROR);
  }

  @Test
  void aRequestThatComesAfterTheDeadlineFindsNobody() {
    Peer peer = endpoint.polling(4);
    endpoint.pass(Duration.ofMillis(44_990));
    assertThat(endpoint.server.session(peer.session.id(), endpoint.now)).isNotNull();
    endpoint.now += Duration.ofMillis(11).toNanos();
    assertThat(endpoint.server.session(peer.session.id(), endpoint.now)).isNull();
    assertThat(peer.closed).containsExactly(CloseReason.PING_TIMEOUT);
  }

  @Test
  void afterAStallOfTheProcessEverybodyGetsTimeToAnswer() {
    Peer peer = endpoint.webSocket(4);
    endpoint.now += Duration.ofMinutes(5).toNanos();
    endpoint.tick();
    assertThat(peer.closed).isEmpty();
    peer.receive(peer.channel, "3");
    endpoint.pass(Duration.ofSeconds(20));
    assertThat(peer.closed).isEmpty();
  }

  @Test
  void aSecondWithoutTheProcessIsNoReasonToMissAnybody() {
    Peer peer = endpoint.webSocket(4);
    Peer other = endpoint.polling(4);
    peer.session.pulse(new Pulse(Duration.ofSeconds(5), Duration.ofSeconds(4)), endpoint.now);
    other.session.pulse(new Pulse(Duration.ofSeconds(5), Duration.ofSeconds(4)), endpoint.now);
    endpoint.pass(Duration.ofSeconds(6));
    endpoint.now += Duration.ofSeconds(6).toNanos();
    // It comes before the tick, which is late.
    assertThat(endpoint.server.session(other.session.id(), endpoint.now)).isNotNull();
    endpoint.tick();
    assertThat(peer.closed).isEmpty();
    peer.receive(peer.channel, "3");
    endpoint.pass(Duration.ofSeconds(2));
    assertThat(peer.closed).isEmpty();
    assertThat(other.closed).as("did not answer").containsExactly(CloseReason.PING_TIMEOUT);
  }

  @Test
  void aQuickerPulseMissesASilentClientWithinTenSeconds() {
    Peer peer = endpoint.webSocket(4);
    Peer usual = endpoint.webSocket(4);
    Peer old = endpoint.webSocket(3);
    endpoint.pass(Duration.ofSeconds(1));
    List.of(peer, usual, old).forEach(each -> each.channel.sent.clear());
    Pulse quick = new Pulse(Duration.ofSeconds(5), Duration.ofSeconds(4));
    peer.session.pulse(quick, endpoint.now);
    old.session.pulse(quick, endpoint.now);
    for (int i = 1; i <= 3; i++) {
      endpoint.pass(Duration.ofMillis(5_300));
      assertThat(peer.channel.sent).hasSize(i).containsOnly("2");
      peer.receive(peer.channel, "3");
    }
    endpoint.pass(Duration.ofMillis(9_500));
    assertThat(peer.closed).containsExactly(CloseReason.PING_TIMEOUT);
    assertThat(usual.closed).isEmpty();
    assertThat(old.closed).as("asks by itself, as it was told").isEmpty();
  }

  @Test
  void tenThousandSessionsEndTogetherWithoutHarmingEachOther() {
    List<Peer> peers = new ArrayList<>();
    for (int i = 0; i < 10_000; i++) {
      peers.add(endpoint.webSocket(4));
    }
    // Each that ends closes another one, while the wheel is looking at both.
    for (int i = 0; i < peers.size(); i++) {
      Peer other = peers.get((i * 7 + 3) % peers.size());
      peers.get(i).whenClosed = () -> other.session.close(CloseReason.FORCED);
    }
    endpoint.pass(Duration.ofSeconds(50));
    assertThat(endpoint.server.count()).isZero();
    assertThat(peers).allMatch(each -> each.closed.size() == 1);
  }

  // ---- slow readers -----------------------------------------------------------------------------

  @Test
  void aClientThatDoesNotReadIsClosedAtTheLimit() {
    Peer peer = endpoint.webSocket(4);
    peer.channel.queued = endpoint.server.settings().maxQueued() - 10;
    peer.session.send(Message.text("small"));
    peer.session.send(Message.text("one too many"));
    assertThat(peer.closed).as("not while somebody is sending").isEmpty();
    endpoint.flush();
    assertThat(peer.closed).containsExactly(CloseReason.SLOW);
    assertThat(peer.channel.closed).containsExactly(CloseReason.SLOW);
  }

  @Test
  void aClientThatDoesNotPollIsClosedAtTheLimit() {
    Peer peer = endpoint.polling(4);
    byte[] big = new byte[1 << 20];
    for (int i = 0; i < 17; i++) {
      peer.session.send(Message.binary(big, false));
    }
    endpoint.flush();
    assertThat(peer.closed).containsExactly(CloseReason.SLOW);
  }

  @Test
  void whenTooMuchWaitsForAllTogetherThoseForWhomMostDoesAreClosed() {
    List<Peer> deaf = new ArrayList<>();
    byte[] big = new byte[1 << 20];
    long most = endpoint.server.settings().maxQueuedByAll();
    for (int i = 0; i < most / (12 << 20) + 1; i++) {
      Peer peer = endpoint.polling(4);
      deaf.add(peer);
      for (int n = 0; n < 12; n++) {
        peer.session.send(Message.binary(big, true));
      }
      endpoint.flush();
    }
    Peer small = endpoint.polling(4);
    small.session.send(Message.binary(big, true));
    Peer drained = endpoint.webSocket(4);
    drained.channel.queued = 15 << 20;
    drained.session.send(Message.text("counted while it waits"));
    drained.channel.queued = 0;
    for (int n = 0; n < 8; n++) {
      deaf.getFirst().session.send(Message.binary(big, true));
    }
    endpoint.flush();
    long closed =
        deaf.stream().filter(each -> each.closed.equals(List.of(CloseReason.SLOW))).count();
    assertThat(closed).isBetween(1L, 5L);
    assertThat(small.closed).isEmpty();
    assertThat(drained.closed).isEmpty();
  }

  @Test
  void isWritableOnlyWhileAPollWaitsOrTheWebSocketDrains() {
    Peer polling = endpoint.polling(4);
    assertThat(polling.session.writable()).isFalse();
    polling.get();
    assertThat(polling.session.writable()).isTrue();
    Peer peer = endpoint.webSocket(4);
    assertThat(peer.session.writable()).isTrue();
    peer.channel.queued = endpoint.server.settings().lossyMark();
    assertThat(peer.session.writable()).isFalse();
  }

  // ---- revision 3 -------------------------------------------------------------------------------

  @Test
  void revisionThreeMarksBinaryFramesByTheirType() {
    Peer peer = endpoint.webSocket(3);
    peer.channel.sent.clear();
    peer.session.receive(peer.channel, new byte[] {4, 1, 2}, endpoint.now);
    peer.session.send(Message.binary(new byte[] {1, 2}, false));
    assertThat(peer.heard).containsExactly("[1, 2]");
    assertThat(peer.channel.sent).containsExactly("[4, 1, 2]");
  }

  @Test
  void revisionThreeGetsBytesByPollUnlessItAskedForBase64() {
    Peer bytes = endpoint.polling(3);
    bytes.session.send(Message.binary(new byte[] {1, 2, 3, 4}, false));
    endpoint.flush();
    assertThat(bytes.get().flushed()).containsExactly("[1, 5, -1, 4, 1, 2, 3, 4]");

    Peer base64 = endpoint.polling(3, true);
    base64.session.send(Message.binary(new byte[] {1, 2, 3, 4}, false));
    endpoint.flush();
    assertThat(base64.get().flushed()).containsExactly("10:b4AQIDBA==");
  }

  // ---- the rig ----------------------------------------------------------------------------------

  private static final class Endpoint implements EngineServer.Output {
    final EngineServer server = new EngineServer(EngineSettings.defaults(), new Random(1), this);
    long now = -5;
    int ended;

    @Override
    public void flushSoon() {}

    @Override
    public void ended(EngineSession session) {
      ended++;
    }

    Peer webSocket(int revision) {
      Peer peer = new Peer(this, server.open(revision, false, "owner", now));
      peer.session.begin(peer.channel);
      return peer;
    }

    Peer polling(int revision) {
      return polling(revision, false);
    }

    Peer polling(int revision, boolean base64) {
      Peer peer = new Peer(this, server.open(revision, base64, "owner", now));
      Get get = peer.first();
      peer.session.begin(get);
      flush();
      return peer;
    }

    void flush() {
      server.flush();
    }

    void tick() {
      server.tick(now);
      flush();
    }

    void pass(Duration time) {
      long end = now + time.toNanos();
      while (now < end) {
        now = Math.min(end, now + server.span());
        tick();
      }
    }
  }

  private static final class Peer implements EngineSession.Output {
    final Endpoint endpoint;
    final EngineSession session;
    final Line channel = new Line();
    final List<String> heard = new ArrayList<>();
    final List<CloseReason> closed = new ArrayList<>();
    private final Get first;
    Runnable whenClosed = () -> {};

    Peer(Endpoint endpoint, EngineSession session) {
      this.endpoint = endpoint;
      this.session = session;
      this.first = new Get(endpoint);
      session.output(this);
    }

    Get first() {
      return first;
    }

    Get get() {
      Get get = new Get(endpoint);
      session.poll(get);
      return get;
    }

    void post(String body) {
      session.beginPost();
      session.post(body, endpoint.now);
    }

    Line probe() {
      Line line = new Line();
      session.probe(line, endpoint.now);
      return line;
    }

    void receive(Line line, String frame) {
      session.receive(line, frame, endpoint.now);
    }

    @Override
    public void text(String packet, int from) {
      heard.add(packet.substring(from));
    }

    @Override
    public void binary(byte[] data) {
      heard.add(Arrays.toString(data));
    }

    @Override
    public void closed(CloseReason reason) {
      closed.add(reason);
      whenClosed.run();
    }
  }

  private static final class Get implements EngineSession.Poll {
    final Endpoint endpoint;
    final List<String> polled = new ArrayList<>();

    Get(Endpoint endpoint) {
      this.endpoint = endpoint;
    }

    List<String> flushed() {
      endpoint.flush();
      return polled;
    }

    @Override
    public void answer(byte[] payload, boolean binary) {
      polled.add(binary ? Arrays.toString(payload) : new String(payload, StandardCharsets.UTF_8));
    }
  }

  private static final class Line implements EngineSession.Channel {
    final List<String> sent = new ArrayList<>();
    final List<CloseReason> closed = new ArrayList<>();
    long queued;

    @Override
    public void send(Message message) {
      queued += message.size();
      sent.add(
          message.isText()
              ? new String(message.bytes(), StandardCharsets.UTF_8)
              : Arrays.toString(message.bytes()));
    }

    @Override
    public void control(String packet) {
      sent.add(packet);
    }

    @Override
    public long bytesQueued() {
      return queued;
    }

    @Override
    public void close(CloseReason reason) {
      closed.add(reason);
    }
  }
}
