package dev.madang.protocol.turn;

import dev.madang.protocol.stun.IntegrityKey;
import dev.madang.protocol.stun.StunAttribute;
import dev.madang.protocol.stun.StunFraming;
import dev.madang.protocol.stun.StunMessage;
import dev.madang.protocol.stun.TransactionId;
import dev.madang.rig.Node;
import dev.madang.wire.Address;
import dev.madang.wire.ByteWriter;
import dev.madang.wire.Bytes;
import dev.madang.wire.ProtocolException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// A TURN client (RFC 8656) without sockets: asks, asks again, proves itself, keeps alive what it
/// got. Written apart from the server, from the RFC, so that the two check each other.
final class TurnClient implements Node {
  private final Output output;
  private final String username;
  private final String password;
  private final boolean reliable;
  private final RandomGenerator random;

  private String realm = "";
  private String nonce = "";

  private final Map<TransactionId, Pending> pending = new HashMap<>();
  private final List<Timer> timers = new ArrayList<>();
  private final Map<Address, Integer> channels = new HashMap<>();
  private final Map<Integer, Address> peersByChannel = new HashMap<>();
  private final StunFraming framing = new StunFraming();
  private int nextChannel = 0x4000;

  /** Whether permissions, channels and the allocation are renewed before they end. */
  boolean keepsAlive = true;

  /** In order of arrival. */
  final List<StunMessage> answers = new ArrayList<>();

  final List<Received> received = new ArrayList<>();
  final List<Address> relayed = new ArrayList<>();
  @Nullable Address mapped;
  long lifetime;
  @Nullable Long reservation;
  int gaveUp;
  int dataIndications;

  /** What a peer sent. */
  record Received(Address peer, Bytes data) {}

  interface Output {
    void send(byte[] bytes, int offset, int length);
  }

  private static final class Pending {
    final StunMessage bare;
    final boolean authenticated;
    final Consumer<StunMessage> then;
    byte[] bytes = {};
    int sent;
    int challenges;
    long due;

    Pending(StunMessage bare, boolean authenticated, Consumer<StunMessage> then) {
      this.bare = bare;
      this.authenticated = authenticated;
      this.then = then;
    }
  }

  private record Timer(long due, Consumer<Long> action) {}

  TurnClient(
      String username, String password, boolean reliable, RandomGenerator random, Output output) {
    this.username = username;
    this.password = password;
    this.reliable = reliable;
    this.random = random;
    this.output = output;
  }

  // ---- wishes -------------------------------------------------------------------------------

  void binding(long now) {
    request(
        StunMessage.BINDING,
        false,
        now,
        answer -> {
          if (answer.first(StunAttribute.XorMappedAddress.class)
              instanceof StunAttribute.XorMappedAddress(Address address)) {
            mapped = address;
          }
        });
  }

  void allocate(long now, StunAttribute... more) {
    List<StunAttribute> attributes = new ArrayList<>();
    attributes.add(new StunAttribute.RequestedTransport(17));
    attributes.addAll(List.of(more));
    request(
        StunMessage.ALLOCATE,
        true,
        now,
        answer -> {
          if (answer.kind() != StunMessage.Kind.SUCCESS) {
            return;
          }
          for (StunAttribute attribute : answer.attributes()) {
            switch (attribute) {
              case StunAttribute.XorRelayedAddress(Address address) -> relayed.add(address);
              case StunAttribute.XorMappedAddress(Address address) -> mapped = address;
              case StunAttribute.Lifetime(long seconds) -> lifetime = seconds;
              case StunAttribute.ReservationToken(long token) -> reservation = token;
              default -> {}
            }
          }
        },
        attributes.toArray(StunAttribute[]::new));
  }

  void refresh(long seconds, long now) {
    request(
        StunMessage.REFRESH,
        true,
        now,
        answer -> {
          if (answer.first(StunAttribute.Lifetime.class)
              instanceof StunAttribute.Lifetime(long granted)) {
            lifetime = granted;
          }
        },
        new StunAttribute.Lifetime(seconds));
  }

  void permit(Address peer, long now) {
    request(
        StunMessage.CREATE_PERMISSION,
        true,
        now,
        answer -> renew(answer, 240, now, at -> permit(peer, at)),
        new StunAttribute.XorPeerAddress(peer));
  }

  void bind(Address peer, long now) {
    Integer known = channels.get(peer);
    bind(known == null ? nextChannel++ : known, peer, now);
  }

  void bind(int number, Address peer, long now) {
    request(
        StunMessage.CHANNEL_BIND,
        true,
        now,
        answer -> {
          if (answer.kind() == StunMessage.Kind.SUCCESS) {
            channels.put(peer, number);
            peersByChannel.put(number, peer);
          }
          renew(answer, 240, now, at -> bind(peer, at));
        },
        new StunAttribute.ChannelNumber(number),
        new StunAttribute.XorPeerAddress(peer));
  }

  /** By the peer's channel if it has one, otherwise by a Send indication. */
  void send(Address peer, byte[] data) {
    Integer number = channels.get(peer);
    byte[] bytes =
        number == null
            ? StunMessage.indication(
                    StunMessage.SEND,
                    TransactionId.random(random),
                    new StunAttribute.XorPeerAddress(peer),
                    new StunAttribute.Data(Bytes.of(data)))
                .write()
            : channelData(number, data);
    output.send(bytes, 0, bytes.length);
  }

  private byte[] channelData(int number, byte[] data) {
    ByteWriter out = new ByteWriter().u16(number).u16(data.length).bytes(data);
    return (reliable ? out.pad(4) : out).toArray();
  }

  /** Any request, authenticated or not. */
  void request(
      int method,
      boolean authenticated,
      long now,
      Consumer<StunMessage> then,
      StunAttribute... attributes) {
    StunMessage bare = StunMessage.request(method, TransactionId.random(random), attributes);
    start(new Pending(bare, authenticated, then), now);
  }

  // ---- what happens -------------------------------------------------------------------------

  void receiveDatagram(byte[] bytes, long now) {
    message(bytes, 0, bytes.length, now);
  }

  void receiveStream(byte[] bytes, long now) {
    framing.receive(bytes, 0, bytes.length);
    while (framing.next(70_000)) {
      message(framing.bytes(), framing.offset(), framing.length(), now);
    }
  }

  private void message(byte[] bytes, int offset, int length, long now) {
    if ((bytes[offset] & 0xC0) == 0x40) {
      int number = (bytes[offset] & 0xFF) << 8 | (bytes[offset + 1] & 0xFF);
      int size = (bytes[offset + 2] & 0xFF) << 8 | (bytes[offset + 3] & 0xFF);
      Address peer = peersByChannel.get(number);
      if (peer != null && size <= length - 4) {
        received.add(new Received(peer, Bytes.copyOf(bytes, offset + 4, size)));
      }
      return;
    }
    StunMessage message = StunMessage.read(bytes, offset, length);
    if (message.kind() == StunMessage.Kind.INDICATION) {
      StunAttribute.XorPeerAddress peer = message.first(StunAttribute.XorPeerAddress.class);
      StunAttribute.Data data = message.first(StunAttribute.Data.class);
      if (peer == null || data == null || message.method() != StunMessage.DATA) {
        throw new ProtocolException("no Data indication: " + message);
      }
      dataIndications++;
      received.add(new Received(peer.address(), data.bytes()));
      return;
    }
    Pending asked = pending.get(message.id());
    if (asked != null) {
      answer(asked, message, bytes, offset, length, now);
    }
  }

  private void answer(
      Pending asked, StunMessage answer, byte[] bytes, int offset, int length, long now) {
    StunAttribute.ErrorCode error = answer.first(StunAttribute.ErrorCode.class);
    boolean challenge = error != null && (error.code() == 401 || error.code() == 438);
    if (asked.authenticated && !challenge && (error == null || error.code() != 441)) {
      // RFC 8489 §9.2.5: an answer without a right MESSAGE-INTEGRITY is as good as none.
      if (!realm.isEmpty() && !StunMessage.isSigned(bytes, offset, length, key())) {
        return;
      }
    }
    pending.remove(answer.id());
    if (challenge
        && asked.challenges < 2
        && answer.first(StunAttribute.Realm.class) instanceof StunAttribute.Realm(String r)
        && answer.first(StunAttribute.Nonce.class) instanceof StunAttribute.Nonce(String n)
        && (error.code() == 438 || !n.equals(nonce))) {
      boolean wrongPassword = error.code() == 401 && !nonce.isEmpty() && asked.challenges > 0;
      realm = r;
      nonce = n;
      if (!wrongPassword) {
        Pending again =
            new Pending(
                new StunMessage(
                    asked.bare.kind(),
                    asked.bare.method(),
                    TransactionId.random(random),
                    asked.bare.attributes()),
                true,
                asked.then);
        again.challenges = asked.challenges + 1;
        start(again, now);
        return;
      }
    }
    answers.add(answer);
    asked.then.accept(answer);
    if (answer.method() == StunMessage.ALLOCATE || answer.method() == StunMessage.REFRESH) {
      StunAttribute.Lifetime granted = answer.first(StunAttribute.Lifetime.class);
      if (granted != null && granted.seconds() > 60) {
        renew(answer, granted.seconds() - 60, now, at -> refresh(granted.seconds(), at));
      }
    }
  }

  private void renew(StunMessage answer, long seconds, long now, Consumer<Long> again) {
    if (answer.kind() == StunMessage.Kind.SUCCESS) {
      timers.add(
          new Timer(
              now + Duration.ofSeconds(seconds).toNanos(),
              at -> {
                if (keepsAlive) {
                  again.accept(at);
                }
              }));
    }
  }

  // ---- sending and sending again ------------------------------------------------------------

  private void start(Pending asked, long now) {
    List<StunAttribute> attributes = new ArrayList<>(asked.bare.attributes());
    boolean signed = asked.authenticated && !nonce.isEmpty();
    if (signed) {
      attributes.add(new StunAttribute.Username(username));
      attributes.add(new StunAttribute.Realm(realm));
      attributes.add(new StunAttribute.Nonce(nonce));
    }
    StunMessage whole =
        new StunMessage(StunMessage.Kind.REQUEST, asked.bare.method(), asked.bare.id(), attributes);
    asked.bytes = whole.write(signed ? key() : null, true);
    pending.put(whole.id(), asked);
    transmit(asked, now);
  }

  /// RFC 8489 §6.2.1: after RTO, then doubling, 7 times; the last waits 16 RTO. Over a stream once,
  /// and 39.5 s.
  private void transmit(Pending asked, long now) {
    output.send(asked.bytes, 0, asked.bytes.length);
    long rto = Duration.ofMillis(500).toNanos();
    if (reliable) {
      asked.sent = 7;
      asked.due = now + 79 * rto;
    } else {
      asked.sent++;
      asked.due = now + (asked.sent == 7 ? 16 * rto : rto << (asked.sent - 1));
    }
  }

  @Override
  public void tick(long now) {
    for (Pending asked : List.copyOf(pending.values())) {
      if (asked.due - now <= 0) {
        if (asked.sent >= 7) {
          pending.remove(asked.bare.id());
          gaveUp++;
        } else {
          transmit(asked, now);
        }
      }
    }
    for (Timer timer : List.copyOf(timers)) {
      if (timer.due - now <= 0) {
        timers.remove(timer);
        timer.action.accept(now);
      }
    }
  }

  @Override
  public long deadline() {
    long next = Long.MAX_VALUE;
    for (Pending asked : pending.values()) {
      next = Math.min(next, asked.due);
    }
    for (Timer timer : timers) {
      next = Math.min(next, timer.due);
    }
    return next;
  }

  // ---- what tests ask -----------------------------------------------------------------------

  boolean isWaiting() {
    return !pending.isEmpty();
  }

  Address relayed() {
    return relayed.getFirst();
  }

  String nonce() {
    return nonce;
  }

  /** As if it had been given by a server. */
  void useNonce(String nonce) {
    this.nonce = nonce;
  }

  /** 0 when the last answer was a success. */
  int lastError() {
    StunAttribute.ErrorCode error = answers.getLast().first(StunAttribute.ErrorCode.class);
    return error == null ? 0 : error.code();
  }

  private IntegrityKey key() {
    return IntegrityKey.longTerm(username, realm, password);
  }
}
