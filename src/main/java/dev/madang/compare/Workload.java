package dev.madang.compare;

import dev.madang.server.compare.Probe;
import java.util.List;

/// What is sent over every lane. Immutable.
///
/// @param number as in [Probe]
/// @param size bytes of one message
/// @param perSecond how many a second
/// @param burst how many at once, at that many's distance
/// @param deadline milliseconds after which an answer is of no use
/// @param needsAll whether a lost message is worse than a late one
/// @param shape how it is run
public record Workload(
    int number,
    String name,
    int size,
    int perSecond,
    int burst,
    int deadline,
    boolean needsAll,
    Shape shape) {
  /// How a workload is run.
  public enum Shape {
    /** On all lanes at the same time, so that all meet the same network. */
    TOGETHER,
    /** On one lane after the other: it would be its own traffic jam. */
    IN_TURN,
    /** As many bytes as the lane carries, in turn. */
    BULK,
    /** Like TOGETHER, in turn, while the same lane carries as many bytes as it can. */
    LOADED,
    /** The time from nothing to the first answer, several times. */
    CONNECT
  }

  public static final Workload CHAT = new Workload(1, "chat", 200, 2, 1, 300, true, Shape.TOGETHER);
  public static final Workload CURSOR =
      new Workload(2, "cursor", 64, 60, 1, 100, false, Shape.TOGETHER);
  public static final Workload VOICE =
      new Workload(3, "voice", 160, 50, 1, 150, false, Shape.TOGETHER);

  /** 2.5 Mb/s in bursts of a picture's packets. */
  public static final Workload VIDEO =
      new Workload(4, "video", 1200, 260, 9, 150, false, Shape.IN_TURN);

  public static final Workload FILE = new Workload(5, "file", 16_384, 0, 1, 0, true, Shape.BULK);
  public static final Workload LOADED =
      new Workload(6, "loaded", 64, 60, 1, 100, false, Shape.LOADED);
  public static final Workload CONNECT =
      new Workload(7, "connect", 64, 0, 1, 0, true, Shape.CONNECT);

  public static final List<Workload> ALL =
      List.of(CHAT, CURSOR, VOICE, VIDEO, FILE, LOADED, CONNECT);

  public Workload {
    if (size < Probe.HEADER || size > Probe.LONGEST) {
      throw new IllegalArgumentException("a message of " + size + " bytes");
    }
  }

  /// The same, with another deadline if it has one.
  Workload withDeadline(int milliseconds) {
    return deadline == 0
        ? this
        : new Workload(number, name, size, perSecond, burst, milliseconds, needsAll, shape);
  }

  /// Nanoseconds from one burst to the next.
  long interval() {
    return burst * 1_000_000_000L / perSecond;
  }

  /// @throws IllegalArgumentException with a sentence, when there is none of this name
  static Workload named(String name) {
    return ALL.stream()
        .filter(each -> each.name.equals(name))
        .findFirst()
        .orElseThrow(() ->
            new IllegalArgumentException(
                "There is no workload `"
                    + name
                    + "`: "
                    + String.join(", ", ALL.stream().map(Workload::name).toList())
                    + "."));
  }
}
