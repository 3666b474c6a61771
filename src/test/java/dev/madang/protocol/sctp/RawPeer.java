package dev.madang.protocol.sctp;

import dev.madang.wire.ByteWriter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// A far end made by hand, chunk by chunk, and the association that it speaks to.
final class RawPeer implements SctpAssociation.Output {
  static final int TAG = 0x1111_1111;
  static final int FIRST_TSN = 1000;

  final SctpSettings settings;
  final SctpAssociation sctp;
  final List<byte[]> packets = new ArrayList<>();
  final List<SctpPair.Message> messages = new ArrayList<>();
  final List<Integer> incomingResets = new ArrayList<>();
  final List<Integer> outgoingResets = new ArrayList<>();
  int established;
  @Nullable SctpClosed closed;
  String detail = "";
  long now = 5_000_000_000L;
  int theirTag;
  long theirTsn;

  RawPeer() {
    this(SctpSettings.defaults());
  }

  RawPeer(SctpSettings settings) {
    this.settings = settings;
    RandomGenerator random = new SplittableRandom(4);
    sctp = new SctpAssociation(settings, random::nextLong, this);
  }

  /** A chunk of a packet, and its header. */
  record Part(int type, int flags, byte[] value) {
    int u16(int at) {
      return Chunk.u16(value, at);
    }

    int i32(int at) {
      return Chunk.i32(value, at);
    }
  }

  // ---- speaking -------------------------------------------------------------------------------

  static byte[] chunk(int type, int flags, byte[] value) {
    return new ByteWriter().u8(type).u8(flags).u16(4 + value.length).bytes(value).pad(4).toArray();
  }

  static byte[] packet(int tag, byte[]... chunks) {
    ByteWriter writer = new ByteWriter().u16(5000).u16(5000).i32(tag).i32(0);
    for (byte[] chunk : chunks) {
      writer.bytes(chunk);
    }
    return SctpPair.seal(writer.toArray());
  }

  void say(byte[]... chunks) {
    sayRaw(packet(theirTag, chunks));
  }

  void sayRaw(byte[] packet) {
    sctp.receive(packet, 0, packet.length, now);
  }

  /** Lets time pass, and what is due happen, millisecond by millisecond. */
  void pass(long milliseconds) {
    for (long i = 0; i < milliseconds; i++) {
      now += 1_000_000;
      if (sctp.deadline() != Long.MAX_VALUE && sctp.deadline() - now <= 0) {
        sctp.tick(now);
      }
    }
  }

  static byte[] init(int... extensions) {
    ByteWriter value = new ByteWriter();
    value.i32(TAG).i32(1 << 20).u16(65535).u16(65535).i32(FIRST_TSN);
    if (extensions.length > 0) {
      value.u16(0x8008).u16(4 + extensions.length);
      for (int extension : extensions) {
        value.u8(extension);
      }
      value.pad(4);
    }
    return chunk(Chunk.INIT, 0, value.toArray());
  }

  /** Through the four packets, with RFC 3758 and 6525 and without RFC 8260. */
  RawPeer established() {
    return established(Chunk.FORWARD_TSN, Chunk.RE_CONFIG);
  }

  RawPeer interleaving() {
    return established(Chunk.FORWARD_TSN, Chunk.RE_CONFIG, Chunk.I_DATA, Chunk.I_FORWARD_TSN);
  }

  RawPeer established(int... extensions) {
    sayRaw(packet(0, init(extensions)));
    Part answer = only(Chunk.INIT_ACK);
    theirTag = answer.i32(0);
    theirTsn = answer.i32(12) & 0xFFFF_FFFFL;
    say(chunk(Chunk.COOKIE_ECHO, 0, cookie(answer)));
    packets.clear();
    return this;
  }

  static byte[] cookie(Part initAck) {
    for (int at = 16; at < initAck.value.length; ) {
      int size = initAck.u16(at + 2);
      if (initAck.u16(at) == 7) {
        return Arrays.copyOfRange(initAck.value, at + 4, at + size);
      }
      at += Chunk.padded(size);
    }
    throw new AssertionError("no cookie");
  }

  static byte[] data(int tsn, int stream, int ssn, int flags, byte[] payload) {
    return chunk(
        Chunk.DATA,
        flags,
        new ByteWriter().i32(tsn).u16(stream).u16(ssn).i32(51).bytes(payload).toArray());
  }

  static byte[] iData(int tsn, int stream, int mid, int ppidOrFsn, int flags, byte[] payload) {
    return chunk(
        Chunk.I_DATA,
        flags,
        new ByteWriter()
            .i32(tsn)
            .u16(stream)
            .u16(0)
            .i32(mid)
            .i32(ppidOrFsn)
            .bytes(payload)
            .toArray());
  }

  /**
   * @param blocks start and end of each
   */
  static byte[] sack(long cumulative, int window, int... blocks) {
    ByteWriter value = new ByteWriter().i32((int) cumulative).i32(window);
    value.u16(blocks.length / 2).u16(0);
    for (int block : blocks) {
      value.u16(block);
    }
    return chunk(Chunk.SACK, 0, value.toArray());
  }

  static byte[] forward(int tsn, int... streamsAndNumbers) {
    ByteWriter value = new ByteWriter().i32(tsn);
    for (int word : streamsAndNumbers) {
      value.u16(word);
    }
    return chunk(Chunk.FORWARD_TSN, 0, value.toArray());
  }

  // ---- hearing --------------------------------------------------------------------------------

  static List<Part> parts(byte[] packet) {
    List<Part> parts = new ArrayList<>();
    for (int at = 12; at < packet.length; ) {
      int size = Chunk.u16(packet, at + 2);
      parts.add(
          new Part(
              Chunk.u8(packet, at),
              Chunk.u8(packet, at + 1),
              Arrays.copyOfRange(packet, at + 4, at + size)));
      at += Chunk.padded(size);
    }
    return parts;
  }

  /** Every chunk that was sent so far of this type. */
  List<Part> all(int type) {
    return packets.stream()
        .flatMap(packet -> parts(packet).stream())
        .filter(part -> part.type == type)
        .toList();
  }

  Part last(int type) {
    return all(type).getLast();
  }

  /** The one chunk of this type. */
  Part only(int type) {
    List<Part> all = all(type);
    if (all.size() != 1) {
      throw new AssertionError(all.size() + " chunks of type " + type);
    }
    return all.getFirst();
  }

  List<Integer> types() {
    return packets.stream().flatMap(packet -> parts(packet).stream()).map(Part::type).toList();
  }

  List<String> texts() {
    return messages.stream().map(SctpPair.Message::text).toList();
  }

  @Override
  public void send(byte[] packet, int offset, int length) {
    packets.add(Arrays.copyOfRange(packet, offset, offset + length));
  }

  @Override
  public void established(boolean anew) {
    established++;
  }

  @Override
  public void message(int stream, int ppid, byte[] bytes, int offset, int length) {
    messages.add(
        new SctpPair.Message(stream, ppid, Arrays.copyOfRange(bytes, offset, offset + length)));
  }

  @Override
  public void bufferedAmountLow(int stream) {}

  @Override
  public void incomingReset(int stream) {
    incomingResets.add(stream);
  }

  @Override
  public void outgoingReset(int stream) {
    outgoingResets.add(stream);
  }

  @Override
  public void closed(SctpClosed reason, String words) {
    closed = reason;
    detail = words;
  }
}
