package dev.madang.protocol.sctp;

import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Puts messages together from fragments and hands them on, the ordered ones in order. A message in
/// one chunk whose turn it is goes straight through.
///
/// Messages that begin and do not end, or come before their turn, are held; [#held] says at what
/// cost, and the [Receiver] sees to it that this is bounded.
final class Reassembly {
  private final SctpSettings settings;
  private final Tally tally;
  private final SctpAssociation.Output output;
  private @Nullable IncomingStream[] streams = new IncomingStream[16];
  private int count;
  private boolean interleaving;
  private long held;

  Reassembly(SctpSettings settings, Tally tally, SctpAssociation.Output output) {
    this.settings = settings;
    this.tally = tally;
    this.output = output;
  }

  void begin(boolean interleaving) {
    this.interleaving = interleaving;
    clear();
  }

  void clear() {
    for (IncomingStream stream : streams) {
      if (stream != null) {
        stream.ordered.clear(); // it may be the one that is being handed on
      }
    }
    Arrays.fill(streams, null);
    count = 0;
    held = 0;
  }

  /** Bytes of messages that are not whole or not due, with what holding them costs. */
  long held() {
    return held;
  }

  /** The stream of this number, made if need be; null when there are too many. */
  @Nullable IncomingStream stream(int id) {
    IncomingStream known = id < streams.length ? streams[id] : null;
    if (known != null || count == settings.maxStreams()) {
      return known;
    }
    if (id >= streams.length) {
      streams = Arrays.copyOf(streams, Math.max(id + 1, streams.length * 2));
    }
    IncomingStream fresh = new IncomingStream(id);
    streams[id] = fresh;
    count++;
    return fresh;
  }

  // ---- fragments come -------------------------------------------------------------------------

  /// A fragment of an ordered message.
  ///
  /// @param number the message's, unwrapped
  /// @param position TSN, or fragment number where messages interleave
  void ordered(
      IncomingStream stream,
      long number,
      long position,
      int flags,
      int ppid,
      byte[] bytes,
      int at,
      int length) {
    if (number < stream.next) {
      tally.dropped++; // given up, or sent under a number that was used before
      return;
    }
    if (number == stream.next && (flags & WHOLE) == WHOLE && stream.ordered.isEmpty()) {
      stream.next++;
      deliver(stream, ppid, bytes, at, length);
      return;
    }
    Fragments fragments = stream.ordered.computeIfAbsent(number, _ -> new Fragments());
    Run run = hold(fragments, new Run(position, flags, ppid, bytes, at, length));
    if (run.isWhole()) {
      fragments.whole = run;
      if (number == stream.next) {
        drain(stream);
      }
    }
  }

  /** A fragment of an unordered message. */
  void unordered(
      IncomingStream stream,
      long number,
      long position,
      int flags,
      int ppid,
      byte[] bytes,
      int at,
      int length) {
    if ((flags & WHOLE) == WHOLE) {
      deliver(stream, ppid, bytes, at, length);
      return;
    }
    Fragments fragments =
        interleaving
            ? stream.unordered.computeIfAbsent(number, _ -> new Fragments())
            : stream.mixed;
    Run run = hold(fragments, new Run(position, flags, ppid, bytes, at, length));
    if (!run.isWhole()) {
      return;
    }
    if (interleaving) {
      held -= fragments.cost;
      stream.unordered.remove(number);
    } else {
      held -= run.cost;
      fragments.remove(run);
    }
    deliver(stream, run);
  }

  private Run hold(Fragments fragments, Run fresh) {
    held += fresh.cost;
    Run run = fragments.add(fresh);
    if (run.bytes > settings.maxMessageIn()) {
      throw Violation.of("a message longer than " + settings.maxMessageIn() + " bytes");
    }
    return run;
  }

  // ---- messages go ----------------------------------------------------------------------------

  /** Hands on the ordered messages whose turn has come. */
  private void drain(IncomingStream stream) {
    TreeMap<Long, Fragments> ordered = stream.ordered;
    for (var first = ordered.firstEntry(); first != null; first = ordered.firstEntry()) {
      Fragments fragments = first.getValue();
      Run whole = fragments.whole;
      if (first.getKey() > stream.next || whole == null) {
        return;
      }
      ordered.pollFirstEntry();
      held -= fragments.cost;
      stream.next++;
      deliver(stream, whole);
    }
  }

  private void deliver(IncomingStream stream, Run run) {
    deliver(stream, run.ppid, run.gather(), 0, run.bytes);
  }

  private void deliver(IncomingStream stream, int ppid, byte[] bytes, int at, int length) {
    if (length > settings.maxMessageIn()) {
      throw Violation.of("a message longer than " + settings.maxMessageIn() + " bytes");
    }
    tally.messagesIn++;
    output.message(stream.id, ppid, bytes, at, length);
  }

  // ---- what the far end gave up, and resets ---------------------------------------------------

  /// RFC 3758 §3.6: of unordered messages, those that began at this TSN or before will not be
  /// whole.
  void forward(long tsn) {
    for (IncomingStream stream : streams) {
      if (stream != null) {
        held -= stream.mixed.dropThrough(tsn);
      }
    }
  }

  /// RFC 3758 §3.6: ordered messages up to this number are no longer waited for; those that are
  /// whole are handed on.
  void forwardOrdered(IncomingStream stream, long number) {
    if (number < stream.next) {
      return;
    }
    TreeMap<Long, Fragments> ordered = stream.ordered;
    for (var first = ordered.firstEntry();
        first != null && first.getKey() <= number;
        first = ordered.firstEntry()) {
      ordered.pollFirstEntry();
      held -= first.getValue().cost;
      stream.next = first.getKey() + 1;
      Run whole = first.getValue().whole;
      if (whole != null) {
        deliver(stream, whole);
      }
    }
    stream.next = Math.max(stream.next, number + 1);
    drain(stream);
  }

  /** RFC 8260 §2.3.1, with U: unordered messages up to this number will not be whole. */
  void forwardUnordered(IncomingStream stream, long number) {
    Map<Long, Fragments> passed = stream.unordered.headMap(number, true);
    for (Fragments fragments : passed.values()) {
      held -= fragments.cost;
    }
    passed.clear();
  }

  /// The far end begins this stream anew.
  ///
  /// @return whether it was ever used
  boolean reset(int id) {
    IncomingStream stream = id < streams.length ? streams[id] : null;
    if (stream == null) {
      return false;
    }
    held -= stream.mixed.cost;
    for (Fragments fragments : stream.ordered.values()) {
      held -= fragments.cost;
    }
    for (Fragments fragments : stream.unordered.values()) {
      held -= fragments.cost;
    }
    streams[id] = null;
    count--;
    return true;
  }

  /** The streams in use. */
  int[] used() {
    int[] ids = new int[count];
    int at = 0;
    for (IncomingStream stream : streams) {
      if (stream != null) {
        ids[at++] = stream.id;
      }
    }
    return ids;
  }

  private static final int WHOLE = Chunk.BEGIN | Chunk.END;
}
