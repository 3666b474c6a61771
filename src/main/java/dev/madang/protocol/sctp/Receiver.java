package dev.madang.protocol.sctp;

/// The receiving half of an association: which TSNs have come, what of them is held, and when the
/// far end is told (RFC 9260 §6.2, RFC 3758, RFC 8260).
final class Receiver {
  private final SctpSettings settings;
  private final Tally tally;
  private final Reassembly reassembly;
  private ReceivedTsns tsns = new ReceivedTsns(0);
  private boolean interleaving;
  private boolean dataInPacket;
  private boolean gapBefore;
  private long announced;
  private long unread;
  private int packetsToTell;
  private boolean tellNow;
  private long tellAt = Timers.NEVER;

  Receiver(SctpSettings settings, Tally tally, SctpAssociation.Output output) {
    this.settings = settings;
    this.tally = tally;
    this.reassembly = new Reassembly(settings, tally, output);
  }

  /** The association stands, or stands anew. */
  void begin(Peer peer, boolean interleaving) {
    this.interleaving = interleaving;
    tsns = new ReceivedTsns(peer.firstTsn() & 0xFFFF_FFFFL);
    reassembly.begin(interleaving);
    announced = settings.receiveWindow();
    told();
  }

  void stop() {
    reassembly.clear();
    told();
  }

  Reassembly reassembly() {
    return reassembly;
  }

  long cumulative() {
    return tsns.cumulative();
  }

  // ---- data -----------------------------------------------------------------------------------

  /// DATA or I-DATA; [Sender] draws them.
  ///
  /// @param resets streams that wait for their reset
  /// @return false when the stream does not exist
  boolean data(boolean iData, int flags, byte[] bytes, int at, int length, StreamResets resets) {
    // RFC 8260 §2.2.1: the one that was not agreed on "is a violation of the above rules", and the
    // receiver "MUST abort the association".
    if (iData != interleaving) {
      throw Violation.of(iData ? "I-DATA that was not agreed on" : "DATA in place of I-DATA");
    }
    int header = (iData ? Chunk.I_DATA_HEADER : Chunk.DATA_HEADER) - Chunk.HEADER;
    if (length <= header) {
      throw Violation.of(Chunk.NO_USER_DATA, "a chunk without data");
    }
    dataInPacket = true;
    long tsn = Chunk.unwrap(Chunk.i32(bytes, at), tsns.cumulative());
    if (tsns.has(tsn)) {
      tsns.duplicate(tsn);
      tellNow = true;
      return true;
    }
    int id = Chunk.u16(bytes, at + 4);
    int size = length - header;
    if (!fits(tsn, size) || resets.waitsFor(id, tsn)) {
      tally.dropped++;
      tellNow = true;
      return true;
    }
    IncomingStream stream = reassembly.stream(id);
    tsns.add(tsn);
    tellNow |= (flags & Chunk.IMMEDIATE) != 0;
    if (stream == null || id == 0xFFFF) {
      tally.dropped++;
      return false;
    }
    if (iData) {
      iData(stream, flags, bytes, at, size);
    } else {
      data(stream, tsn, flags, bytes, at, size);
    }
    return true;
  }

  /// Whether there is memory for it. What is missing before something that has come is taken beyond
  /// the window, too, since it may set free what waits; a far end that goes on like this for longer
  /// than a message is filling memory.
  private boolean fits(long tsn, int size) {
    if (tsn == tsns.cumulative() + 1 && unread == 0) {
      if (reassembly.held() > (long) settings.receiveWindow() + RESERVE + settings.maxMessageIn()) {
        throw Violation.full("messages that are never whole fill the receive window");
      }
      return true;
    }
    long limit = (long) settings.receiveWindow() + (tsns.isBehind(tsn) ? RESERVE : 0);
    return tsn - tsns.cumulative() <= ReceivedTsns.REACH
        && unread + reassembly.held() + size + Run.OVERHEAD <= limit;
  }

  private void data(IncomingStream stream, long tsn, int flags, byte[] bytes, int at, int size) {
    int ppid = Chunk.i32(bytes, at + 8);
    if ((flags & Chunk.UNORDERED) != 0) {
      reassembly.unordered(stream, 0, tsn, flags, ppid, bytes, at + 12, size);
      return;
    }
    long number = Chunk.unwrap16(Chunk.u16(bytes, at + 6), stream.next);
    reassembly.ordered(stream, number, tsn, flags, ppid, bytes, at + 12, size);
  }

  private void iData(IncomingStream stream, int flags, byte[] bytes, int at, int size) {
    // RFC 8260 §2.1: the first fragment has the PPID where the others have their number.
    boolean begins = (flags & Chunk.BEGIN) != 0;
    int word = Chunk.i32(bytes, at + 12);
    int ppid = begins ? word : 0;
    long fragment = begins ? 0 : word & 0xFFFF_FFFFL;
    int mid = Chunk.i32(bytes, at + 8);
    if ((flags & Chunk.UNORDERED) != 0) {
      long number = Chunk.unwrap(mid, stream.recentUnordered);
      stream.recentUnordered = number;
      reassembly.unordered(stream, number, fragment, flags, ppid, bytes, at + 16, size);
      return;
    }
    long number = Chunk.unwrap(mid, stream.next);
    reassembly.ordered(stream, number, fragment, flags, ppid, bytes, at + 16, size);
  }

  // ---- what the far end gave up ---------------------------------------------------------------

  /** FORWARD-TSN or I-FORWARD-TSN; [ForwardTsn] draws them. */
  void forward(boolean interleaved, byte[] bytes, int at, int length) {
    if (interleaved != interleaving) {
      throw Violation.of("a FORWARD-TSN of the kind that was not agreed on");
    }
    if (length < 4) {
      throw Violation.of("a FORWARD-TSN without a TSN");
    }
    tellNow = true;
    long tsn = Chunk.unwrap(Chunk.i32(bytes, at), tsns.cumulative());
    if (tsn <= tsns.cumulative()) {
      return; // RFC 3758 §3.6: out of date; the SACK for it tells
    }
    if (tsn - tsns.cumulative() > ReceivedTsns.REACH) {
      throw Violation.of("a FORWARD-TSN far beyond what can be outstanding");
    }
    tsns.forward(tsn);
    reassembly.forward(tsn);
    int end = at + length;
    int size = interleaved ? 8 : 4;
    for (int entry = at + 4; entry + size <= end; entry += size) {
      IncomingStream stream = reassembly.stream(Chunk.u16(bytes, entry));
      if (stream != null) {
        forward(stream, interleaved, bytes, entry);
      }
    }
  }

  private void forward(IncomingStream stream, boolean interleaved, byte[] bytes, int entry) {
    if (!interleaved) {
      reassembly.forwardOrdered(stream, Chunk.unwrap16(Chunk.u16(bytes, entry + 2), stream.next));
    } else if ((bytes[entry + 3] & 1) == 0) {
      reassembly.forwardOrdered(stream, Chunk.unwrap(Chunk.i32(bytes, entry + 4), stream.next));
    } else {
      reassembly.forwardUnordered(
          stream, Chunk.unwrap(Chunk.i32(bytes, entry + 4), stream.recentUnordered));
    }
  }

  // ---- acknowledging --------------------------------------------------------------------------

  void packetBegins() {
    dataInPacket = false;
    gapBefore = tsns.hasGap();
  }

  /// RFC 9260 §6.2: "an acknowledgement SHOULD be generated for at least every second packet (not
  /// every second DATA chunk) received, and SHOULD be generated within 200 ms"; at once when
  /// something is missing (§6.7) or no longer is, came twice, or when the window has opened.
  void packetEnds(long now) {
    if (!dataInPacket) {
      return;
    }
    packetsToTell++;
    if (packetsToTell >= 2
        || gapBefore
        || tsns.hasGap()
        || window() - announced > settings.receiveWindow() / 4) {
      tellNow = true;
    } else if (tellAt == Timers.NEVER) {
      tellAt = now + settings.delayedAck().toNanos();
    }
  }

  /** The SACK must leave now. */
  void tell() {
    tellNow = true;
  }

  /** Whether a SACK must leave now. */
  boolean mustTell(long now) {
    return tellNow || Timers.isDue(tellAt, now);
  }

  /** Whether there is news that can go with other chunks. */
  boolean mayTell() {
    return tellNow || packetsToTell > 0;
  }

  void writeSack(PacketWriter packet) {
    announced = window();
    tsns.write(packet, (int) announced);
    told();
  }

  /// Messages of so many bytes were handed on, and who got them has yet to read them.
  void unread(int bytes) {
    unread += bytes;
  }

  /** So many of those bytes were read; the far end hears of it when it is worth a packet. */
  void read(int bytes) {
    unread = Math.max(0, unread - bytes);
    tellNow |= window() - announced > settings.receiveWindow() / 4;
  }

  /// Never closed to what is missing. With a closed window a far end sends one packet at a time
  /// (RFC 9260 §6.1, A), and another only when that is acknowledged or T3 expires. Some put into it
  /// what fits behind an acknowledgement of their own, and that is not always what is missing: then
  /// each packet takes a time-out.
  private long window() {
    long free = settings.receiveWindow() - reassembly.held() - unread;
    long wanted = Math.min(tsns.missing() * settings.packet(), free + RESERVE);
    return Math.max(0, Math.max(free, wanted));
  }

  private void told() {
    tellNow = false;
    packetsToTell = 0;
    tellAt = Timers.NEVER;
  }

  long deadline() {
    return tellAt;
  }

  /** Bytes for what is missing when the window is full: some fifty packets a round trip. */
  private static final int RESERVE = 64 << 10;
}
