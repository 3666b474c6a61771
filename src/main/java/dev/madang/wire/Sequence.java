package dev.madang.wire;

/// Numbers that wrap: RTP's 16-bit sequence numbers, 32-bit timestamps and transmission sequence
/// numbers. Of two such numbers the newer is the one less than half a turn ahead of the other (RFC
/// 1982).
public final class Sequence {
  private Sequence() {}

  /** How far `a` is ahead of `b` modulo 2^16: -32768 to 32767. */
  public static int difference16(int a, int b) {
    return (short) (a - b);
  }

  /** Whether `a` comes after `b`; of two numbers half a turn apart neither is newer. */
  public static boolean newer16(int a, int b) {
    return (short) (a - b) > 0;
  }

  /** How far `a` is ahead of `b` modulo 2^32. */
  public static int difference32(int a, int b) {
    return a - b;
  }

  /** Whether `a` comes after `b`. */
  public static boolean newer32(int a, int b) {
    return a - b > 0;
  }

  /// Makes a number that wraps into one that does not: the `long` nearest to the newest so far
  /// whose low bits are the number. The first number is given one turn up, so that what was
  /// overtaken on the way is not negative.
  public static final class Unwrapper {
    private final int shift;
    private long newest;
    private boolean started;

    /** `bits`: how wide the wrapping number is, 1 to 62; 16 for sequence numbers. */
    public Unwrapper(int bits) {
      if (bits < 1 || bits > 62) {
        throw new IllegalArgumentException(bits + " bits");
      }
      shift = 64 - bits;
    }

    /** Unwraps, and remembers the number when it is the newest so far. */
    public long unwrap(long number) {
      long unwrapped = peek(number);
      if (!started || unwrapped - newest > 0) {
        started = true;
        newest = unwrapped;
      }
      return unwrapped;
    }

    /** Unwraps without remembering. */
    public long peek(long number) {
      return started
          ? newest + ((number - newest) << shift >> shift)
          : (number << shift >>> shift) + (1L << (64 - shift));
    }

    /** The newest number given so far; 0 before the first. */
    public long newest() {
      return newest;
    }

    public boolean started() {
      return started;
    }

    /** Forgets everything: the next number is a first one again. */
    public void reset() {
      started = false;
      newest = 0;
    }
  }
}
